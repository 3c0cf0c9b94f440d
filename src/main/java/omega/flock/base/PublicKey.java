package omega.flock.base;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.crypto.Blake2b;
import omega.flock.crypto.Ed25519;

/**
 * The identity of a peer: a 32-byte Ed25519 public key.
 *
 * <p>Immutable. Natural order is bytewise and unsigned, the order by which two peers agree on one of two duplicate
 * connections. Any 32 bytes make a {@code PublicKey}; whether they are a point on the curve shows when they are used.
 */
public final class PublicKey implements Comparable<PublicKey> {

    private static final String WHAT = "a public key";

    private final byte[] bytes;

    private PublicKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the key with these bytes.
     *
     * @param bytes 32 bytes, copied
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static PublicKey of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return new PublicKey(Bytes32.copyOf(bytes, WHAT));
    }

    /**
     * Parses 64 hexadecimal digits or 52 z-base-32 characters, the two forms that the JavaScript stack prints.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static PublicKey parse(String text) {
        Objects.requireNonNull(text, "text");
        if (text.length() == ZBase32.TEXT_LENGTH) {
            return new PublicKey(ZBase32.decode(text));
        }
        if (text.length() != 2 * Bytes32.LENGTH) {
            throw new IllegalArgumentException("a public key is 64 hexadecimal digits or 52 z-base-32 characters, not "
                    + text.length() + " characters: \"" + Bytes32.abbreviated(text) + "\"");
        }
        return new PublicKey(Bytes32.parseHex(text, WHAT));
    }

    /** Returns a copy of the 32 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** Returns the BLAKE2b-256 hash of the key, under which the distributed hash table files it. */
    public byte[] hash() {
        return Blake2b.hash256(bytes);
    }

    /**
     * Tells whether {@code signature} is this key's Ed25519 signature of {@code message}.
     *
     * @param signature 64 bytes; anything else is simply not a signature
     */
    public boolean verify(byte[] message, byte[] signature) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(signature, "signature");
        return Ed25519.verify(bytes, message, signature);
    }

    @Override
    public int compareTo(PublicKey other) {
        return Bytes32.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Bytes32.hashOf(bytes);
    }

    /** Returns the key as 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return Bytes32.toHex(bytes);
    }
}
