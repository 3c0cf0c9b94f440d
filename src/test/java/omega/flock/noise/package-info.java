/** Tests of the handshakes against transcripts of the JavaScript stack, and against what strangers may send. */
package omega.flock.noise;
