package omega.flock.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.dht.HandshakeArrival;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.dht.message.SecretStreamInfo;
import omega.flock.dht.message.UdxInfo;
import omega.flock.peer.punch.AddressRules;

/** What a server tells a client, and what it makes of what the client tells. Pure. */
final class InboundReply {

    private InboundReply() {}

    /**
     * Returns the payload of the second Noise message.
     *
     * @param number under which the client finds the handshake again in its rounds
     * @param open our address, if strangers can reach it; then nothing needs to be punched
     * @param local our addresses in the local network
     * @param streamId our stream, or 0 with an error
     * @param relayThrough the blind relay at which we wait for the client
     */
    static NoisePayload payload(PayloadError error, int number, Optional<PeerAddress> open, List<PeerAddress> local,
            Relays relays, long streamId, Optional<RelayThroughInfo> relayThrough) {
        List<PeerAddress> addresses = new ArrayList<>();
        open.ifPresent(addresses::add);
        addresses.addAll(local);
        Optional<HolepunchInfo> holepunch =
                open.isPresent() ? Optional.empty() : Optional.of(new HolepunchInfo(number, relays.relays()));
        return new NoisePayload(NoisePayload.EMPTY.version(), error, open.isPresent() ? Firewall.OPEN : Firewall.UNKNOWN,
                holepunch, addresses, List.of(), Optional.of(UdxInfo.of(false, streamId)),
                Optional.of(SecretStreamInfo.CURRENT), relayThrough,
                relays.addresses().isEmpty() ? Optional.empty() : Optional.of(relays.addresses()));
    }

    /**
     * Returns where a client probably is in our own network: the relay sees both of us at one address, and this private
     * address of the client looks like one of ours. Empty if it is elsewhere.
     *
     * @param local our addresses, none if they are not shared
     */
    static Optional<PeerAddress> neighbour(HandshakeArrival arrival, NoisePayload client, List<PeerAddress> local) {
        if (!arrival.relayed() || !arrival.clientAddress().host().equals(arrival.to().host())) {
            return Optional.empty();
        }
        List<PeerAddress> theirs = client.addresses4().stream().filter(each -> AddressRules.isPrivate(each.host())).toList();
        return AddressRules.match(local, theirs);
    }
}
