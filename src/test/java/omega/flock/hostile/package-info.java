/** What strangers try, each attack a small program, and that it costs us nothing. */
package omega.flock.hostile;
