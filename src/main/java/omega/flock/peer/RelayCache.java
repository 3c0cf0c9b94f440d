package omega.flock.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;

/**
 * The relays through which peers were reached last, for the next dial (hyperdht 6.34.0 {@code _relayAddressesCache}). Holds
 * {@value PeerConstants#RELAY_CACHE} peers, the least recently used go first. Thread-safe.
 */
final class RelayCache {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<PublicKey, List<PeerAddress>> relays = new LinkedHashMap<>(16, 0.75f, true); // guarded by lock

    void put(PublicKey peer, List<PeerAddress> addresses) {
        List<PeerAddress> bounded = List.copyOf(addresses.subList(0, Math.min(addresses.size(), PeerConstants.MAX_HINTS)));
        lock.lock();
        try {
            relays.put(peer, bounded);
            if (relays.size() > PeerConstants.RELAY_CACHE) {
                relays.remove(relays.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    List<PeerAddress> lookup(PublicKey peer) {
        lock.lock();
        try {
            return relays.getOrDefault(peer, List.of());
        } finally {
            lock.unlock();
        }
    }
}
