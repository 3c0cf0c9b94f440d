package omega.flock.swarm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import omega.flock.base.PublicKey;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;
import omega.flock.swarm.ConnectionEntry.Stage;

/**
 * All connections and dials of a flock, at most one for each key, and their numbers. Not thread-safe: guarded by the guard
 * of its swarm.
 *
 * @param <L> the connections
 */
final class ConnectionTable<L extends Link> {

    private static final NetworkSource NOBODY = new NetworkSource(0, 0);

    private final Map<PublicKey, ConnectionEntry<L>> entries = new HashMap<>();
    private final FairSlots<ConnectionEntry<L>> places; // of those that others have opened
    private int dials;
    private int inbound;
    private int underWay;

    /**
     * Creates an empty table.
     *
     * @param maxInbound connections that others may have opened
     */
    ConnectionTable(int maxInbound) {
        this.places = new FairSlots<>(Math.max(1, maxInbound));
    }

    Optional<ConnectionEntry<L>> find(PublicKey key) {
        return Optional.ofNullable(entries.get(key));
    }

    boolean contains(PublicKey key) {
        return entries.containsKey(key);
    }

    /** Adds the entry of a dial that begins. */
    ConnectionEntry<L> addDial(PeerState peer) {
        ConnectionEntry<L> entry = ConnectionEntry.dial(peer);
        put(entry);
        dials++;
        underWay++;
        return entry;
    }

    /** Adds a connection that a peer has opened. */
    ConnectionEntry<L> addInbound(PeerState peer, L link) {
        ConnectionEntry<L> entry = ConnectionEntry.inbound(peer, link);
        put(entry);
        inbound++;
        places.enter(entry, entry.source().orElseThrow());
        return entry;
    }

    /** A dial has become a connection. */
    void opened(ConnectionEntry<L> entry, L link) {
        entry.opened(link);
        underWay--;
    }

    /** Removes an entry that has ended; false if it had been removed before. */
    boolean remove(ConnectionEntry<L> entry) {
        if (entry.stage() == Stage.CLOSED) {
            return false;
        }
        if (entry.stage() != Stage.OPEN) {
            underWay--;
        }
        if (entry.dialled()) {
            dials--;
        } else {
            inbound--;
            places.leave(entry, entry.source().orElseThrow()); // unless another one has it by now
        }
        entry.closed();
        entries.remove(entry.peer().publicKey(), entry);
        return true;
    }

    /** Returns all entries: a snapshot. */
    List<ConnectionEntry<L>> all() {
        return new ArrayList<>(entries.values());
    }

    /** Returns the open connections: a snapshot. */
    List<L> links() {
        return entries.values().stream().flatMap(entry -> entry.link().stream()).toList();
    }

    /** Returns how many connections and dials there are. */
    int size() {
        return entries.size();
    }

    /** Returns how many of them we dialled. */
    int dials() {
        return dials;
    }

    /** Returns how many of them others opened. */
    int inbound() {
        return inbound;
    }

    /** Returns how many of those that others opened come from one source. */
    int inboundFrom(NetworkSource source) {
        return places.held(source);
    }

    /**
     * Returns which connection has to end if one more is to come from a source while there are as many as there may be: the oldest of the
     * source that holds most. Empty unless that one would still hold no fewer: nobody loses a connection to whoever has as many.
     */
    Optional<ConnectionEntry<L>> givingWayTo(NetworkSource source) {
        return places.displacedBy(source)
                .filter(oldest -> places.held(oldest.source().orElseThrow()) > places.held(source) + 1);
    }

    /** The same for a source that holds none, whichever it is. */
    Optional<ConnectionEntry<L>> givingWayToOthers() {
        return givingWayTo(NOBODY);
    }

    /** Returns how many dials have begun and neither opened nor ended, the firewall's questions included. */
    int underWay() {
        return underWay;
    }

    /** Returns how many dials are on the network and have neither opened nor ended. */
    int connecting() {
        return (int) entries.values().stream().filter(entry -> entry.stage() == Stage.DIALLING).count();
    }

    /** Forgets everything. */
    void clear() {
        entries.values().forEach(entry -> {
            entry.source().filter(source -> !entry.dialled()).ifPresent(source -> places.leave(entry, source));
            entry.closed();
        });
        entries.clear();
        dials = 0;
        inbound = 0;
        underWay = 0;
    }

    private void put(ConnectionEntry<L> entry) {
        if (entries.putIfAbsent(entry.peer().publicKey(), entry) != null) {
            throw new IllegalStateException("there is a connection to " + entry.peer().publicKey());
        }
    }
}
