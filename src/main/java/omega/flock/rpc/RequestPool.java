package omega.flock.rpc;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Ticker;

/**
 * Our own requests, from their creation to their one settlement. Runs on the threads of its callers, on the readers and on
 * the node's deadline thread; it sends and calls listeners without holding its lock. Thread-safe.
 *
 * <p>A reply settles a request if it has its transaction id and comes from the node that was asked to the port that asked, unless the
 * request was to be {@linkplain RpcRequest#forwarded forwarded}. (dht-rpc 6.27.0 {@code lib/io.js} looks at the id alone, which counts
 * up: whoever guesses it answers for another node.) Retransmissions repeat the same bytes.
 */
final class RequestPool {

    /** What a request needs to know about the node that sends it. */
    interface Sender {
        /** Returns the port for requests that name none. The node is bound. */
        UdpPort defaultPort();
        /** Returns the id that goes with what leaves from this port. */
        Optional<NodeId> idFor(UdpPort port);
    }

    private enum Mode {
        /** No port yet: requests wait. */
        UNBOUND,
        /** Requests are sent. */
        RUNNING,
        /** Requests fail. */
        SUSPENDED,
        /** Requests fail, for ever. */
        CLOSED
    }

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final Sender sender;
    private final Ticker ticker;
    private final DeadlineQueue deadlines;
    private final RpcCounters counters;
    private final Consumer<NodeId> onSilence;
    private final long timeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final TransactionTable inFlight; // guarded by lock
    private final LinkedHashSet<PendingRequest> waiting = new LinkedHashSet<>(); // guarded by lock; for the window
    private final CongestionWindow window; // guarded by lock
    private boolean releaseScheduled; // guarded by lock
    private Mode mode = Mode.UNBOUND; // guarded by lock

    /**
     * Creates the pool of a node that is not bound yet.
     *
     * @param onSilence told of nodes that did not answer to a request that was meant for them
     * @param tids draws transaction ids, which nobody may be able to predict
     */
    RequestPool(RpcConfig config, Sender sender, Ticker ticker, DeadlineQueue deadlines, RpcCounters counters,
            Consumer<NodeId> onSilence, RandomGenerator tids) {
        this.onSilence = onSilence;
        this.sender = sender;
        this.ticker = ticker;
        this.deadlines = deadlines;
        this.counters = counters;
        this.timeoutNanos = config.requestTimeout().toNanos();
        this.inFlight = new TransactionTable(tids);
        this.window = new CongestionWindow(config.maxWindow(), ticker.nanoTime());
    }

    /** Creates and sends a request. A request that cannot be made fails before this returns. */
    RequestHandle send(RpcRequest request, PeerAddress to, Optional<NodeId> toId, ReplyListener listener, Optional<RpcSession> session) {
        if (!to.isIPv4()) {
            throw new IllegalArgumentException("not an IPv4 address to send to: " + to);
        }
        PendingRequest pending;
        Optional<FlockException> refusal;
        boolean bound;
        lock.lock();
        try {
            refusal = refusal();
            pending = new PendingRequest(this, refusal.isPresent() ? -1 : inFlight.freeTid(), request, to, toId, listener, session,
                    ticker.nanoTime());
            pending.settled = refusal.isPresent();
            bound = mode == Mode.RUNNING;
            if (refusal.isEmpty()) {
                inFlight.add(pending);
                // Before anybody can settle it: a session never takes this lock while it holds its own.
                session.ifPresent(group -> group.attach(pending));
            }
        } finally {
            lock.unlock();
        }
        if (refusal.isPresent()) {
            notifyFailure(pending, refusal.get());
            return pending;
        }
        counters.requestCreated(request);
        if (session.filter(RpcSession::isClosed).isPresent()) {
            cancel(pending, session.get().refusal());
        } else if (bound) {
            transmit(pending);
        }
        return pending;
    }

