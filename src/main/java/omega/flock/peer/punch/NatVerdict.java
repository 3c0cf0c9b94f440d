package omega.flock.peer.punch;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;

/**
 * What is known about the own NAT, as it goes into a {@link omega.flock.dht.message.HolepunchPayload}.
 *
 * @param firewall the verdict
 * @param addresses where the socket can be reached from outside; empty if and only if the verdict is UNKNOWN
 */
public record NatVerdict(Firewall firewall, Optional<List<PeerAddress>> addresses) {

    /** Checks that an address comes with every verdict. */
    public NatVerdict {
        Objects.requireNonNull(firewall, "firewall");
        addresses = addresses.map(List::copyOf);
        if (addresses.isPresent() == (firewall == Firewall.UNKNOWN)) {
            throw new IllegalArgumentException(firewall + " with addresses " + addresses);
        }
    }

    /** Tells whether one address works for everybody, so that no random punch is needed on this side. */
    public boolean isStable() {
        return switch (firewall) {
            case OPEN, CONSISTENT -> true;
            case UNKNOWN, RANDOM -> false;
        };
    }
}
