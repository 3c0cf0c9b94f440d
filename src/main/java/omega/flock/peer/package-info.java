/**
 * Reaching one peer by its key: the dialler, the listening server, its announcer, and the node that they share. Nothing
 * that these classes hand out has not proven its identity.
 */
package omega.flock.peer;
