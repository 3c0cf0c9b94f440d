package omega.flock.swarm.machine;

import java.util.List;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;

/** What takes its time on the network, each on a virtual thread: the machine starts it and is told once how it ends. */
public sealed interface Job {
    /** {@return a number that no other job of the machine has} */
    long id();

    /**
     * Connect to a peer; ends with {@link SwarmMachine#dialOpened} or {@link SwarmMachine#dialFailed}.
     *
     * @param relays nodes that may reach it; empty if unknown
     * @param relayForced whether it can be reached through a blind relay only
     */
    record Dial(long id, PublicKey key, List<PeerAddress> relays, boolean relayForced) implements Job {}

    /**
     * Walk to the nodes closest to a topic; ends with {@link SwarmMachine#searched}.
     *
     * @param clear whether stale records of our key that the walk meets are withdrawn
     * @param seeds nodes to begin with
     */
    record Search(long id, Topic topic, Kind kind, boolean clear, List<PeerAddress> seeds) implements Job {}

    /** Withdraw our record of a topic from these nodes; ends with {@link SwarmMachine#unannounced}. */
    record Unannounce(long id, Topic topic, List<PeerAddress> holders) implements Job {}

    /** Make our key reachable and take in who connects; ends with {@link SwarmMachine#listenEnded}. */
    record Listen(long id) implements Job {}

    /** What a walk does at the nodes it comes to. */
    enum Kind {
        /** Asks for peers. */
        LOOKUP,
        /** Asks for peers and leaves our record. */
        ANNOUNCE,
        /** Asks for peers and takes our record back. */
        LOOKUP_AND_UNANNOUNCE
    }
}
