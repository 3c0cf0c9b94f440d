package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of a PEER_HOLEPUNCH request or response: one encrypted hole punching round on its way between two peers.
 *
 * <pre>
 *  +------------+-----------+---------+-----------+-------------+------------------------+
 *  | flags uint | mode uint | id uint | size uint | payload ... | peerAddress 6 (flag 1) |
 *  +------------+-----------+---------+-----------+-------------+------------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code holepunch}. The array is not copied: it must not be changed.
 *
 * @param mode        the leg of the way
 * @param id          the server's slot for this connection attempt, from {@link HolepunchInfo}; 0 on the way back
 * @param payload     the sealed {@link HolepunchPayload}
 * @param peerAddress the other peer as seen by the relay that wrote the message
 */
public record HolepunchMessage(RoutingMode mode, long id, byte[] payload, Optional<PeerAddress> peerAddress)
        implements DhtMessage {

    private static final int FLAG_PEER_ADDRESS = 1;

    /** Checks that nothing is null and the id not negative. */
    public HolepunchMessage {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(peerAddress, "peerAddress");
        if (id < 0) {
            throw new IllegalArgumentException("id: negative: " + id);
        }
    }

    /** {@return a message with the peer's address} */
    public static HolepunchMessage of(RoutingMode mode, long id, byte[] payload, PeerAddress peerAddress) {
        return new HolepunchMessage(mode, id, payload, Optional.of(peerAddress));
    }

    /** {@return the message in these bytes} */
    public static HolepunchMessage decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long flags = reader.uint("holepunch.flags");
        RoutingMode mode = RoutingMode.of("holepunch.mode", reader.uint("holepunch.mode"));
        long id = reader.uint("holepunch.id");
        byte[] payload = reader.buffer("holepunch.payload", MessageConstants.MAX_VALUE_BYTES);
        Optional<PeerAddress> peer = (flags & FLAG_PEER_ADDRESS) != 0
                ? Optional.of(reader.ipv4Address("holepunch.peerAddress")) : Optional.empty();
        return new HolepunchMessage(mode, id, payload, peer);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(peerAddress.isPresent() ? FLAG_PEER_ADDRESS : 0);
        writer.uint(mode.code());
        writer.uint(id);
        writer.buffer(payload);
        peerAddress.ifPresent(writer::ipv4Address);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HolepunchMessage that && mode == that.mode && id == that.id
                && Arrays.equals(payload, that.payload) && peerAddress.equals(that.peerAddress);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, id, Arrays.hashCode(payload), peerAddress);
    }

    @Override
    public String toString() {
        return "HolepunchMessage[" + mode + ", id " + id + ", payload " + payload.length + " bytes, peerAddress "
                + peerAddress + "]";
    }
}
