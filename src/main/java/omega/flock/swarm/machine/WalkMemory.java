package omega.flock.swarm.machine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import omega.flock.base.PeerAddress;

/** What a topic has learned from its walks: where to begin the next one, and where our record may lie. Pure; not thread-safe. */
final class WalkMemory {

    private boolean announced;
    private boolean cleared;
    private List<PeerAddress> closest = List.of();
    private List<PeerAddress> holders = List.of();

    /** Tells whether our record may lie at some node. */
    boolean announced() {
        return announced;
    }

    /** Tells whether stale records of our key have yet to be cleared: the first announcement does. */
    boolean mustClear() {
        return !cleared;
    }

    /** Returns the nodes closest to the topic as far as known. */
    List<PeerAddress> seeds() {
        return closest;
    }

    /** An announcement begins. */
    void announcing() {
        announced = true;
    }

    /** A walk has ended, or was cut short after it had met these nodes. */
    void walked(List<PeerAddress> met, boolean announcing, boolean success) {
        if (!met.isEmpty()) {
            if (announcing) {
                // The nodes of the announcement before keep their copy for up to 27 minutes.
                holders = union(met, holders);
            }
            closest = success ? List.copyOf(met) : union(met, closest);
        }
        cleared |= success && announcing;
    }

    /** Our record has been, or is being, withdrawn everywhere. Returns where it may have lain. */
    List<PeerAddress> withdrawn() {
        List<PeerAddress> nodes = announced ? holders : List.of();
        announced = false;
        holders = List.of();
        return nodes;
    }

    private static List<PeerAddress> union(List<PeerAddress> first, List<PeerAddress> second) {
        Set<PeerAddress> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(new ArrayList<>(all).subList(0, Math.min(all.size(), SwarmConstants.MAX_REMEMBERED_NODES)));
    }
}
