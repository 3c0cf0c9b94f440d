package omega.flock.peer.punch;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.Ticker;

/**
 * The sockets that a node opens for punching, one and more for each attempt, and how long they live. A stream that runs
 * over such a socket must {@linkplain #hold hold} it; when neither a puncher nor a stream uses it, it closes. One per
 * node. Thread-safe; never blocks but for binding a port.
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/socket-pool.js}; the limit is ours.
 */
public final class PunchSockets implements AutoCloseable {

    /** A stream's use of a port. Closing it more than once does nothing. */
    public interface Hold extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * What the pool has done and holds.
     *
     * @param live sockets that are open now
     * @param opened sockets opened so far
     * @param closed sockets closed so far
     * @param refused sockets not opened because too many were open
     * @param probesSent probes sent so far
     * @param probesFailed probes that the system refused to send
     * @param echoesDropped probes left without an answer because there were too many
     */
    public record Snapshot(int live, long opened, long closed, long refused, long probesSent, long probesFailed,
            long echoesDropped) {}

    private static final Logger LOG = System.getLogger("omega.flock.peer.punch");
    private static final String POOL_CLOSED = "the pool of punch sockets is closed";

    private final PortBinder binder;
    private final PortBinder manyBinder;
    private final InetSocketAddress local;
    private final DatagramHandler messages;
    private final Ticker ticker;
    private final DeadlineQueue timers;
    private final LongAdder probesSent = new LongAdder();
    private final LongAdder probesFailed = new LongAdder();
    private final LongAdder echoesDropped = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UdpPort, PunchSocket> sockets = new HashMap<>(); // guarded by lock, as the fields of each socket
    private int opening; // guarded by lock
    private long opened; // guarded by lock
    private long closedCount; // guarded by lock
    private long refused; // guarded by lock
    private boolean closed; // guarded by lock

    /**
     * Creates an empty pool.
     *
     * @param binder opens the ports
     * @param host where the ports are bound, usually the wildcard address
     * @param messages takes what is longer than a probe: the streams first, the node's requests second
     * @param timers ends the lingering of sockets
     */
    public PunchSockets(PortBinder binder, InetAddress host, DatagramHandler messages, Ticker ticker, DeadlineQueue timers) {
        this.binder = binder;
        this.manyBinder = binder.forMany(PunchConstants.MAX_PROBE_BYTES);
        this.local = new InetSocketAddress(host, 0);
        this.messages = messages;
        this.ticker = ticker;
        this.timers = timers;
    }

    /**
     * Keeps a port open for a stream, until the hold is closed. To be called before the puncher is closed. A port that is
     * not of this pool, such as a node's main port, can be held too: that does nothing.
     *
     * @return empty if the port is closed already
     */
    public Optional<Hold> hold(UdpPort port) {
        lock.lock();
        try {
            PunchSocket socket = sockets.get(port);
            if (socket == null) {
                return port.isOpen() ? Optional.of(() -> {}) : Optional.empty();
            }
            socket.lingering.ifPresent(DeadlineQueue.Entry::cancel);
            socket.lingering = Optional.empty();
            socket.streams++;
            socket.carried = true;
            return Optional.of(new StreamHold(socket));
        } finally {
            lock.unlock();
        }
    }

    /** Returns what the pool has done and holds. */
    public Snapshot snapshot() {
        lock.lock();
        try {
            return new Snapshot(sockets.size(), opened, closedCount, refused, probesSent.sum(), probesFailed.sum(),
                    echoesDropped.sum());
        } finally {
            lock.unlock();
        }
    }

