package omega.flock.dht.message;

import java.util.List;
import java.util.Objects;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A peer as it is announced and found: its key, and DHT nodes that may know the way to it.
 *
 * <pre>
 *  +--------------+------------+------------------+
 *  | publicKey 32 | count uint | count x IPv4 6   |
 *  +--------------+------------+------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code peer}.
 *
 * @param publicKey      the peer's key
 * @param relayAddresses the peer's relays; empty in the record of a server, because the node that returns it is the relay
 */
public record PeerRecord(PublicKey publicKey, List<PeerAddress> relayAddresses) implements DhtMessage {

    /** Copies the list. */
    public PeerRecord {
        Objects.requireNonNull(publicKey, "publicKey");
        relayAddresses = List.copyOf(relayAddresses);
    }

    /** {@return a record without relays} */
    public static PeerRecord of(PublicKey publicKey) {
        return new PeerRecord(publicKey, List.of());
    }

    /** {@return the record in these bytes} */
    public static PeerRecord decode(byte[] bytes) {
        return decode(WireReader.of(bytes));
    }

    static PeerRecord decode(WireReader reader) {
        PublicKey key = PublicKey.of(reader.fixed("peer.publicKey", MessageConstants.KEY_BYTES));
        return new PeerRecord(key, Addresses.readIpv4(reader, "peer.relayAddresses"));
    }

    @Override
    public void encode(WireWriter writer) {
        writer.fixed(publicKey.toBytes(), MessageConstants.KEY_BYTES);
        writer.list(relayAddresses, WireWriter::ipv4Address);
    }

    /** {@return this record with at most the first so many relays} */
    public PeerRecord trimmed(int maxRelays) {
        return relayAddresses.size() <= maxRelays ? this : new PeerRecord(publicKey, relayAddresses.subList(0, maxRelays));
    }
}
