/**
 * The encrypted stream between two peers: 3-byte framing over any pair of byte streams, header exchange, keep-alive,
 * unordered datagrams, end and close. The codec parts are pure; {@link omega.flock.secret.SecretStream} is the shell.
 */
package omega.flock.secret;
