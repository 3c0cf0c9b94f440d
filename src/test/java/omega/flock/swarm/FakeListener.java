package omega.flock.swarm;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;

/** A listening key in the fake network. */
final class FakeListener implements Listener {

    private final FakeWorld world;
    private final PublicKey key;
    private final Predicate<PublicKey> rejects;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<FakeLink> arrived = new ArrayDeque<>(); // guarded by lock
    private Optional<FakeWorld.Held<FakeLink>> accepting = Optional.empty(); // guarded by lock
    private boolean closed; // guarded by lock

    FakeListener(FakeWorld world, PublicKey key, Predicate<PublicKey> rejects) {
        this.world = world;
        this.key = key;
        this.rejects = rejects;
    }

    /** Runs the firewall on the dialler's thread. */
    boolean rejects(PublicKey dialler) {
        return rejects.test(dialler);
    }

    /** Hands a connection over. */
    void deliver(FakeLink link) {
        lock.lock();
        try {
            if (accepting.isPresent()) {
                accepting.get().complete(link);
                accepting = Optional.empty();
            } else {
                arrived.addLast(link);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The listener breaks down by itself. */
    void breakDown() {
        close();
    }

    @Override
    public FakeLink accept() throws IOException, InterruptedException {
        FakeWorld.Held<FakeLink> next = world.held();
        lock.lock();
        try {
            if (!arrived.isEmpty()) {
                return arrived.removeFirst();
            }
            if (closed) {
                throw new FlockException(Code.SERVER_CLOSED, "closed");
            }
            accepting = Optional.of(next);
        } finally {
            lock.unlock();
        }
        return next.await();
    }

    @Override
    public List<PeerAddress> relayAddresses() {
        return List.of(new PeerAddress("10.0.0.9", 9000));
    }

    @Override
    public void close() {
        world.unlisten(key, this);
        lock.lock();
        try {
            closed = true;
            accepting.ifPresent(held -> held.fail(new FlockException(Code.SERVER_CLOSED, "closed")));
            accepting = Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
