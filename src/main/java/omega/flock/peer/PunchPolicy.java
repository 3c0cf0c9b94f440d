package omega.flock.peer;

import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;

/** The program's say on hole punching, asked once both sides know their NAT (the {@code holepunch} hook of hyperdht). */
@FunctionalInterface
public interface PunchPolicy {

    /** Punches whenever the protocol allows it. */
    PunchPolicy ALWAYS = (remote, local, remoteAddresses, localAddresses) -> true;

    /**
     * Tells whether to punch. Runs on a virtual thread of the attempt; must not block for long.
     *
     * @param remote what the peer says about its NAT
     * @param local what we found out about ours
     * @param remoteAddresses where the peer can be reached
     * @param localAddresses where we can be reached; empty while unknown
     */
    boolean allows(Firewall remote, Firewall local, List<PeerAddress> remoteAddresses, List<PeerAddress> localAddresses);
}
