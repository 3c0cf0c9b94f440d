package omega.flock.swarm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.gateway.FoundPeer;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;

/** A walk through the fake network: so many nodes answer the same, then what is to be committed is committed. */
final class FakeWalk implements Query<LookupReply> {

    private final FakeWorld.Held<Boolean> gate;
    private final Supplier<List<FoundPeer>> answer;
    private final Runnable commit;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean committed = new AtomicBoolean();
    private volatile int answersLeft;
    private volatile List<PeerAddress> met = List.of();

    FakeWalk(FakeWorld.Held<Boolean> gate, int nodes, Supplier<List<FoundPeer>> answer, Runnable commit) {
        this.gate = gate;
        this.answersLeft = nodes;
        this.answer = answer;
        this.commit = commit;
    }

    /** Lets the walk go on. */
    void release() {
        gate.complete(true);
    }

    /** Lets the walk fail. */
    void fail(String code) {
        gate.fail(new FlockException(Code.valueOf(code), "the fake network says so"));
    }

    boolean isClosed() {
        return closed.get();
    }

    @Override
    public Iterator<LookupReply> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    gate.await();
                    requireOpen();
                    return answersLeft > 0;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new UncheckedIOException(new InterruptedIOException("interrupted"));
                }
            }

            @Override
            public LookupReply next() {
                answersLeft--;
                met = List.of(new PeerAddress("10.0.0.1", 1), new PeerAddress("10.0.0.2", 2));
                return new LookupReply(met.getFirst(), answer.get(), 0);
            }
        };
    }

    @Override
    public void await() throws IOException, InterruptedException {
        gate.await();
        requireOpen();
        if (committed.compareAndSet(false, true)) {
            commit.run();
        }
    }

    @Override
    public boolean await(Duration limit) throws IOException, InterruptedException {
        await();
        return true;
    }

    @Override
    public List<PeerAddress> closestNodes() {
        return met;
    }

    @Override
    public void close() {
        closed.set(true);
        gate.complete(true);
    }

    private void requireOpen() throws IOException {
        if (closed.get() && !committed.get()) {
            throw new FlockException(Code.REQUEST_DESTROYED, "closed");
        }
    }
}
