package omega.flock.peer;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.SourceBudget;

/**
 * The relays that clients have named and that are being asked, all servers of a node together: whom we reach out to is for the client
 * to say, so how many at a time, and how often, is for us. The sources of the clients share the places fairly. Each relay costs a walk, while a
 * client that names it has shown nothing but a key: what our relays vouch for has a speed of its own, as {@link HandshakeAdmission} has it.
 * Thread-safe; never blocks.
 *
 * @param <R> the way through a relay
 */
final class OfferedRelays<R> {

    private final ReentrantLock lock = new ReentrantLock();
    private final FairSlots<R> places = new FairSlots<>(PeerConstants.MAX_OFFERED_RELAYS); // guarded by lock
    private final SourceBudget throughRelays; // guarded by lock
    private final SourceBudget direct; // guarded by lock

    OfferedRelays(long nowNanos) {
        throughRelays = budget(PeerConstants.OFFERED_THROUGH_RELAYS, nowNanos);
        direct = budget(PeerConstants.OFFERED_DIRECT, nowNanos);
    }

    private static SourceBudget budget(int allPerSecond, long nowNanos) {
        return new SourceBudget(allPerSecond / 2.0, allPerSecond / 2.0, allPerSecond, nowNanos);
    }

    /**
     * A place.
     *
     * @param displaced the relay that had to give it up and is to be closed, if one had to
     */
    record Place<R>(Optional<R> displaced) {}

    /** Takes a place for a relay, which is given back by {@link #leave}. {@return the place; empty if there is none for this client} */
    Optional<Place<R>> enter(R route, HandshakeAdmission.Applicant client, long nowNanos) {
        Object[] path = path(client);
        lock.lock();
        try {
            return places.hasRoomFor(path) && isInTime(client, nowNanos) ? Optional.of(new Place<>(places.enter(route, path))) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing on the wire can come from a loopback address: that is this machine. */
    private boolean isInTime(HandshakeAdmission.Applicant client, long nowNanos) {
        return client.client().isLoopback() || (client.relay().isPresent() ? throughRelays : direct).trySpend(client.client(), 1, nowNanos);
    }

    /** Gives a place back; one that was taken away already is not the route's any more. */
    void leave(R route, HandshakeAdmission.Applicant client) {
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
