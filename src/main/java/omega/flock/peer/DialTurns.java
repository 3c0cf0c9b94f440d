package omega.flock.peer;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Ticker;

/**
 * Bounds how many dials to one peer look for it and shake hands at a time: one while no relay is known, so that the others need no
 * walk, {@value PeerConstants#HANDSHAKES_AT_ONCE} from then on, so that the first ones are not starved by the first messages of a
 * thousand. Nobody waits while none of those before has come further for a second, as long as a lost datagram takes. Dials by another key
 * of ours count for themselves: a peer that is silent to one may answer the other. Thread-safe.
 */
final class DialTurns {

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<List<PublicKey>, Crowd> crowds = new HashMap<>(); // guarded by lock; by our own key and the peer's

    DialTurns(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The dials of one pair of keys; all guarded by lock. */
    private final class Crowd {

        private final Condition mayHaveRoom = lock.newCondition();
        private int limit;
        private int present; // waiting or at work
        private int working;
        private long progressNanos = ticker.nanoTime();

        Crowd(int limit) {
            this.limit = limit;
        }
    }

    /** A dial that is at work. */
    final class Turn implements AutoCloseable {

        private final List<PublicKey> pair;
        private final Crowd crowd;
        private boolean found; // of the dialling thread only

        private Turn(List<PublicKey> pair, Crowd crowd) {
            this.pair = pair;
            this.crowd = crowd;
        }

        /** The peer has answered, and the way to it is remembered. */
        void found() {
            found = true;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                crowd.working--;
                crowd.progressNanos = ticker.nanoTime();
                if (found) {
                    crowd.limit = PeerConstants.HANDSHAKES_AT_ONCE;
                }
                leave(pair, crowd);
                for (int i = crowd.working; i < crowd.limit; i++) {
                    crowd.mayHaveRoom.signal();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits for its turn.
     *
     * @param known whether relays of the peer are known already
     * @param limit how long to wait at the most
     */
    Turn enter(PublicKey own, PublicKey peer, boolean known, Duration limit) throws InterruptedException {
        lock.lock();
        try {
            List<PublicKey> pair = List.of(own, peer);
            Crowd crowd = crowds.computeIfAbsent(pair, absent -> new Crowd(known ? PeerConstants.HANDSHAKES_AT_ONCE : 1));
            crowd.present++;
            try {
                awaitRoom(crowd, ticker.nanoTime() + limit.toNanos());
            } catch (InterruptedException e) {
                leave(pair, crowd);
                crowd.mayHaveRoom.signal(); // in case it was meant for this one
                throw e;
            }
            crowd.working++;
            return new Turn(pair, crowd);
        } finally {
            lock.unlock();
        }
    }

    /** The lock is held. */
    private void awaitRoom(Crowd crowd, long deadlineNanos) throws InterruptedException {
        while (crowd.working >= crowd.limit) {
            long patience = crowd.progressNanos + PeerConstants.TURN_PATIENCE.toNanos() - ticker.nanoTime();
            long left = Math.min(patience, deadlineNanos - ticker.nanoTime());
            if (left <= 0) {
                return;
            }
            crowd.mayHaveRoom.awaitNanos(left);
        }
    }

    /** The lock is held. */
    private void leave(List<PublicKey> pair, Crowd crowd) {
        if (--crowd.present == 0) {
            crowds.remove(pair);
        }
    }

    /** {@return how many pairs there are with dials on their way that have not found the peer} */
    int crowds() {
        lock.lock();
        try {
            return crowds.size();
        } finally {
            lock.unlock();
        }
    }
}