    /** Ports are bound: sends what waited for them. */
    void run() {
        List<PendingRequest> unsent;
        lock.lock();
        try {
            if (mode == Mode.CLOSED || mode == Mode.RUNNING) {
                return;
            }
            mode = Mode.RUNNING;
            unsent = inFlight.all().stream().filter(pending -> pending.transmissions == 0).toList();
        } finally {
            lock.unlock();
        }
        unsent.forEach(this::transmit);
    }

    /** Fails what is in flight and whatever comes until {@link #run}. */
    void suspend() {
        failAll(Mode.SUSPENDED, Code.IO_SUSPENDED, "the node was suspended");
    }

    /** Fails what is in flight and whatever comes; {@code failure} is why, if it was not closed on purpose. */
    void close(Optional<Throwable> failure) {
        failAll(Mode.CLOSED, Code.REQUEST_DESTROYED, failure.map(cause -> "the node failed: " + cause).orElse("the node was closed"));
    }

    /** Takes the request out to which a reply belongs; whoever takes it calls its listener. Any other reply is counted, and is none. */
    Optional<PendingRequest> take(int tid, PeerAddress from, UdpPort port) {
        PendingRequest pending;
        lock.lock();
        try {
            Optional<PendingRequest> known = inFlight.find(tid);
            if (known.isEmpty() || !known.get().mayBeAnswered(from, port)) {
                counters.dropped(known.isEmpty() ? DropReason.UNKNOWN_TRANSACTION : DropReason.WRONG_SOURCE);
                return Optional.empty();
            }
            pending = known.get();
            settle(pending);
        } finally {
            lock.unlock();
        }
        counters.requestAnswered(pending.request);
        afterSettlement(pending);
        return Optional.of(pending);
    }

