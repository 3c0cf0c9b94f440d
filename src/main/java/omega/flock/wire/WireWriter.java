package omega.flock.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;
import omega.flock.base.PeerAddress;

/**
 * Writes the compact encoding field by field, in wire order, into a buffer that grows.
 *
 * <p>A value that does not fit its field is a mistake of ours and throws {@link IllegalArgumentException}. Not
 * thread-safe.
 */
public final class WireWriter {

    private static final int IPV6_BYTES = 16;
    /** What an IPv4 address begins with as an IPv6 one, RFC 4291 §2.5.5.2. */
    private static final byte[] IPV4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private static final int INITIAL_CAPACITY = 256;

    private byte[] bytes = new byte[INITIAL_CAPACITY];
    private int size;

    /** Creates an empty writer. */
    public WireWriter() {}

    /** Writes the shortest variable-length form of 0 to 2^53-1. */
    public WireWriter uint(long value) {
        if (value < 0 || value > WireReader.MAX_SAFE_INTEGER) {
            throw new IllegalArgumentException(value + " is not in 0..2^53-1");
        }
        if (value < 0xFD) {
            return little(value, 1);
        }
        if (value <= 0xFFFF) {
            return little(0xFD, 1).little(value, 2);
        }
        if (value <= 0xFFFF_FFFFL) {
            return little(0xFE, 1).little(value, 4);
        }
        return little(0xFF, 1).little(value, 8);
    }

    /** Writes one byte. */
    public WireWriter uint8(int value) {
        return checked(value, 0xFF).little(value, 1);
    }

    /** Writes two bytes. */
    public WireWriter uint16(int value) {
        return checked(value, 0xFFFF).little(value, 2);
    }

    /** Writes four bytes. */
    public WireWriter uint32(long value) {
        return checked(value, 0xFFFF_FFFFL).little(value, 4);
    }

    /** Writes eight bytes. */
    public WireWriter uint64(long value) {
        return checked(value, WireReader.MAX_SAFE_INTEGER).little(value, 8);
    }

    /** Writes 1 or 0. */
    public WireWriter bool(boolean value) {
        return little(value ? 1 : 0, 1);
    }

    /** Writes the bytes as they are; {@code length} is what the field demands. */
    public WireWriter fixed(byte[] value, int length) {
        if (value.length != length) {
            throw new IllegalArgumentException("a field of " + length + " bytes was given " + value.length);
        }
        return raw(value);
    }

    /** Writes a length and the bytes. */
    public WireWriter buffer(byte[] value) {
        return uint(value.length).raw(value);
    }

    /** Writes a length in bytes and the UTF-8 text. */
    public WireWriter utf8(String text) {
        return buffer(text.getBytes(UTF_8));
    }

    /** Writes the bytes without a length. */
    public WireWriter raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /**
     * Writes four octets in textual order and a little-endian port.
     *
     * @throws IllegalArgumentException if the host is not a dotted IPv4 address
     */
    public WireWriter ipv4Address(PeerAddress address) {
        // Twenty of them go into every reply: the way by an InetAddress is for IPv6 only.
        byte[] host = address.octets().orElseThrow(() -> new IllegalArgumentException(address + " is no IPv4 address"));
        return raw(host).uint16(address.port());
    }

    /**
     * Writes eight big-endian groups and a little-endian port.
     *
     * @throws IllegalArgumentException if the host is not a numeric IPv6 address
     */
    public WireWriter ipv6Address(PeerAddress address) {
        if (address.isIPv4()) {
            throw new IllegalArgumentException(address + " is no IPv6 address");
        }
        byte[] host = address.toSocketAddress().getAddress().getAddress();
        if (host.length < IPV6_BYTES) {
            raw(IPV4_MAPPED); // the JDK makes four octets of such an address
        }
        return raw(host).uint16(address.port());
    }

    /** Writes a count and the items. */
    public <T> WireWriter list(Collection<T> items, BiConsumer<WireWriter, T> item) {
        uint(items.size());
        for (T each : items) {
            item.accept(this, each);
        }
        return this;
    }

    /** Returns how many bytes were written. */
    public int size() {
        return size;
    }

    /** Returns a copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private WireWriter checked(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(value + " is not in 0.." + max);
        }
        return this;
    }

    private WireWriter little(long value, int length) {
        ensure(length);
        for (int i = 0; i < length; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
