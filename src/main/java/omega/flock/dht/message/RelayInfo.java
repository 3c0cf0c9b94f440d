package omega.flock.dht.message;

import java.util.Objects;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * One relay of a server, and the server as that relay sees it.
 *
 * <pre>
 *  +----------------+---------------+
 *  | relayAddress 6 | peerAddress 6 |
 *  +----------------+---------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code relayInfo}.
 *
 * @param relayAddress the DHT node that forwards to the server
 * @param peerAddress  the server's address as that node saw it
 */
public record RelayInfo(PeerAddress relayAddress, PeerAddress peerAddress) implements DhtMessage {

    /** Checks that nothing is null. */
    public RelayInfo {
        Objects.requireNonNull(relayAddress, "relayAddress");
        Objects.requireNonNull(peerAddress, "peerAddress");
    }

    static RelayInfo decode(WireReader reader) {
        PeerAddress relay = reader.ipv4Address("relayInfo.relayAddress");
        PeerAddress peer = reader.ipv4Address("relayInfo.peerAddress");
        return new RelayInfo(relay, peer);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.ipv4Address(relayAddress);
        writer.ipv4Address(peerAddress);
    }
}
