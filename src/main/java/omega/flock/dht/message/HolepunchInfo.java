package omega.flock.dht.message;

import java.util.List;
import java.util.Objects;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * Where and under which number the server takes hole punching rounds for this connection attempt.
 *
 * <pre>
 *  +---------+------------+----------------------+
 *  | id uint | count uint | count x RelayInfo 12 |
 *  +---------+------------+----------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code holepunchInfo}.
 *
 * @param id     the server's slot, to be sent as {@link HolepunchMessage#id()}
 * @param relays the server's relays, best first
 */
public record HolepunchInfo(long id, List<RelayInfo> relays) implements DhtMessage {

    /** Copies the list. */
    public HolepunchInfo {
        Objects.requireNonNull(relays, "relays");
        relays = List.copyOf(relays);
        if (id < 0) {
            throw new IllegalArgumentException("id: negative: " + id);
        }
    }

    static HolepunchInfo decode(WireReader reader) {
        long id = reader.uint("holepunchInfo.id");
        List<RelayInfo> relays = reader.list("holepunchInfo.relays", MessageConstants.MAX_RELAYS,
                MessageConstants.RELAY_INFO_BYTES, RelayInfo::decode);
        return new HolepunchInfo(id, relays);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(id);
        writer.list(relays, (out, relay) -> relay.encode(out));
    }
}
