package omega.flock.sim;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import omega.flock.base.PeerAddress;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DaemonThreads;
import omega.flock.runtime.Ticker;

/**
 * An internet in memory. One daemon thread named {@code memory-network} delivers all datagrams in real time, so handlers
 * never run on the sender's thread; a {@linkplain #manual manual} network has no thread and delivers on the caller's when
 * the test turns its clock.
 *
 * <p>Every random choice comes from one seed, which is printed. Binding a port on the network itself binds it on the public
 * host of that address, which is created if there is none. Thread-safe.
 */
public final class MemoryNetwork implements PortBinder, AutoCloseable {

    /** Drops what a test does not want to pass. Called with the network's lock held: it must only look. */
    @FunctionalInterface
    public interface PacketFilter {

        /** Tells whether a datagram may start its way; addresses are those that the sender sees. */
        boolean passes(InetSocketAddress source, InetSocketAddress destination, ByteBuffer payload);
    }

    /** What became of the datagrams so far. Duplicates count on their own. */
    public record Stats(long sent, long delivered, long lost, long tooLong, long filtered, long unreachable) {}

    private record Transit(long dueNanos, long order, InetSocketAddress source, InetSocketAddress destination,
            Optional<MemoryNat> within, byte[] payload) {}

    private record Arrival(MemoryPort port, InetSocketAddress source, byte[] payload) {}

    static final int EPHEMERAL_FROM = 32_768;
    static final int EPHEMERAL_BOUND = 61_000;
    private static final int MAX_IN_TRANSIT = 200_000;

    private final Ticker ticker;
    private final Optional<ManualTicker> manual;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SplittableRandom random; // guarded by lock
    private final Map<InetAddress, MemoryHost> hosts = new HashMap<>(); // guarded by lock
    private final Map<InetAddress, MemoryNat> nats = new HashMap<>(); // guarded by lock
    private final PriorityQueue<Transit> transits = new PriorityQueue<>( // guarded by lock
            Comparator.comparingLong(Transit::dueNanos).thenComparingLong(Transit::order));
    private Conditions conditions = Conditions.PERFECT; // guarded by lock
    private PacketFilter filter = (source, destination, payload) -> true; // guarded by lock
    private long nextOrder; // guarded by lock
    private boolean closed; // guarded by lock
    private long sent; // guarded by lock, as the counters below
    private long delivered;
    private long lost;
    private long tooLong;
    private long filtered;
    private long unreachable;

    /** Starts a network that delivers in real time. */
    public MemoryNetwork(long seed) {
        this(seed, Ticker.SYSTEM, Optional.empty());
        DaemonThreads.start("memory-network", this::deliverUntilClosed);
    }

    private MemoryNetwork(long seed, Ticker ticker, Optional<ManualTicker> manual) {
        this.ticker = ticker;
        this.manual = manual;
        this.random = new SplittableRandom(seed);
        System.out.println("MemoryNetwork seed " + seed);
    }

    /** Creates a network whose clock stands still until {@link #advance} is called; everything is deterministic. */
    public static MemoryNetwork manual(long seed) {
        ManualTicker ticker = new ManualTicker();
        return new MemoryNetwork(seed, ticker, Optional.of(ticker));
    }

    /** Returns the clock of this network: the machine's, or the one that the test turns. */
    public Ticker ticker() {
        return ticker;
    }

    /** Sets what happens to all datagrams that are sent from now on. */
    public MemoryNetwork conditions(Conditions conditions) {
        lockedRun(() -> this.conditions = conditions);
        return this;
    }

    /** Sets the filter that every datagram passes when it is sent. */
    public void filter(PacketFilter filter) {
        lockedRun(() -> this.filter = filter);
    }

    /** Returns the public host of this address, which anybody can reach; creates it if there is none. */
    public MemoryHost host(String address) {
        return publicHost(numeric(address), false);
    }

