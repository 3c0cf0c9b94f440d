package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of a PEER_HANDSHAKE request or response: one Noise message on its way between two peers.
 *
 * <pre>
 *  +------------+-----------+-----------+-----------+-----------------------+------------------------+
 *  | flags uint | mode uint | size uint | noise ... | peerAddress 6 (flag 1)| relayAddress 6 (flag 2)|
 *  +------------+-----------+-----------+-----------+-----------------------+------------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code handshake}. The array is not copied: it must not be changed.
 *
 * @param mode         the leg of the way
 * @param noise        Noise IK message 1 (towards the server) or 2 (towards the client); empty is not absent
 * @param peerAddress  the other peer as seen by the relay that wrote the message
 * @param relayAddress the first relay, only set by a second relay
 */
public record HandshakeMessage(RoutingMode mode, byte[] noise, Optional<PeerAddress> peerAddress,
                               Optional<PeerAddress> relayAddress) implements DhtMessage {

    private static final int FLAG_PEER_ADDRESS = 1;
    private static final int FLAG_RELAY_ADDRESS = 2;

    /** Checks that nothing is null. */
    public HandshakeMessage {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(peerAddress, "peerAddress");
        Objects.requireNonNull(relayAddress, "relayAddress");
    }

    /** {@return a message with neither address} */
    public static HandshakeMessage of(RoutingMode mode, byte[] noise) {
        return new HandshakeMessage(mode, noise, Optional.empty(), Optional.empty());
    }

    /** {@return a message with the peer's address} */
    public static HandshakeMessage of(RoutingMode mode, byte[] noise, PeerAddress peerAddress) {
        return new HandshakeMessage(mode, noise, Optional.of(peerAddress), Optional.empty());
    }

    /** {@return the message in these bytes} */
    public static HandshakeMessage decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long flags = reader.uint("handshake.flags");
        RoutingMode mode = RoutingMode.of("handshake.mode", reader.uint("handshake.mode"));
        byte[] noise = reader.buffer("handshake.noise", MessageConstants.MAX_VALUE_BYTES);
        Optional<PeerAddress> peer = (flags & FLAG_PEER_ADDRESS) != 0
                ? Optional.of(reader.ipv4Address("handshake.peerAddress")) : Optional.empty();
        Optional<PeerAddress> relay = (flags & FLAG_RELAY_ADDRESS) != 0
                ? Optional.of(reader.ipv4Address("handshake.relayAddress")) : Optional.empty();
        return new HandshakeMessage(mode, noise, peer, relay);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint((peerAddress.isPresent() ? FLAG_PEER_ADDRESS : 0) | (relayAddress.isPresent() ? FLAG_RELAY_ADDRESS : 0));
        writer.uint(mode.code());
        writer.buffer(noise);
        peerAddress.ifPresent(writer::ipv4Address);
        relayAddress.ifPresent(writer::ipv4Address);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HandshakeMessage that && mode == that.mode && Arrays.equals(noise, that.noise)
                && peerAddress.equals(that.peerAddress) && relayAddress.equals(that.relayAddress);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, Arrays.hashCode(noise), peerAddress, relayAddress);
    }

    @Override
    public String toString() {
        return "HandshakeMessage[" + mode + ", noise " + noise.length + " bytes, peerAddress " + peerAddress
                + ", relayAddress " + relayAddress + "]";
    }
}
