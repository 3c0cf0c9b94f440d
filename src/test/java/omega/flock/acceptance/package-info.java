/** What version 0.1 has to show, by the public API alone: Java and JavaScript meet, over nodes of either stack, again and again. */
package omega.flock.acceptance;
