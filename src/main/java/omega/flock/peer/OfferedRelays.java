package omega.flock.peer;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.FairSlots;

/**
 * The relays that clients have named and that are being asked, all servers of a node together: whom we reach out to is for the client
 * to say, so how many at a time is for us. The sources of the clients share the places fairly. Thread-safe; never blocks.
 */
final class OfferedRelays {

    private final ReentrantLock lock = new ReentrantLock();
    private final FairSlots<RelayRoute> places = new FairSlots<>(PeerConstants.MAX_OFFERED_RELAYS); // guarded by lock

    /**
     * Takes a place for a relay, which is given back by {@link #leave}.
     *
     * @return false if there is none for this client; a relay that had to give its place up is closed
     */
    boolean enter(RelayRoute route, HandshakeAdmission.Applicant client, PeerCounters counters) {
        Object[] path = path(client);
        Optional<RelayRoute> displaced;
        lock.lock();
        try {
            if (!places.hasRoomFor(path)) {
                counters.count(PeerDrop.TOO_MANY_RELAYS);
                return false;
            }
            displaced = places.enter(route, path);
        } finally {
            lock.unlock();
        }
        displaced.ifPresent(each -> {
            counters.count(PeerDrop.TOO_MANY_RELAYS);
            each.close();
        });
        return true;
    }

    /** Gives a place back; one that was taken away already is not the route's any more. */
    void leave(RelayRoute route, HandshakeAdmission.Applicant client) {
        lock.lock();
        try {
            places.leave(route, path(client));
        } finally {
            lock.unlock();
        }
    }

    private static Object[] path(HandshakeAdmission.Applicant client) {
        return new Object[] {client.group(), client.client()};
    }
}
