package omega.flock.swarm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import omega.flock.base.PublicKey;
import omega.flock.runtime.NetworkSource;
import omega.flock.swarm.ConnectionEntry.Stage;

/**
 * All connections and dials of a flock, at most one for each key, and their numbers. Not thread-safe: guarded by the guard
 * of its swarm.
 *
 * @param <L> the connections
 */
final class ConnectionTable<L extends Link> {

    private final Map<PublicKey, ConnectionEntry<L>> entries = new HashMap<>();
    private final Map<NetworkSource, Integer> inboundFrom = new HashMap<>();
    private int dials;
    private int inbound;
    private int underWay;

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
        inboundFrom.merge(entry.source().orElseThrow(), 1, Integer::sum);
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
            inboundFrom.computeIfPresent(entry.source().orElseThrow(), (source, held) -> held == 1 ? null : held - 1);
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
        return inboundFrom.getOrDefault(source, 0);
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
        entries.values().forEach(ConnectionEntry::closed);
        entries.clear();
        dials = 0;
        inbound = 0;
        inboundFrom.clear();
        underWay = 0;
    }

    private void put(ConnectionEntry<L> entry) {
        if (entries.putIfAbsent(entry.peer().publicKey(), entry) != null) {
            throw new IllegalStateException("there is a connection to " + entry.peer().publicKey());
        }
    }
}
