package omega.flock.swarm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;

/**
 * The network that fake flocks share: who listens, and what is announced. It knows which threads wait in it, so that a test
 * can tell when nothing moves any more.
 */
final class FakeWorld {

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final Set<Thread> parked = new HashSet<>(); // guarded by lock
    private final Map<PublicKey, FakeListener> listeners = new HashMap<>(); // guarded by lock
    private final Map<Topic, Map<PublicKey, FoundPeer>> records = new HashMap<>(); // guarded by lock

    /** Something that a thread waits for in the network. */
    final class Held<T> {
        private Optional<T> value = Optional.empty(); // guarded by lock
        private Optional<IOException> failure = Optional.empty(); // guarded by lock
        private Optional<Thread> waiter = Optional.empty(); // guarded by lock

        T await() throws IOException, InterruptedException {
            lock.lockInterruptibly();
            try {
                while (value.isEmpty() && failure.isEmpty()) {
                    waiter = Optional.of(Thread.currentThread());
                    parked.add(Thread.currentThread());
                    changed.await();
                }
                if (failure.isPresent()) {
                    throw failure.get();
                }
                return value.get();
            } finally {
                waiter.ifPresent(parked::remove);
                lock.unlock();
            }
        }

        /** Waits without hearing an interrupt, as a dial does that has all but opened. */
        T awaitDeaf() {
            lock.lock();
            try {
                while (value.isEmpty()) {
                    changed.awaitUninterruptibly();
                }
                return value.get();
            } finally {
                lock.unlock();
            }
        }

        void complete(T result) {
            settle(() -> value = value.or(() -> Optional.of(result)));
        }

        void fail(IOException reason) {
            settle(() -> failure = failure.or(() -> Optional.of(reason)));
        }

        private void settle(Runnable change) {
            lock.lock();
            try {
                change.run();
                waiter.ifPresent(parked::remove); // it runs from now on
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    <T> Held<T> held() {
        return new Held<>();
    }

    /** Returns how many threads wait in the network, or -1 if one of them was interrupted and is about to run. */
    int parked() {
        lock.lock();
        try {
            return parked.stream().anyMatch(Thread::isInterrupted) ? -1 : parked.size();
        } finally {
            lock.unlock();
        }
    }

    boolean listen(PublicKey key, FakeListener listener) {
        return locked(() -> listeners.putIfAbsent(key, listener) == null);
    }

    void unlisten(PublicKey key, FakeListener listener) {
        locked(() -> listeners.remove(key, listener));
    }

    Optional<FakeListener> listener(PublicKey key) {
        return locked(() -> Optional.ofNullable(listeners.get(key)));
    }

    void announce(Topic topic, FoundPeer peer) {
        locked(() -> records.computeIfAbsent(topic, key -> new LinkedHashMap<>()).put(peer.publicKey(), peer));
    }

    void unannounce(Topic topic, PublicKey key) {
        locked(() -> records.getOrDefault(topic, new HashMap<>()).remove(key));
    }

    List<FoundPeer> lookup(Topic topic) {
        return locked(() -> new ArrayList<>(records.getOrDefault(topic, Map.of()).values()));
    }

    private <T> T locked(java.util.function.Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
