package omega.flock.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import omega.flock.base.PeerAddress;

/**
 * Reads the compact encoding field by field, in wire order.
 *
 * <p>Every length is checked before anything is allocated. Like the JavaScript decoder it accepts variable-length integers
 * that are longer than they need be, and ignores bytes after the last field that its caller reads. Not thread-safe.
 *
 * <p>It reads from an array: what the JIT makes of each access to a direct buffer is so much that decoding a reply took it longer to
 * compile than all the rest of the way of a message.
 */
public final class WireReader {

    /** The largest integer that the JavaScript stack can hold exactly; larger ones make it drop the message. */
    public static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    private final byte[] in;
    private final int end;
    private int at;

    private WireReader(byte[] in, int at, int end) {
        this.in = in;
        this.at = at;
        this.end = end;
    }

    /** Reads all of {@code bytes}, which is not copied and must not change meanwhile. */
    public static WireReader of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /**
     * Reads {@code length} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public static WireReader of(byte[] bytes, int offset, int length) {
        return new WireReader(bytes, Objects.checkFromIndexSize(offset, length, bytes.length), offset + length);
    }

    /** Reads a copy of the remaining bytes of {@code buffer}, whose own position stays where it is. */
    public static WireReader of(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return of(bytes);
    }

    /** Returns how many bytes are left. */
    public int remaining() {
        return end - at;
    }

    /** Reads a variable-length integer of 0 to 2^53-1. */
    public long uint(String field) {
        int first = uint8(field);
        return switch (first) {
            case 0xFD -> uint16(field);
            case 0xFE -> uint32(field);
            case 0xFF -> uint64(field);
            default -> first;
        };
    }

    /** Reads a variable-length integer that must not exceed {@code max}. */
    public int uint(String field, int max) {
        long value = uint(field);
        if (value > max) {
            throw new MalformedMessageException(field + ": " + value + " is more than " + max);
        }
        return (int) value;
    }

    /** Reads one byte, 0 to 255. */
    public int uint8(String field) {
        need(field, 1);
        return in[at++] & 0xFF;
    }

    /** Reads two bytes, 0 to 65535. */
    public int uint16(String field) {
        return (int) little(field, Short.BYTES);
    }

    /** Reads four bytes, 0 to 2^32-1. */
    public long uint32(String field) {
        return little(field, Integer.BYTES);
    }

    /** Reads eight bytes, 0 to 2^53-1. */
    public long uint64(String field) {
        long value = little(field, Long.BYTES);
        if (value < 0 || value > MAX_SAFE_INTEGER) {
            throw new MalformedMessageException(field + ": above 2^53-1");
        }
        return value;
    }

    /** Reads one byte, which is true only when it is 1. */
    public boolean bool(String field) {
        return uint8(field) == 1;
    }

    /** Reads exactly {@code length} bytes. */
    public byte[] fixed(String field, int length) {
        need(field, length);
        at += length;
        return Arrays.copyOfRange(in, at - length, at);
    }

    /** Reads a length and as many bytes, at most {@code max}. An empty result is empty, not missing. */
    public byte[] buffer(String field, int max) {
        return fixed(field, uint(field, max));
    }

    /** Reads a length-prefixed text of at most {@code max} bytes; malformed UTF-8 becomes the replacement character. */
    public String utf8(String field, int max) {
        return new String(buffer(field, max), UTF_8);
    }

    /** Reads four octets in textual order and a little-endian port. */
    public PeerAddress ipv4Address(String field) {
        need(field, 6);
        byte[] host = new byte[15]; // a reply names twenty addresses, so they are written without a builder
        int length = 0;
        for (int i = 0; i < 4; i++) {
            int octet = in[at++] & 0xFF;
            if (i > 0) {
                host[length++] = '.';
            }
            if (octet >= 100) {
                host[length++] = (byte) ('0' + octet / 100);
            }
            if (octet >= 10) {
                host[length++] = (byte) ('0' + octet / 10 % 10);
            }
            host[length++] = (byte) ('0' + octet % 10);
        }
        return new PeerAddress(new String(host, 0, length, ISO_8859_1), uint16(field));
    }

    /** Reads eight big-endian groups and a little-endian port; the text is lower-case hexadecimal, not compressed. */
    public PeerAddress ipv6Address(String field) {
        need(field, 18);
        StringBuilder host = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            int group = (in[at++] & 0xFF) << 8 | in[at++] & 0xFF;
            host.append(i == 0 ? "" : ":").append(Integer.toHexString(group));
        }
        return new PeerAddress(host.toString(), uint16(field));
    }

    /**
     * Reads a count and as many items.
     *
     * @param maxCount the most items that are accepted
     * @param minItemBytes the fewest bytes that one item takes, by which the count is checked before anything is read
     */
    public <T> List<T> list(String field, int maxCount, int minItemBytes, Function<WireReader, T> item) {
        int count = uint(field, maxCount);
        if ((long) count * minItemBytes > remaining()) {
            throw new MalformedMessageException(
                    field + ": " + count + " items need more than the " + remaining() + " bytes left");
        }
        List<T> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(item.apply(this));
        }
        return List.copyOf(items);
    }

    /** Skips {@code length} bytes. */
    public void skip(String field, int length) {
        need(field, length);
        at += length;
    }

    /** Reads everything that is left. */
    public byte[] rest(String field) {
        return fixed(field, remaining());
    }

    /** Reads so many bytes, the least significant first. */
    private long little(String field, int bytes) {
        need(field, bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (in[at++] & 0xFFL) << 8 * i;
        }
        return value;
    }

    private void need(String field, int bytes) {
        if (remaining() < bytes) {
            throw new MalformedMessageException(field + ": " + remaining() + " bytes left, " + bytes + " needed");
        }
    }
}
