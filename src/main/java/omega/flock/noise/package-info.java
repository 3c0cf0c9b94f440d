/**
 * The Noise handshakes of the JavaScript stack: patterns IK and XX over Ed25519, ChaCha20-Poly1305 and BLAKE2b.
 *
 * <p>Pure: messages in, messages out. A handshake belongs to one thread at a time. What a stranger sends can raise
 * {@link omega.flock.noise.NoiseException} only, and leaves the handshake as it was.
 */
package omega.flock.noise;
