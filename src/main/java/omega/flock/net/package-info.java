/**
 * UDP ports: a channel with one blocking reader, behind an interface that a simulated network can implement too.
 */
package omega.flock.net;
