package omega.flock.peer.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.peer.Accepting;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.peer.relay.RelayMessage.Pair;
import omega.flock.secret.SecretStream;
import omega.flock.wire.MalformedMessageException;

/**
 * A blind relay for tests without JavaScript, on the ports of a node of ours: pairs as blind-relay 1.6.1 does, and forwards
 * packets between two legs by changing their stream id, as libudx does.
 */
public final class BlindRelay {

    private static final class Leg {
        private final SecretStream session;
        private final Pair asked;
        private final int id = ThreadLocalRandom.current().nextInt();
        private volatile Leg partner;
        private volatile UdpPort port;
        private volatile InetSocketAddress remote;

        private Leg(SecretStream session, Pair asked) {
            this.session = session;
            this.asked = asked;
        }
    }

    private final Map<Integer, Leg> legs = new ConcurrentHashMap<>();
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger forwarded = new AtomicInteger();
    private final AtomicInteger pairings = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Leg> waiting = new ConcurrentHashMap<>(); // changed under lock, guarded by lock
    private volatile boolean answering = true;
    private volatile Optional<PeerServer> server = Optional.empty();

    /** Returns a binder for the node that relays. */
    public PortBinder tap(PortBinder under) {
        return (local, handler) -> under.bind(local, (port, source, datagram) ->
                forward(port, source, datagram) || handler.onDatagram(port, source, datagram));
    }

    /** Listens at a node that was opened with {@link #tap}; ends with it. */
    public void serve(PeerNode node) throws IOException, InterruptedException {
        server = Optional.of(Accepting.serve(node.listen(KeyPair.generate(), PeerServerOptions.DEFAULT), this::serve));
    }

    public PublicKey publicKey() {
        return server.orElseThrow().publicKey();
    }

    /** From now on nobody is paired, without a word. */
    public void stopPairing() {
        answering = false;
    }

    /** Clients that are connected now. */
    public int sessions() {
        return sessions.get();
    }

    public int pairings() {
        return pairings.get();
    }

    /** Packets forwarded so far. */
    public int forwarded() {
        return forwarded.get();
    }

    private void serve(SecretStream session) {
        sessions.incrementAndGet();
        List<Leg> own = new ArrayList<>();
        try {
            session.writeMessage(new MuxFrame.Open(1, RelayConstants.PROTOCOL, session.remotePublicKey().toBytes()).toBytes());
            for (Optional<byte[]> message = session.readMessage(); message.isPresent(); message = session.readMessage()) {
                for (MuxFrame frame : MuxFrame.decode(message.get())) {
                    if (frame instanceof MuxFrame.Message carried
                            && RelayMessage.decode(carried).orElseThrow() instanceof Pair pair && answering) {
                        pair(new Leg(session, pair), own);
                    }
                }
            }
        } catch (IOException | MalformedMessageException e) {
            session.close(); // the client is gone, or none
        } finally {
            lock.lock();
            try {
                waiting.values().removeAll(own);
            } finally {
                lock.unlock();
            }
            for (Leg leg : own) {
                legs.remove(leg.id);
                Optional.ofNullable(leg.partner).ifPresent(partner -> legs.remove(partner.id));
            }
            session.close();
            sessions.decrementAndGet();
        }
    }

    private void pair(Leg leg, List<Leg> own) throws IOException {
        own.add(leg);
        Leg other;
        lock.lock();
        try {
            String token = HexFormat.of().formatHex(leg.asked.token());
            other = waiting.get(token);
            if (other == null) {
                waiting.put(token, leg);
                return;
            }
            if (other.asked.initiator() == leg.asked.initiator()) {
                return; // "the relay ignores the second pair of the same role"
            }
            waiting.remove(token);
        } finally {
            lock.unlock();
        }
        leg.partner = other;
        other.partner = leg;
        legs.put(leg.id, leg);
        legs.put(other.id, other);
        pairings.incrementAndGet();
        for (Leg each : List.of(other, leg)) {
            Pair answer = new Pair(each.asked.initiator(), each.asked.token(), Integer.toUnsignedLong(each.id));
            each.session.writeMessage(answer.on(1).toBytes());
        }
    }

    /** "Every packet is forwarded whole with only bytes 4 to 8 replaced"; an end point is learned from its first packet. */
    private boolean forward(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        if (datagram.remaining() < 20 || datagram.get(datagram.position()) != (byte) 0xFF) {
            return false;
        }
        ByteBuffer whole = datagram.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Leg leg = legs.get(whole.getInt(whole.position() + 4));
        if (leg == null) {
            return false;
        }
        if (leg.port == null) {
            leg.remote = source;
            leg.port = port;
        }
        Leg partner = leg.partner;
        if (partner.port != null) {
            byte[] copy = new byte[whole.remaining()];
            whole.get(copy);
            ByteBuffer out = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) partner.asked.streamId());
            try {
                partner.port.send(out, partner.remote);
                forwarded.incrementAndGet();
            } catch (IOException e) {
                return true; // lost, as datagrams are
            }
        }
        return true;
    }
}
