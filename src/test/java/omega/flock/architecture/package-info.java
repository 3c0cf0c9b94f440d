/** What {@link omega.flock.ArchitectureTest} reads the sources with: a picture of the house and rules over text, without a parser. */
package omega.flock.architecture;
