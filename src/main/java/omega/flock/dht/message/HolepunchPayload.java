package omega.flock.dht.message;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The plaintext inside a {@link HolepunchMessage}: one round of the negotiation before a punch.
 *
 * <pre>
 *  +------------+------------+---------------+------------+
 *  | flags uint | error uint | firewall uint | round uint |
 *  +------------+------------+---------------+------------+
 *  | flag  1  connected      no bytes                     |
 *  | flag  2  punching       no bytes                     |
 *  | flag  4  addresses      count uint, count x IPv4 6   |
 *  | flag  8  remoteAddress  IPv4 6                       |
 *  | flag 16  token          32                           |
 *  | flag 32  remoteToken    32                           |
 *  +------------------------------------------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code holepunchPayload}. Tokens are not copied, and not printed.
 *
 * @param error         why the writer gives up, or asks to come back later
 * @param firewall      what the writer knows about its NAT
 * @param round         counts the client's messages; the server echoes it
 * @param connected     whether the writer has a connection already
 * @param punching      whether the writer sends probes from now on
 * @param addresses     the outside addresses of the writer's punch socket; absent while unknown, which is not empty
 * @param remoteAddress where the writer believes the reader to be (fast open)
 * @param token         proof of address for the reader to echo, 32 bytes
 * @param remoteToken   the reader's token, echoed, 32 bytes
 */
public record HolepunchPayload(PayloadError error, Firewall firewall, long round, boolean connected, boolean punching,
                               Optional<List<PeerAddress>> addresses, Optional<PeerAddress> remoteAddress,
                               Optional<byte[]> token, Optional<byte[]> remoteToken) implements DhtMessage {

    private static final int FLAG_CONNECTED = 1;
    private static final int FLAG_PUNCHING = 2;
    private static final int FLAG_ADDRESSES = 4;
    private static final int FLAG_REMOTE_ADDRESS = 8;
    private static final int FLAG_TOKEN = 16;
    private static final int FLAG_REMOTE_TOKEN = 32;

    /** Copies the list and checks the lengths. */
    public HolepunchPayload {
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(firewall, "firewall");
        addresses = addresses.map(List::copyOf);
        Objects.requireNonNull(remoteAddress, "remoteAddress");
        Checks.size("token", token, MessageConstants.KEY_BYTES);
        Checks.size("remoteToken", remoteToken, MessageConstants.KEY_BYTES);
        if (round < 0) {
            throw new IllegalArgumentException("round: negative: " + round);
        }
    }

    /** {@return a payload with neither addresses nor tokens, that neither is connected nor punches} */
    public static HolepunchPayload of(PayloadError error, Firewall firewall, long round) {
        return new HolepunchPayload(error, firewall, round, false, false, Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty());
    }

    /** {@return the payload in these bytes} */
    public static HolepunchPayload decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long flags = reader.uint("holepunchPayload.flags");
        PayloadError error = PayloadError.of(reader.uint("holepunchPayload.error"));
        Firewall firewall = Firewall.of(reader.uint("holepunchPayload.firewall"));
        long round = reader.uint("holepunchPayload.round");
        Optional<List<PeerAddress>> addresses = (flags & FLAG_ADDRESSES) != 0
                ? Optional.of(Addresses.readIpv4(reader, "holepunchPayload.addresses")) : Optional.empty();
        Optional<PeerAddress> remoteAddress = (flags & FLAG_REMOTE_ADDRESS) != 0
                ? Optional.of(reader.ipv4Address("holepunchPayload.remoteAddress")) : Optional.empty();
        Optional<byte[]> token = (flags & FLAG_TOKEN) != 0
                ? Optional.of(reader.fixed("holepunchPayload.token", MessageConstants.KEY_BYTES)) : Optional.empty();
        Optional<byte[]> remoteToken = (flags & FLAG_REMOTE_TOKEN) != 0
                ? Optional.of(reader.fixed("holepunchPayload.remoteToken", MessageConstants.KEY_BYTES)) : Optional.empty();
        return new HolepunchPayload(error, firewall, round, (flags & FLAG_CONNECTED) != 0, (flags & FLAG_PUNCHING) != 0,
                addresses, remoteAddress, token, remoteToken);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint((connected ? FLAG_CONNECTED : 0)
                | (punching ? FLAG_PUNCHING : 0)
                | (addresses.isPresent() ? FLAG_ADDRESSES : 0)
                | (remoteAddress.isPresent() ? FLAG_REMOTE_ADDRESS : 0)
                | (token.isPresent() ? FLAG_TOKEN : 0)
                | (remoteToken.isPresent() ? FLAG_REMOTE_TOKEN : 0));
        writer.uint(error.code());
        writer.uint(firewall.code());
        writer.uint(round);
        addresses.ifPresent(list -> writer.list(list, WireWriter::ipv4Address));
        remoteAddress.ifPresent(writer::ipv4Address);
        token.ifPresent(writer::raw);
        remoteToken.ifPresent(writer::raw);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HolepunchPayload that && error == that.error && firewall == that.firewall
                && round == that.round && connected == that.connected && punching == that.punching
                && addresses.equals(that.addresses) && remoteAddress.equals(that.remoteAddress)
                && Arrays.equals(token.orElse(null), that.token.orElse(null))
                && Arrays.equals(remoteToken.orElse(null), that.remoteToken.orElse(null));
    }

    @Override
    public int hashCode() {
        return Objects.hash(error, firewall, round, connected, punching, addresses, remoteAddress,
                Arrays.hashCode(token.orElse(null)), Arrays.hashCode(remoteToken.orElse(null)));
    }

    @Override
    public String toString() {
        return "HolepunchPayload[" + error + ", " + firewall + ", round " + round + (connected ? ", connected" : "")
                + (punching ? ", punching" : "") + ", addresses " + addresses + ", remoteAddress " + remoteAddress
                + (token.isPresent() ? ", token" : "") + (remoteToken.isPresent() ? ", remoteToken" : "") + "]";
    }
}