    /** Tells the listener of a request that {@link #take} gave out. */
    void notifyReply(PendingRequest pending, RpcReply reply) {
        try {
            pending.listener.onReply(reply);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "rpc.listener.failed request=" + pending, e);
        }
    }

    boolean cancel(PendingRequest pending, FlockException reason) {
        if (!settleIfOpen(pending)) {
            return false;
        }
        afterSettlement(pending);
        notifyFailure(pending, reason);
        return true;
    }

    /** Returns how many requests have not ended. */
    int inFlight() {
        lock.lock();
        try {
            return inFlight.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many of them wait for the window. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a request as soon as the window has room, and sets its timer. A joint, kept as large as it is (ADR 39).
     */
    private void transmit(PendingRequest pending) {
        UdpPort port = pending.request.via().orElseGet(sender::defaultPort);
        Optional<NodeId> id = sender.idFor(port);
        lock.lock();
        try {
            if (pending.settled || mode != Mode.RUNNING) {
                return;
            }
            RpcRequest request = pending.request;
            if (pending.datagram == null) {
                pending.port = Optional.of(port);
                pending.datagram = new RpcMessage.Request(pending.tid, pending.to, id, request.token(), request.internal(),
                        request.command(), request.target(), request.value()).encode();
            }
            long now = ticker.nanoTime();
            if (window.isFull(now)) {
                waiting.add(pending);
                scheduleRelease();
                return;
            }
            window.sent(now);
            pending.transmissions++;
            long wait = request.timeout().isPresent() ? request.timeout().get().toNanos() : timeoutNanos;
            pending.timer = Optional.of(deadlines.schedule(now + wait, () -> onTimeout(pending)));
        } finally {
            lock.unlock();
        }
        try {
            pending.port.orElseThrow().send(ByteBuffer.wrap(pending.datagram), pending.to.toSocketAddress());
        } catch (IOException e) {
            // Like a datagram that got lost: the next transmission may have more luck, or the request times out.
            counters.dropped(DropReason.SEND_FAILED);
            LOG.log(Level.TRACE, "rpc.send.failed request=" + pending, e);
        }
    }

    private void onTimeout(PendingRequest pending) {
        boolean last;
        boolean first;
        lock.lock();
        try {
            if (pending.settled) {
                return;
            }
            first = pending.transmissions == 1;
            last = pending.transmissions > pending.request.retries();
            if (last) {
                settle(pending);
            }
        } finally {
            lock.unlock();
        }
        if (last) {
            counters.requestTimedOut();
            pending.toId.ifPresent(onSilence);
            afterSettlement(pending);
            notifyFailure(pending, new FlockException(Code.REQUEST_TIMEOUT, "no answer from " + pending.to + " to "
                    + pending.transmissions + " transmissions"));
            return;
        }
        counters.requestRetried();
        transmit(pending);
        if (first) {
            pending.listener.onSlow();
        }
    }

    private boolean settleIfOpen(PendingRequest pending) {
        lock.lock();
        try {
            if (pending.settled) {
                return false;
            }
            settle(pending);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a request; the lock is held, and the caller goes on with {@link #afterSettlement} once it is not. */
    private void settle(PendingRequest pending) {
        pending.settled = true;
        inFlight.remove(pending);
        waiting.remove(pending);
        pending.timer.ifPresent(DeadlineQueue.Entry::cancel);
        if (pending.transmissions > 0) {
            window.settled(ticker.nanoTime());
        }
    }

    private void afterSettlement(PendingRequest pending) {
        pending.session.ifPresent(group -> group.detach(pending));
        release();
    }

    /**
     * Sends what the window has room for now, first come first served. In dht-rpc only a timer does this; waiting requests
     * here also follow an answer at once, within the same window.
     */
    private void release() {
        for (Optional<PendingRequest> next = nextWaiting(); next.isPresent(); next = nextWaiting()) {
            transmit(next.get());
        }
    }

    private Optional<PendingRequest> nextWaiting() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return Optional.empty();
            }
            if (mode != Mode.RUNNING || window.isFull(ticker.nanoTime())) {
                scheduleRelease();
                return Optional.empty();
            }
            return Optional.of(waiting.removeFirst());
        } finally {
            lock.unlock();
        }
    }

    private void scheduleRelease() {
        if (!releaseScheduled) {
            releaseScheduled = true;
            deadlines.schedule(window.nextSlotNanos(ticker.nanoTime()), this::onNextSlot);
        }
    }

    private void onNextSlot() {
        lock.lock();
        try {
            releaseScheduled = false;
        } finally {
            lock.unlock();
        }
        release();
    }

    private void failAll(Mode newMode, Code code, String message) {
        List<PendingRequest> open;
        lock.lock();
        try {
            mode = mode == Mode.CLOSED ? Mode.CLOSED : newMode;
            window.clear();
            open = inFlight.all();
        } finally {
            lock.unlock();
        }
        for (PendingRequest pending : open) {
            FlockException failure = new FlockException(code, message); // before it counts as told: there may be no memory for it
            if (settleIfOpen(pending)) {
                pending.session.ifPresent(group -> group.detach(pending));
                notifyFailure(pending, failure);
            }
        }
    }

    private void notifyFailure(PendingRequest pending, FlockException failure) {
        try {
            pending.listener.onFailure(failure);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "rpc.listener.failed request=" + pending, e);
        }
    }

    /** Returns why no request can be made now; the lock is held. */
    private Optional<FlockException> refusal() {
        return switch (mode) {
            case SUSPENDED -> Optional.of(new FlockException(Code.IO_SUSPENDED, "the node is suspended"));
            case CLOSED -> Optional.of(new FlockException(Code.REQUEST_DESTROYED, "the node is closed"));
            case UNBOUND, RUNNING -> {
                if (inFlight.size() < RpcConstants.MAX_IN_FLIGHT) {
                    yield Optional.empty();
                }
                counters.dropped(DropReason.TOO_MANY_REQUESTS);
                yield Optional.of(new FlockException(Code.TOO_MANY_REQUESTS, inFlight.size() + " requests are in flight"));
            }
        };
    }
}
