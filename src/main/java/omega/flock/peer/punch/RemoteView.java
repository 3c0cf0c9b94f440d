package omega.flock.peer.punch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;

/**
 * What the other peer says about its own NAT, and how much of it is proven.
 *
 * @param firewall its verdict
 * @param punching whether it sends probes
 * @param addresses where it says it can be reached, best first; at most {@link PunchConstants#MAX_REMOTE_ADDRESSES}
 */
record RemoteView(Firewall firewall, boolean punching, List<Candidate> addresses) {

    /**
     * One address of the other peer.
     *
     * @param address the address; port 0 if its NAT picks ports at random
     * @param verified whether the peer has proven to receive at this host, by echoing our token
     */
    record Candidate(PeerAddress address, boolean verified) {}

    RemoteView {
        addresses = List.copyOf(addresses);
    }

    /** What is known before the first round: the verdict of the handshake. */
    static RemoteView initially(Firewall firewall) {
        return new RemoteView(firewall, false, List.of());
    }

    /**
     * Returns what is known after a round.
     *
     * @param verifiedHost the host that the peer has just proven to receive at; proofs of earlier rounds stay good for as
     *     long as the peer lists the host
     */
    RemoteView after(HolepunchPayload round, Optional<String> verifiedHost) {
        Set<String> verified = new HashSet<>();
        verifiedHost.ifPresent(verified::add);
        addresses.stream().filter(Candidate::verified).forEach(candidate -> verified.add(candidate.address().host()));
        List<Candidate> candidates = new ArrayList<>();
        for (PeerAddress address : round.addresses().orElse(List.of())) {
            if (candidates.size() < PunchConstants.MAX_REMOTE_ADDRESSES) {
                candidates.add(new Candidate(address, verified.contains(address.host())));
            }
        }
        return new RemoteView(round.firewall(), round.punching(), candidates);
    }

    /** Returns the first proven address. */
    Optional<PeerAddress> verifiedAddress() {
        return addresses.stream().filter(Candidate::verified).map(Candidate::address).findFirst();
    }
}
