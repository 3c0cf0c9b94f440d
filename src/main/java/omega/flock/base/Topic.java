package omega.flock.base;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.crypto.Blake2b;

/**
 * What peers meet under: 32 bytes that all of them know.
 *
 * <p>Immutable. Whoever knows a topic can find its members, and the nodes of the distributed hash table that store its
 * records see it: derive it from something secret, or hash it, when that matters.
 */
public final class Topic {

    private static final String WHAT = "a topic";

    private final byte[] bytes;

    private Topic(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the topic with these bytes.
     *
     * @param bytes 32 bytes, copied
     * @throws IllegalArgumentException unless there are exactly 32
     */
    public static Topic of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return new Topic(Bytes32.copyOf(bytes, WHAT));
    }

    /**
     * Parses 64 hexadecimal digits.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Topic parse(String hex) {
        Objects.requireNonNull(hex, "hex");
        return new Topic(Bytes32.parseHex(hex, WHAT));
    }

    /**
     * Returns the UTF-8 text repeated to 32 bytes and cut there, as {@code Buffer.alloc(32).fill(text)} does.
     *
     * @throws IllegalArgumentException if the text is empty
     */
    public static Topic filled(String text) {
        Objects.requireNonNull(text, "text");
        byte[] pattern = text.getBytes(UTF_8);
        if (pattern.length == 0) {
            throw new IllegalArgumentException("a topic cannot be filled with an empty text");
        }
        byte[] bytes = new byte[Bytes32.LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = pattern[i % pattern.length];
        }
        return new Topic(bytes);
    }

    /** Returns the BLAKE2b-256 hash of the UTF-8 name. */
    public static Topic hash(String name) {
        Objects.requireNonNull(name, "name");
        return new Topic(Blake2b.hash256(name.getBytes(UTF_8)));
    }

    /** Returns a copy of the 32 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topic topic && Arrays.equals(bytes, topic.bytes);
    }

    @Override
    public int hashCode() {
        return Bytes32.hashOf(bytes);
    }

    /** Returns the topic as 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return Bytes32.toHex(bytes);
    }
}
