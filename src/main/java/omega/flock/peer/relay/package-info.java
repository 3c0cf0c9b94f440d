/**
 * Blind relays: the frames of the channel between a node and a relay, and the session in which a relay is asked to tie two
 * streams together. Frames and channel are pure; the session blocks on the thread that runs it.
 */
package omega.flock.peer.relay;