    /** Returns a new public host behind a stateful firewall: only answers come in. */
    public MemoryHost firewalledHost(String address) {
        return publicHost(numeric(address), true);
    }

    /** Returns a new NAT with this public address. */
    public MemoryNat nat(String address, NatType type) {
        InetAddress at = numeric(address);
        return locked(() -> {
            requireFree(at);
            MemoryNat nat = new MemoryNat(this, at, type);
            nats.put(at, nat);
            return nat;
        });
    }

    @Override
    public UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        if (local.getAddress().isAnyLocalAddress()) {
            throw new BindException("the network as a whole has no wildcard address: bind on a host");
        }
        return publicHost(local.getAddress(), false).bind(local, handler);
    }

    /**
     * Turns the clock of a manual network and delivers on the calling thread what becomes due, in order, each at its time.
     *
     * @throws IllegalStateException on a network in real time
     */
    public void advance(Duration by) {
        ManualTicker clock = manual.orElseThrow(() -> new IllegalStateException("this network runs in real time"));
        long until = clock.nanoTime() + by.toNanos();
        for (Optional<Arrival> next = pollArrival(clock, until); next.isPresent(); next = pollArrival(clock, until)) {
            deliver(next.get());
        }
        clock.advanceNanos(until - clock.nanoTime());
    }

    /** Returns what became of the datagrams so far. */
    public Stats stats() {
        return locked(() -> new Stats(sent, delivered, lost, tooLong, filtered, unreachable));
    }

    /** Drops what is under way and ends the delivery thread. Ports stay open but nothing moves any more. */
    @Override
    public void close() {
        lockedRun(() -> {
            closed = true;
            transits.clear();
            changed.signalAll();
        });
    }

    /** Takes a datagram from a host; what is lost on the way is lost here. */
    void send(MemoryHost from, int sourcePort, InetSocketAddress destination, byte[] payload) {
        lockedRun(() -> {
            sent++;
            InetSocketAddress source = new InetSocketAddress(from.address(), sourcePort);
            InetSocketAddress to = destination.getAddress().isLoopbackAddress() && !hosts.containsKey(destination.getAddress())
                    ? new InetSocketAddress(from.address(), destination.getPort()) : destination;
            if (closed || !from.isOnline() || !filter.passes(source, to, ByteBuffer.wrap(payload).asReadOnlyBuffer())) {
                filtered++;
                return;
            }
            from.noteOutbound(sourcePort, to);
            Optional<MemoryNat> within = from.nat();
            InetSocketAddress seenSource = source;
            if (within.isPresent() && within.get().hostAt(to.getAddress()).isEmpty()) {
                MemoryNat nat = within.get();
                seenSource = nat.outbound(source, to);
                if (to.getAddress().equals(nat.address()) && !nat.hasHairpin()) {
                    filtered++;
                    return;
                }
                within = Optional.empty();
            }
            dispatch(from.conditionsOr(conditions), seenSource, to, within, payload);
        });
    }

    private void dispatch(Conditions way, InetSocketAddress source, InetSocketAddress to, Optional<MemoryNat> within,
            byte[] payload) {
        if (payload.length > way.maxPayload()) {
            tooLong++;
            return;
        }
        if (random.nextDouble() < way.loss() || transits.size() >= MAX_IN_TRANSIT) {
            lost++;
            return;
        }
        int copies = random.nextDouble() < way.duplication() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long travel = way.latency().toNanos() + (long) (random.nextDouble() * way.jitter().toNanos());
            if (random.nextDouble() < way.reordering()) {
                travel += Math.max(way.latency().toNanos(), 1_000_000);
            }
            transits.add(new Transit(ticker.nanoTime() + travel, nextOrder++, source, to, within, payload));
        }
        changed.signal();
    }

    private void deliverUntilClosed() {
        while (true) {
            Optional<Arrival> next;
            try {
                next = awaitArrival();
            } catch (InterruptedException e) {
                return;
            }
            if (next.isEmpty()) {
                return;
            }
            deliver(next.get());
        }
    }

    /** A handler that throws has a bug, which must be seen, and must not silence the rest of the network. */
    private static void deliver(Arrival arrival) {
        try {
            arrival.port().deliver(arrival.source(), arrival.payload());
        } catch (RuntimeException | AssertionError e) {
            System.out.println("MemoryNetwork: the handler of " + arrival.port() + " failed");
            e.printStackTrace(System.out);
        }
    }

    private Optional<Arrival> awaitArrival() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                Transit first = transits.peek();
                long wait = first == null ? Long.MAX_VALUE : first.dueNanos() - ticker.nanoTime();
                if (first == null) {
                    changed.await();
                } else if (wait > 0) {
                    changed.awaitNanos(wait);
                } else {
                    Optional<Arrival> arrival = resolve(transits.poll());
                    if (arrival.isPresent()) {
                        return arrival;
                    }
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Arrival> pollArrival(ManualTicker clock, long untilNanos) {
        return locked(() -> {
            while (!transits.isEmpty() && transits.peek().dueNanos() - untilNanos <= 0) {
                Transit transit = transits.poll();
                clock.advanceNanos(Math.max(0, transit.dueNanos() - clock.nanoTime()));
                Optional<Arrival> arrival = resolve(transit);
                if (arrival.isPresent()) {
                    return arrival;
                }
            }
            return Optional.<Arrival>empty();
        });
    }

    /** Finds the port at the end of the way: NATs and firewalls judge a datagram when it arrives. */
    private Optional<Arrival> resolve(Transit transit) {
        InetSocketAddress to = transit.destination();
        Optional<MemoryHost> host;
        if (transit.within().isPresent()) {
            host = transit.within().get().hostAt(to.getAddress());
        } else if (nats.containsKey(to.getAddress())) {
            MemoryNat nat = nats.get(to.getAddress());
            Optional<InetSocketAddress> inside = nat.inbound(transit.source(), to.getPort());
            if (inside.isEmpty()) {
                filtered++;
                return Optional.empty();
            }
            to = inside.get();
            host = nat.hostAt(to.getAddress());
        } else {
            host = Optional.ofNullable(hosts.get(to.getAddress()));
        }
        int portNumber = to.getPort();
        if (host.isPresent() && !(host.get().isOnline() && host.get().admits(transit.source(), portNumber))) {
            filtered++;
            return Optional.empty();
        }
        Optional<MemoryPort> port = host.flatMap(h -> h.port(portNumber));
        if (port.isEmpty()) {
            unreachable++;
            return Optional.empty();
        }
        delivered++;
        return Optional.of(new Arrival(port.get(), transit.source(), transit.payload()));
    }

    private MemoryHost publicHost(InetAddress address, boolean firewalled) {
        return locked(() -> {
            MemoryHost known = hosts.get(address);
            if (known != null && !firewalled) {
                return known;
            }
            requireFree(address);
            MemoryHost host = new MemoryHost(this, address, Optional.empty(), firewalled);
            hosts.put(address, host);
            return host;
        });
    }

    private void requireFree(InetAddress address) {
        if (hosts.containsKey(address) || nats.containsKey(address)) {
            throw new IllegalArgumentException(address.getHostAddress() + " is taken");
        }
    }

    /** Picks a random port that is not taken; the lock is held. */
    int freePort(int from, int bound, IntPredicate taken) {
        int port;
        do {
            port = random.nextInt(from, bound);
        } while (taken.test(port));
        return port;
    }

    <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    void lockedRun(Runnable body) {
        lock.lock();
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }

    int lockedInt(IntSupplier body) {
        lock.lock();
        try {
            return body.getAsInt();
        } finally {
            lock.unlock();
        }
    }

    static InetAddress numeric(String address) {
        return new PeerAddress(address, 1).toSocketAddress().getAddress();
    }
}
