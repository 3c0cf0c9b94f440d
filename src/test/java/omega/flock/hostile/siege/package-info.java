/** A program that lays siege to a node: floods of every kind from other processes, and what honest peers have of it meanwhile. */
package omega.flock.hostile.siege;
