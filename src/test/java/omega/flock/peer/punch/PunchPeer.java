package omega.flock.peer.punch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryNetwork;

/**
 * One side of a punch in a test: a node with all that belongs to punching, in a network of reflectors that answer a ping
 * with the address they saw. Rounds go from peer to peer by method call, as if all relays worked.
 */
final class PunchPeer implements PunchListener, AutoCloseable {

    private static final byte PING = 1;
    private static final byte PONG = 2;
    private static final byte STREAM = 3;
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(1);

    /** Where a path was found: the own port and the other peer's address. */
    record Path(UdpPort port, PeerAddress remote) {}

    final PunchSockets sockets;
    final Punching punching;
    final LinkedBlockingQueue<Path> connected = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Path> streams = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<String> aborts = new LinkedBlockingQueue<>();
    volatile boolean firewalled = true;
    HolePuncher puncher;

    private final TaskScope scope = new TaskScope("punch-peer");
    private final DeadlineQueue timers;
    private final List<PeerAddress> reflectors;
    private final Map<Integer, Consumer<Optional<PeerAddress>>> pings = new ConcurrentHashMap<>();
    private final AtomicInteger nextPing = new AtomicInteger();

    PunchPeer(PortBinder host, List<PeerAddress> reflectors, RandomGenerator random) throws IOException {
        this.reflectors = reflectors;
        timers = new DeadlineQueue("punch-peer-timers", Ticker.SYSTEM, scope);
        sockets = new PunchSockets(host, InetAddress.getByAddress(new byte[4]), this::onMessage, Ticker.SYSTEM, timers);
        PunchNode node = new PunchNode() {
            @Override
            public boolean firewalled() {
                return firewalled;
            }

            @Override
            public List<PeerAddress> nodes() {
                return PunchPeer.this.reflectors;
            }

            @Override
            public void ping(PeerAddress to, UdpPort via, Consumer<Optional<PeerAddress>> seenAs) {
                PunchPeer.this.ping(to, via, seenAs);
            }
        };
        punching = new Punching(Ticker.SYSTEM, scope, random, node, sockets, new RandomPunchGate(Ticker.SYSTEM, Duration.ofSeconds(20)));
    }

    /** Starts public nodes that tell whoever pings them where the ping came from. */
    static List<PeerAddress> reflectors(MemoryNetwork network, int count) throws IOException {
        List<PeerAddress> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            PeerAddress at = new PeerAddress("5.5." + i + ".1", 49737);
            network.bind(at.toSocketAddress(), (port, source, datagram) -> {
                ByteBuffer pong = ByteBuffer.allocate(9).put(PONG).putShort(datagram.getShort(1))
                        .put(source.getAddress().getAddress()).putShort((short) source.getPort()).flip();
                send(port, pong, source);
                return true;
            });
            all.add(at);
        }
        return all;
    }

    void open(boolean initiator) throws IOException {
        puncher = punching.open(initiator, Firewall.UNKNOWN, this);
    }

    /** What this side tells the other, and that the other has proven its host, as tokens do in a real round. */
    HolepunchPayload round(boolean punch) {
        NatVerdict nat = puncher.nat();
        return new HolepunchPayload(PayloadError.NONE, nat.firewall(), 0, false, punch, nat.addresses(),
                Optional.empty(), Optional.empty(), Optional.empty());
    }

    void hear(HolepunchPayload round) {
        puncher.updateRemote(round, round.addresses().map(list -> list.getFirst().host()));
    }

    /** Sends what stands for a stream's packet. */
    void sendStream(Path path) {
        send(path.port(), ByteBuffer.wrap(new byte[] {STREAM, 0}), path.remote().toSocketAddress());
    }

    Optional<Path> awaitStream(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(streams.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public void onConnect(UdpPort port, PeerAddress remote) {
        connected.add(new Path(port, remote));
    }

    @Override
    public void onAbort() {
        aborts.add("aborted");
    }

    @Override
    public void close() {
        if (puncher != null) {
            puncher.close();
        }
        sockets.close();
        scope.close();
    }

    private void ping(PeerAddress to, UdpPort via, Consumer<Optional<PeerAddress>> seenAs) {
        int id = nextPing.incrementAndGet() & 0x7fff;
        pings.put(id, seenAs);
        timers.schedule(Ticker.SYSTEM.nanoTime() + PING_TIMEOUT.toNanos(), () -> answer(id, Optional.empty()));
        send(via, ByteBuffer.allocate(3).put(PING).putShort((short) id).flip(), to.toSocketAddress());
    }

    private void answer(int id, Optional<PeerAddress> seenAs) {
        Consumer<Optional<PeerAddress>> waiting = pings.remove(id);
        if (waiting != null) {
            waiting.accept(seenAs);
        }
    }

    private boolean onMessage(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        byte type = datagram.get();
        if (type == PONG) {
            int id = datagram.getShort();
            byte[] host = new byte[4];
            datagram.get(host);
            String text = (host[0] & 255) + "." + (host[1] & 255) + "." + (host[2] & 255) + "." + (host[3] & 255);
            answer(id, Optional.of(new PeerAddress(text, datagram.getShort() & 0xffff)));
        } else if (type == STREAM) {
            streams.add(new Path(port, PeerAddress.of(source)));
        }
        return true;
    }

    private static void send(UdpPort port, ByteBuffer datagram, InetSocketAddress to) {
        try {
            port.send(datagram, to);
        } catch (IOException e) {
            throw new IllegalStateException("a memory port refused to send", e);
        }
    }
}
