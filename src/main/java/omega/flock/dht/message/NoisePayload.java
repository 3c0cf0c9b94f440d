package omega.flock.dht.message;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The plaintext inside both Noise messages of a connection attempt: how the writer can be reached, and on which stream.
 *
 * <pre>
 *  +----------------+------------+------------+---------------+
 *  | version uint 1 | flags uint | error uint | firewall uint |
 *  +----------------+------------+------------+---------------+
 *  | flag  1  holepunch       HolepunchInfo                   |
 *  | flag  2  addresses4      count uint, count x IPv4 6      |
 *  | flag  4  addresses6      count uint, count x IPv6 18     |
 *  | flag  8  udx             UdxInfo                         |
 *  | flag 16  secretStream    SecretStreamInfo                |
 *  | flag 32  relayThrough    RelayThroughInfo                |
 *  | flag 64  relayAddresses  count uint, count x IPv4 6      |
 *  | flag 2^15  secretDatagrams  nothing; beside flag 16      |
 *  +----------------------------------------------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code noisePayload}; the last flag is this library's own (ADR 46), and the JavaScript stack
 * looks at those that it knows only. Of another version nothing but the number is read; the rest
 * is then as in {@link #EMPTY}, and the number is for the caller to refuse.
 *
 * @param version        {@value MessageConstants#PAYLOAD_VERSION}, or what a newer peer wrote
 * @param error          why the server refuses; {@link PayloadError#NONE} from a client
 * @param firewall       how reachable the writer believes to be
 * @param holepunch      where the server takes punching rounds; absent when it needs none
 * @param addresses4     addresses of the writer: its public one if open, then its local ones; absent and empty are the same
 * @param addresses6     always empty today
 * @param udx            the writer's stream
 * @param secretStream   the encryption on it
 * @param relayThrough   a blind relay
 * @param relayAddresses the server's relays for the client to remember; absent is not empty
 */
public record NoisePayload(long version, PayloadError error, Firewall firewall, Optional<HolepunchInfo> holepunch,
                           List<PeerAddress> addresses4, List<PeerAddress> addresses6, Optional<UdxInfo> udx,
                           Optional<SecretStreamInfo> secretStream, Optional<RelayThroughInfo> relayThrough,
                           Optional<List<PeerAddress>> relayAddresses) implements DhtMessage {

    /** A payload of the current version with nothing in it: the one to start from. */
    public static final NoisePayload EMPTY = ofVersion(MessageConstants.PAYLOAD_VERSION);

    private static final int FLAG_HOLEPUNCH = 1;
    private static final int FLAG_ADDRESSES4 = 2;
    private static final int FLAG_ADDRESSES6 = 4;
    private static final int FLAG_UDX = 8;
    private static final int FLAG_SECRET_STREAM = 16;
    private static final int FLAG_RELAY_THROUGH = 32;
    private static final int FLAG_RELAY_ADDRESSES = 64;
    private static final int FLAG_SECRET_DATAGRAMS = 1 << 15;

    /** Copies the lists. */
    public NoisePayload {
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(firewall, "firewall");
        Objects.requireNonNull(holepunch, "holepunch");
        addresses4 = List.copyOf(addresses4);
        addresses6 = List.copyOf(addresses6);
        Objects.requireNonNull(udx, "udx");
        Objects.requireNonNull(secretStream, "secretStream");
        Objects.requireNonNull(relayThrough, "relayThrough");
        relayAddresses = relayAddresses.map(List::copyOf);
        if (version < 0) {
            throw new IllegalArgumentException("version: negative: " + version);
        }
    }

    private static NoisePayload ofVersion(long version) {
        return new NoisePayload(version, PayloadError.NONE, Firewall.UNKNOWN, Optional.empty(), List.of(), List.of(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** {@return the payload in these bytes; one of another version is empty but for that number} */
    public static NoisePayload decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long version = reader.uint("noisePayload.version");
        if (version != MessageConstants.PAYLOAD_VERSION) {
            // "Do not attempt to decode but return this back to the user so they can actually handle it"
            return ofVersion(version);
        }
        long flags = reader.uint("noisePayload.flags");
        PayloadError error = PayloadError.of(reader.uint("noisePayload.error"));
        Firewall firewall = Firewall.of(reader.uint("noisePayload.firewall"));
        Optional<HolepunchInfo> holepunch = (flags & FLAG_HOLEPUNCH) != 0
                ? Optional.of(HolepunchInfo.decode(reader)) : Optional.empty();
        List<PeerAddress> addresses4 = (flags & FLAG_ADDRESSES4) != 0
                ? Addresses.readIpv4(reader, "noisePayload.addresses4") : List.of();
        List<PeerAddress> addresses6 = (flags & FLAG_ADDRESSES6) != 0
                ? Addresses.readIpv6(reader, "noisePayload.addresses6") : List.of();
        Optional<UdxInfo> udx = (flags & FLAG_UDX) != 0 ? Optional.of(UdxInfo.decode(reader)) : Optional.empty();
        Optional<SecretStreamInfo> secretStream = (flags & FLAG_SECRET_STREAM) != 0
                ? Optional.of(SecretStreamInfo.decode(reader, (flags & FLAG_SECRET_DATAGRAMS) != 0)) : Optional.empty();
        Optional<RelayThroughInfo> relayThrough = (flags & FLAG_RELAY_THROUGH) != 0
                ? Optional.of(RelayThroughInfo.decode(reader)) : Optional.empty();
        Optional<List<PeerAddress>> relayAddresses = (flags & FLAG_RELAY_ADDRESSES) != 0
                ? Optional.of(Addresses.readIpv4(reader, "noisePayload.relayAddresses")) : Optional.empty();
        return new NoisePayload(version, error, firewall, holepunch, addresses4, addresses6, udx, secretStream,
                relayThrough, relayAddresses);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(version);
        if (version != MessageConstants.PAYLOAD_VERSION) {
            return;
        }
        writer.uint((holepunch.isPresent() ? FLAG_HOLEPUNCH : 0)
                | (addresses4.isEmpty() ? 0 : FLAG_ADDRESSES4)
                | (addresses6.isEmpty() ? 0 : FLAG_ADDRESSES6)
                | (udx.isPresent() ? FLAG_UDX : 0)
                | (secretStream.isPresent() ? FLAG_SECRET_STREAM : 0)
                | (relayThrough.isPresent() ? FLAG_RELAY_THROUGH : 0)
                | (relayAddresses.isPresent() ? FLAG_RELAY_ADDRESSES : 0)
                | (hasSecretDatagrams() ? FLAG_SECRET_DATAGRAMS : 0));
        writer.uint(error.code());
        writer.uint(firewall.code());
        holepunch.ifPresent(info -> info.encode(writer));
        if (!addresses4.isEmpty()) {
            writer.list(addresses4, WireWriter::ipv4Address);
        }
        if (!addresses6.isEmpty()) {
            writer.list(addresses6, WireWriter::ipv6Address);
        }
        udx.ifPresent(info -> info.encode(writer));
        secretStream.ifPresent(info -> info.encode(writer));
        relayThrough.ifPresent(info -> info.encode(writer));
        relayAddresses.ifPresent(list -> writer.list(list, WireWriter::ipv4Address));
    }

    /** {@return whether the writer can seal datagrams with keys that only the two peers have} */
    public boolean hasSecretDatagrams() {
        return secretStream.filter(SecretStreamInfo::secretDatagrams).isPresent();
    }

    /** {@return this payload with another error} */
    public NoisePayload withError(PayloadError value) {
        return new NoisePayload(version, value, firewall, holepunch, addresses4, addresses6, udx, secretStream, relayThrough,
                relayAddresses);
    }

    /** {@return this payload with another firewall} */
    public NoisePayload withFirewall(Firewall value) {
        return new NoisePayload(version, error, value, holepunch, addresses4, addresses6, udx, secretStream, relayThrough,
                relayAddresses);
    }

    /** {@return this payload with punching rounds taken there} */
    public NoisePayload withHolepunch(HolepunchInfo value) {
        return new NoisePayload(version, error, firewall, Optional.of(value), addresses4, addresses6, udx, secretStream,
                relayThrough, relayAddresses);
    }

    /** {@return this payload with other IPv4 addresses} */
    public NoisePayload withAddresses4(List<PeerAddress> value) {
        return new NoisePayload(version, error, firewall, holepunch, value, addresses6, udx, secretStream, relayThrough,
                relayAddresses);
    }

    /** {@return this payload with other IPv6 addresses} */
    public NoisePayload withAddresses6(List<PeerAddress> value) {
        return new NoisePayload(version, error, firewall, holepunch, addresses4, value, udx, secretStream, relayThrough,
                relayAddresses);
    }

    /** {@return this payload with that stream} */
    public NoisePayload withUdx(UdxInfo value) {
        return new NoisePayload(version, error, firewall, holepunch, addresses4, addresses6, Optional.of(value), secretStream,
                relayThrough, relayAddresses);
    }

    /** {@return this payload with that encryption} */
    public NoisePayload withSecretStream(SecretStreamInfo value) {
        return new NoisePayload(version, error, firewall, holepunch, addresses4, addresses6, udx, Optional.of(value),
                relayThrough, relayAddresses);
    }

    /** {@return this payload with that blind relay} */
    public NoisePayload withRelayThrough(RelayThroughInfo value) {
        return new NoisePayload(version, error, firewall, holepunch, addresses4, addresses6, udx, secretStream,
                Optional.of(value), relayAddresses);
    }

    /** {@return this payload with those relays to remember} */
    public NoisePayload withRelayAddresses(List<PeerAddress> value) {
        return new NoisePayload(version, error, firewall, holepunch, addresses4, addresses6, udx, secretStream, relayThrough,
                Optional.of(value));
    }
}
