package omega.flock.sim;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamPath;
import omega.flock.transport.packet.PacketConstants;

/**
 * Two stream machines joined by two simulated links on one thread; the clock jumps from event to event, so minutes of protocol
 * take milliseconds.
 */
public final class StreamPair {
    private static final InetSocketAddress A_ADDRESS = new InetSocketAddress("192.0.2.1", 1001);
    private static final InetSocketAddress B_ADDRESS = new InetSocketAddress("192.0.2.2", 2002);

    private final SimulatedLink toB;
    private final SimulatedLink toA;
    private final SimulatedPeer a;
    private final SimulatedPeer b;
    private final ByteBuffer buffer = ByteBuffer.allocate(PacketConstants.MAX_DATAGRAM_BYTES);
    private long now = 1_000_000_000L;

    public StreamPair(long seed) {
        this(seed, StreamConfig.of(4 << 20, false), StreamConfig.of(4 << 20, false));
    }

    public StreamPair(long seed, StreamConfig configA, StreamConfig configB) {
        System.out.println("StreamPair seed " + seed);
        toB = new SimulatedLink(seed);
        toA = new SimulatedLink(seed ^ 0x9E3779B97F4A7C15L);
        a = new SimulatedPeer(101, configA);
        b = new SimulatedPeer(202, configB);
    }

    /** Connects both ends. */
    public StreamPair connected() {
        connectA();
        connectB();
        return this;
    }

    public void connectA() {
        a.machine().connect(now, new StreamPath(b.id(), B_ADDRESS));
    }

    public void connectB() {
        b.machine().connect(now, new StreamPath(a.id(), A_ADDRESS));
    }

    public SimulatedPeer a() {
        return a;
    }

    public SimulatedPeer b() {
        return b;
    }

    public SimulatedLink toA() {
        return toA;
    }

    public SimulatedLink toB() {
        return toB;
    }

    public long now() {
        return now;
    }

    /** Puts a datagram of the test's own before B, now. */
    public void injectIntoB(ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        b.arrive(now, bytes);
        settle();
    }

    /** Runs for so long; whatever is due at the end still happens. */
    public void run(Duration time) {
        runUntil(() -> false, time);
    }

    /** {@return whether the condition became true within the time} */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long endAt = now + limit.toNanos();
        settle();
        while (!condition.getAsBoolean()) {
            long next = nextEvent();
            if (next > endAt) {
                now = endAt;
                settle();
                return condition.getAsBoolean();
            }
            now = Math.max(now, next);
            while (toB.nextArrival() <= now) {
                b.arrive(now, toB.receive());
            }
            while (toA.nextArrival() <= now) {
                a.arrive(now, toA.receive());
            }
            settle();
        }
        return true;
    }

    /** Lets users and machines do all they can without time passing. */
    public void settle() {
        boolean busy = true;
        while (busy) {
            a.act(now);
            b.act(now);
            busy = flush(a, toB) | flush(b, toA);
        }
    }

    private boolean flush(SimulatedPeer peer, SimulatedLink link) {
        boolean any = false;
        while (peer.poll(now, buffer.clear())) {
            any = true;
            link.send(now, buffer.flip());
        }
        return any;
    }

    private long nextEvent() {
        long timers = Math.min(a.machine().nextDeadline(), b.machine().nextDeadline());
        return Math.min(timers, Math.min(toA.nextArrival(), toB.nextArrival()));
    }
}