    /** Closes every socket, also those that carry streams, and opens no more. Idempotent. */
    @Override
    public void close() {
        List<PunchSocket> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(sockets.values());
        } finally {
            lock.unlock();
        }
        // Forgotten when it is closed, so that whoever has to call again finds what is left.
        for (PunchSocket socket : all) {
            socket.port().close();
            forget(socket);
        }
    }

    /** Opens a socket in the hands of a puncher, on which it will negotiate. */
    PunchSocket open(PunchSocket.ProbeListener listener) throws IOException {
        return open(binder, listener);
    }

    /** Opens one of hundreds, of which one at most will ever receive more than probes. */
    PunchSocket openOneOfMany(PunchSocket.ProbeListener listener) throws IOException {
        return open(manyBinder, listener);
    }

    private PunchSocket open(PortBinder from, PunchSocket.ProbeListener listener) throws IOException {
        admit();
        PunchSocket socket = new PunchSocket(this, messages, listener);
        Optional<UdpPort> port = Optional.empty();
        try {
            port = Optional.of(from.bind(local, socket));
        } finally {
            port = enlist(socket, port);
        }
        if (port.isPresent()) {
            port.get().close();
            throw new IOException(POOL_CLOSED);
        }
        return socket;
    }

    /** Ends an opening. Returns the port if nobody wants it any more. */
    private Optional<UdpPort> enlist(PunchSocket socket, Optional<UdpPort> port) {
        lock.lock();
        try {
            opening--;
            if (closed || port.isEmpty()) {
                return port;
            }
            opened++;
            socket.bound(port.get());
            sockets.put(port.get(), socket);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    void sendProbe(UdpPort port, InetSocketAddress to) {
        send(port, to, false);
    }

    /**
     * Sends a probe that opens the own NAT and, where the port can do that, ends before it reaches the other. A port that cannot
     * lets it travel the whole way: most NATs drop it all the same.
     */
    void sendOpening(UdpPort port, InetSocketAddress to) {
        send(port, to, true);
    }

    private void send(UdpPort port, InetSocketAddress to, boolean opening) {
        ByteBuffer probe = ByteBuffer.wrap(new byte[] {PunchConstants.PROBE});
        try {
            if (!opening || !port.sendWithTtl(probe, to, PunchConstants.OPENING_TTL)) {
                port.send(probe, to);
            }
            probesSent.increment();
        } catch (IOException e) {
            probesFailed.increment();
        }
    }

    void countEchoDropped() {
        echoesDropped.increment();
    }

    void release(PunchSocket socket) {
        settle(socket, () -> {
            boolean was = socket.punching;
            socket.punching = false;
            return was;
        });
    }

    /** A socket that is not read any more has been closed by its reader; its streams are told by the transport. */
    void failed(PunchSocket socket, Throwable cause) {
        LOG.log(Level.WARNING, "punch.socket.failed port=" + socket.port(), cause);
        lock.lock();
        try {
            if (socket.port() != null && !socket.closed) {
                forgetLocked(socket);
            }
        } finally {
            lock.unlock();
        }
    }

    private final class StreamHold implements Hold {

        private final PunchSocket socket;
        private boolean held = true; // guarded by the pool's lock

        private StreamHold(PunchSocket socket) {
            this.socket = socket;
        }

        @Override
        public void close() {
            settle(socket, () -> {
                boolean was = held;
                held = false;
                socket.streams -= was ? 1 : 0;
                return was;
            });
        }
    }

    /** Takes one use of a socket away, and closes it, now or later, if that was the last. */
    private void settle(PunchSocket socket, BooleanSupplier takeAwayLocked) {
        boolean close = false;
        lock.lock();
        try {
            if (takeAwayLocked.getAsBoolean() && !socket.closed && !socket.isUsed()) {
                if (socket.carried) {
                    lingerLocked(socket);
                } else {
                    forgetLocked(socket);
                    close = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (close) {
            socket.port().close();
        }
    }

    private void lingerLocked(PunchSocket socket) {
        long until = ticker.nanoTime() + PunchConstants.LINGER.toNanos();
        socket.lingering = Optional.of(timers.schedule(until, () -> endLingering(socket)));
    }

    private void endLingering(PunchSocket socket) {
        lock.lock();
        try {
            if (socket.closed || socket.isUsed()) {
                return;
            }
            forgetLocked(socket);
        } finally {
            lock.unlock();
        }
        socket.port().close();
    }

    private void forget(PunchSocket socket) {
        lock.lock();
        try {
            if (!socket.closed) {
                forgetLocked(socket);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forgetLocked(PunchSocket socket) {
        socket.lingering.ifPresent(DeadlineQueue.Entry::cancel);
        socket.lingering = Optional.empty();
        socket.closed = true;
        sockets.remove(socket.port());
        closedCount++;
    }

    private void admit() throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException(POOL_CLOSED);
            }
            long idle = opening + sockets.size();
            if (idle >= PunchConstants.MAX_IDLE_SOCKETS) { // else there is no need to look at each
                idle = opening + sockets.values().stream().filter(PunchSocket::isIdle).count();
            }
            if (idle >= PunchConstants.MAX_IDLE_SOCKETS) {
                refused++;
                throw new IOException("too many punch sockets are open: " + idle);
            }
            opening++;
        } finally {
            lock.unlock();
        }
    }
}
