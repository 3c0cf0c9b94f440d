package omega.flock.dht.message;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A peer as programs pass it on: its key, and perhaps DHT nodes that know the way to it.
 *
 * <pre>
 *  +--------------+-----------------------+------------------------------------+
 *  | publicKey 32 | flags uint, or the end| count uint, count x IPv4 6 (flag 1)|
 *  +--------------+-----------------------+------------------------------------+
 * </pre>
 *
 * Source: hyperdht-address 1.1.1 {@code spec/hyperschema} for the bytes, hypercore-id-encoding for the text. A text never
 * carries nodes.
 *
 * @param publicKey the peer's key
 * @param nodes     nodes to ask first; absent and empty are told apart on the wire
 */
public record PeerId(PublicKey publicKey, Optional<List<PeerAddress>> nodes) implements DhtMessage {

    private static final int FLAG_NODES = 1;
    private static final String SCHEME = "pear://";

    /** Copies the list. */
    public PeerId {
        Objects.requireNonNull(publicKey, "publicKey");
        nodes = nodes.map(List::copyOf);
    }

    /**
     * {@return the peer in these bytes: a bare key, or a key with flags and nodes}
     *
     * @throws IllegalArgumentException if they are neither; bytes of this kind come from the caller, not from a datagram
     */
    public static PeerId of(byte[] bytes) {
        try {
            return decode(bytes);
        } catch (MalformedMessageException e) {
            throw new IllegalArgumentException("not the address of a peer: " + e.getMessage(), e);
        }
    }

    /**
     * {@return the peer of 64 hexadecimal digits, of 52 z-base-32 characters, or of {@code pear://} and one of these}
     *
     * @throws IllegalArgumentException for any other text
     */
    public static PeerId parse(String text) {
        String id = text;
        if (id.startsWith(SCHEME)) {
            int end = id.indexOf('/', SCHEME.length());
            id = end < 0 ? id.substring(SCHEME.length()) : id.substring(SCHEME.length(), end);
        }
        return new PeerId(PublicKey.parse(id), Optional.empty());
    }

    /** {@return the peer in these bytes} */
    static PeerId decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        PublicKey key = PublicKey.of(reader.fixed("peerId.publicKey", MessageConstants.KEY_BYTES));
        long flags = reader.remaining() > 0 ? reader.uint("peerId.flags") : 0;
        return new PeerId(key, (flags & FLAG_NODES) != 0
                ? Optional.of(Addresses.readIpv4(reader, "peerId.nodes")) : Optional.empty());
    }

    @Override
    public void encode(WireWriter writer) {
        writer.fixed(publicKey.toBytes(), MessageConstants.KEY_BYTES);
        writer.uint(nodes.isPresent() ? FLAG_NODES : 0);
        nodes.ifPresent(list -> writer.list(list, WireWriter::ipv4Address));
    }
}
