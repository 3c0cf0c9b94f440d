package omega.flock.swarm;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.swarm.machine.Link;

/** One end of a connection in memory. What one end does, the other sees at once. */
final class FakeLink implements Link {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final PublicKey remote;
    private final boolean initiator;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    final AtomicInteger keepAlives = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<CloseReason>> listeners = new ArrayList<>(); // guarded by lock
    private Optional<CloseReason> reason = Optional.empty(); // guarded by lock
    private boolean closedByProgram; // guarded by lock
    private boolean holdsClose; // guarded by lock
    private Optional<CloseReason> heldClose = Optional.empty(); // guarded by lock
    private FakeLink peer = this; // set once, before the link is published
    private volatile InetSocketAddress remoteAddress = new InetSocketAddress("127.0.0.1", 1 + COUNT.getAndIncrement() % 65535);

    private FakeLink(PublicKey remote, boolean initiator) {
        this.remote = remote;
        this.initiator = initiator;
    }

    /** Returns the end of the dialler; the other one is its {@link #peer()}. */
    static FakeLink pair(PublicKey dialler, PublicKey dialled) {
        FakeLink near = new FakeLink(dialled, true);
        FakeLink far = new FakeLink(dialler, false);
        near.peer = far;
        far.peer = near;
        return near;
    }

    FakeLink peer() {
        return peer;
    }

    /** The other end sees it come from there. */
    void comesFrom(String host) {
        peer.remoteAddress = new InetSocketAddress(host, 4711);
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    boolean initiator() {
        return initiator;
    }

    /** One message goes each way. */
    void chat() {
        sent.incrementAndGet();
        received.incrementAndGet();
        peer.sent.incrementAndGet();
        peer.received.incrementAndGet();
    }

    /** Both programs end the connection in good order. */
    void finish() {
        closed(CloseReason.finished());
        peer.closed(CloseReason.finished());
    }

    /** The path dies unseen by the other side. */
    void timeOut() {
        closed(CloseReason.timedOut("no answer"));
    }

    /** The program closes it, and its last bytes take their time. */
    void closeSlowly() {
        lock.lock();
        try {
            closedByProgram = true;
        } finally {
            lock.unlock();
        }
    }

    /** From now on an abort here takes effect only with {@link #letClose()}. */
    void holdClose() {
        lock.lock();
        try {
            holdsClose = true;
        } finally {
            lock.unlock();
        }
    }

    void letClose() {
        Optional<CloseReason> held;
        lock.lock();
        try {
            holdsClose = false;
            held = heldClose;
        } finally {
            lock.unlock();
        }
        held.ifPresent(this::abort);
    }

    Optional<CloseReason> reason() {
        lock.lock();
        try {
            return reason;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public PublicKey remotePublicKey() {
        return remote;
    }

    @Override
    public long messagesSent() {
        return sent.get();
    }

    @Override
    public long messagesReceived() {
        return received.get();
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return reason.isEmpty() && !closedByProgram;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sendKeepAlive() {
        keepAlives.incrementAndGet();
    }

    @Override
    public void abort(CloseReason why) {
        lock.lock();
        try {
            if (holdsClose) {
                heldClose = heldClose.or(() -> Optional.of(why));
                return;
            }
        } finally {
            lock.unlock();
        }
        closed(why);
        peer.closed(CloseReason.resetByPeer("reset"));
    }

    @Override
    public void onClose(Consumer<CloseReason> listener) {
        Optional<CloseReason> already;
        lock.lock();
        try {
            already = reason;
            if (already.isEmpty()) {
                listeners.add(listener);
            }
        } finally {
            lock.unlock();
        }
        already.ifPresent(listener);
    }

    private void closed(CloseReason why) {
        List<Consumer<CloseReason>> told;
        lock.lock();
        try {
            if (reason.isPresent()) {
                return;
            }
            reason = Optional.of(why);
            told = List.copyOf(listeners);
        } finally {
            lock.unlock();
        }
        told.forEach(listener -> listener.accept(why));
    }
}
