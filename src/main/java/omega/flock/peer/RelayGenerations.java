package omega.flock.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omega.flock.base.PeerAddress;

/**
 * The relays of three announce cycles of one server (hyperdht 6.34.0 lib/announcer.js {@code _serverRelays}). Pure; not
 * thread-safe. A client may come by a relay of an earlier cycle while a new one is under way.
 */
final class RelayGenerations {

    private Map<PeerAddress, PeerAddress> current = new LinkedHashMap<>();
    private Map<PeerAddress, PeerAddress> previous = new LinkedHashMap<>();
    private Map<PeerAddress, PeerAddress> oldest = new LinkedHashMap<>();

    /** Begins a cycle: what was current becomes previous, and the new current one is empty. */
    void shift() {
        oldest = previous;
        previous = current;
        current = new LinkedHashMap<>();
    }

    /** Adds a relay to the current cycle. */
    void add(PeerAddress relay, PeerAddress seenAs) {
        current.put(relay, seenAs);
    }

    /** Tells whether a node is a relay of any of the three cycles. */
    boolean contains(PeerAddress node) {
        return current.containsKey(node) || previous.containsKey(node) || oldest.containsKey(node);
    }

    /** Returns the address that a relay of the current cycle knows us by, as it told when we announced. */
    Map<PeerAddress, PeerAddress> currentSeenAs() {
        return Map.copyOf(current);
    }

    /** Returns the relays of the previous cycle that are not in the current one: they are to be unannounced. */
    List<PeerAddress> abandoned() {
        List<PeerAddress> gone = new ArrayList<>(previous.keySet());
        gone.removeAll(current.keySet());
        return gone;
    }

    /**
     * Returns every relay that may have the record now: those of the current cycle, and of the previous one, from which
     * nothing was withdrawn if the current cycle was cut short.
     */
    List<PeerAddress> holders() {
        Set<PeerAddress> holders = new LinkedHashSet<>(current.keySet());
        holders.addAll(previous.keySet());
        return List.copyOf(holders);
    }
}
