package omega.flock.base;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Objects;
import omega.flock.crypto.Ed25519;

/**
 * An Ed25519 key pair: who a peer is, and its proof.
 *
 * <p>The same pair signs announcements and takes part in the Noise handshake. It is derived from a 32-byte seed as RFC
 * 8032 says, with the same result as {@code crypto.keyPair(seed)} of the JavaScript stack. Immutable; never prints its
 * secret. Two pairs are equal when their seeds are.
 */
public final class KeyPair {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] seed;
    private final PublicKey publicKey;

    private KeyPair(byte[] seed) {
        this.seed = seed;
        this.publicKey = PublicKey.of(Ed25519.publicKey(seed));
    }

    /** Returns a new random key pair. */
    public static KeyPair generate() {
        byte[] seed = new byte[Bytes32.LENGTH];
        RANDOM.nextBytes(seed);
        return new KeyPair(seed);
    }

    /**
     * Returns the key pair of a seed.
     *
     * @param seed 32 secret bytes, copied
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static KeyPair fromSeed(byte[] seed) {
        Objects.requireNonNull(seed, "seed");
        return new KeyPair(Bytes32.copyOf(seed, "a seed"));
    }

    /** Returns the public half. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /**
     * Returns a copy of the 32-byte seed, for a program that keeps its identity. Whoever has it is this peer.
     */
    public byte[] seed() {
        return seed.clone();
    }

    /** Returns the 64-byte Ed25519 signature of {@code message}. */
    public byte[] sign(byte[] message) {
        Objects.requireNonNull(message, "message");
        return Ed25519.sign(seed, publicKey.toBytes(), message);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyPair pair && publicKey.equals(pair.publicKey) && MessageDigest.isEqual(seed, pair.seed);
    }

    @Override
    public int hashCode() {
        return publicKey.hashCode();
    }

    /** Names the public key only; the secret is never part of it. */
    @Override
    public String toString() {
        return "KeyPair[" + publicKey + "]";
    }
}
