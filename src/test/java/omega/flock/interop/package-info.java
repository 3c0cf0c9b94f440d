/** The real JavaScript stack as the peer, in both directions: the harness that starts it, and the tests that meet it. */
package omega.flock.interop;
