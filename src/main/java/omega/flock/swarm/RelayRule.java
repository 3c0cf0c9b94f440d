package omega.flock.swarm;

import java.util.List;
import java.util.Set;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PublicKey;

/**
 * When a relay is used: for a peer that could not be punched once, and for all while our own NAT is random. Pure. Rules:
 * hyperswarm 4.17.2 index.js {@code toRelayFunction}, {@code shouldForceRelaying}.
 */
final class RelayRule {

    /**
     * Failures after which a peer is dialled with a relay. "Once a puncher exists, every failure of the probe or punch stage
     * reaches the application as HOLEPUNCH_ABORTED" upstream; here each has its own code.
     */
    private static final Set<Code> UNPUNCHABLE = Set.of(Code.HOLEPUNCH_ABORTED, Code.HOLEPUNCH_DOUBLE_RANDOMIZED_NATS,
            Code.REMOTE_NOT_HOLEPUNCHABLE, Code.HOLEPUNCH_PROBE_TIMEOUT, Code.HOLEPUNCH_INVALID, Code.REMOTE_ABORTED,
            Code.REMOTE_NOT_HOLEPUNCHING);

    private RelayRule() {}

    /** Tells whether a failed dial says that the peer needs a relay. */
    static boolean isUnpunchable(Exception failure) {
        return failure instanceof FlockException known && UNPUNCHABLE.contains(known.reason());
    }

    /** Returns the relays to use now. */
    static List<PublicKey> choose(List<PublicKey> configured, boolean forced, boolean randomized) {
        return forced || randomized ? configured : List.of();
    }
}
