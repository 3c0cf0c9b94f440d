/**
 * What the JDK lacks (BLAKE2b, Poly1305, XSalsa20, HChaCha20, secretstream) and two providers for what it has, or nearly has:
 * keys, signatures, the Diffie-Hellman on Ed25519 points and ChaCha20-Poly1305, by ourselves or by the JDK.
 *
 * <p>Pure: bytes in, bytes out. Whatever touches a secret runs in constant time, comparisons of secrets go through
 * {@link java.security.MessageDigest#isEqual}, and no secret reaches a message or a {@code toString}.
 */
package omega.flock.crypto;
