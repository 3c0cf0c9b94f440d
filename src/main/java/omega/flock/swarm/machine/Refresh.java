package omega.flock.swarm.machine;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PublicKey;

/**
 * One lookup or announcement of a topic, which everybody may wait for: it succeeds when the walk and its commits have ended, or nobody needs
 * them any more, and fails when they failed or took too long.
 */
public final class Refresh {
    private final Outcome outcome = new Outcome();
    private final Set<PublicKey> reported = new HashSet<>();
    final boolean announcing;
    final long expiresAt;
    /** How many looks follow it, one after the other, while it fails or the topic is crowded. */
    final int looksLeft;
    /** Whether a node may know of more peers than it named. */
    boolean crowded;
    Optional<Refresh> successor = Optional.empty();
    /** Whether it only looks, for what it was begun for is done: its announcement is stored, or it is one of a crowded topic's further looks. */
    boolean looksAgain;

    Refresh(boolean announcing, long expiresAt, int looksLeft) {
        this.announcing = announcing;
        this.expiresAt = expiresAt;
        this.looksLeft = looksLeft;
    }

    /** {@return what those who wait get: of the refresh that took its place, if one did} */
    public Outcome outcome() {
        return successor.map(Refresh::outcome).orElse(outcome);
    }

    /** Tells whether it is no more than one of the further looks at a crowded topic. */
    boolean lookingAgain() {
        return looksAgain && !announcing;
    }

    void settle(boolean success) {
        outcome.settle(success);
    }

    /** Tells whether no node has named this peer before; each of twenty nodes may. Beyond a bound all are taken for news. */
    boolean firstReport(PublicKey key) {
        return reported.size() >= SwarmConstants.MAX_DISCOVERED_PEERS || reported.add(key);
    }
}
