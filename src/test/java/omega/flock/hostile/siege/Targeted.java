package omega.flock.hostile.siege;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.net.DatagramHandler;
import omega.flock.net.UdpPort;
import omega.flock.peer.PeerConfig;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerServer;
import omega.flock.peer.PeerServerOptions;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Ticker;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A node to which a program is the network: it hands datagrams up as the reader of a port does, on its own thread, from whatever source it
 * likes, and hears what goes where. The node's clock goes on by as much as the program says, so that no speed is exceeded meanwhile.
 */
final class Targeted implements AutoCloseable {

    static final PeerAddress NODE = new PeerAddress("203.0.113.1", 49_737);

    private static final int REQUEST = 0x03;
    private static final int ID = 0x01;
    private static final int TOKEN = 0x02;
    private static final int INTERNAL = 0x04;
    private static final int TARGET = 0x08;
    private static final int VALUE = 0x10;

    /** One of the node's ports. */
    private final class Wire implements UdpPort {

        private final InetSocketAddress local;
        private final DatagramHandler handler;

        Wire(InetSocketAddress local, DatagramHandler handler) {
            this.local = local;
            this.handler = handler;
        }

        @Override
        public InetSocketAddress localAddress() {
            return local;
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            byte[] copy = new byte[datagram.remaining()];
            datagram.duplicate().get(copy);
            last.put(to, copy);
            bytesTo.merge(to, (long) copy.length, Long::sum);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // what arrives is for the program to say
        }
    }

    private final List<Wire> wires = new CopyOnWriteArrayList<>();
    private final Map<InetSocketAddress, byte[]> last = new ConcurrentHashMap<>();
    private final Map<InetSocketAddress, Long> bytesTo = new ConcurrentHashMap<>();
    private final PeerNode node;
    private final PeerServer server;
    private final List<PeerAddress> neighbours = new ArrayList<>();
    private volatile long aheadNanos;
    private int tid;

    Targeted() throws Exception {
        Ticker clock = new Ticker() {
            @Override
            public long nanoTime() {
                return System.nanoTime() + aheadNanos;
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }
        };
        node = PeerNode.open(PeerConfig.of(RpcConfig.bootstrapper(NODE.port(), NODE.host()).host(NODE.host()), KeyPair.generate()),
                (local, handler) -> bind(local, handler), clock);
        if (!node.dht().rpc().awaitBootstrapped(Duration.ofSeconds(10))) {
            throw new IllegalStateException("it does not start");
        }
        server = node.listen(KeyPair.generate(), PeerServerOptions.DEFAULT);
        IntStream.range(1, 200).forEach(i -> neighbours.add(new PeerAddress("192.0." + i + ".1", 1000 + i)));
        neighbours.forEach(this::introduce);
    }

    /** A persistent node asks whether this one is there, and so gets into its routing table, if that has a place. */
    private void introduce(PeerAddress neighbour) {
        deliver(neighbour.toSocketAddress(), new WireWriter().uint8(REQUEST).uint8(ID | INTERNAL).uint16(tid++ & 0xffff).ipv4Address(NODE)
                .raw(NodeId.of(neighbour).toBytes()).uint(InternalCommand.PING.number()).toBytes());
    }

    private UdpPort bind(InetSocketAddress local, DatagramHandler handler) {
        int port = local.getPort() == 0 ? 50_000 + wires.size() : local.getPort();
        Wire wire = new Wire(new InetSocketAddress(NODE.host(), port), handler);
        wires.add(wire);
        return wire;
    }

    PeerNode node() {
        return node;
    }

    PeerServer server() {
        return server;
    }

    List<PeerAddress> neighbours() {
        return neighbours;
    }

    /** The clock goes on. */
    void pass(Duration time) {
        aheadNanos += time.toNanos();
    }

    /** Hands a datagram up. {@return the nanoseconds that it took} */
    long deliver(InetSocketAddress from, byte[] datagram) {
        ByteBuffer arrived = ByteBuffer.wrap(datagram);
        Wire wire = wires.stream().filter(each -> each.local.getPort() == NODE.port()).findFirst().orElseThrow();
        long start = System.nanoTime();
        wire.handler.onDatagram(wire, from, arrived);
        return System.nanoTime() - start;
    }

    /** {@return what went last to an address} */
    Optional<byte[]> lastTo(InetSocketAddress address) {
        return Optional.ofNullable(last.get(address));
    }

    /** {@return the bytes that went to an address} */
    long bytesTo(InetSocketAddress address) {
        return bytesTo.getOrDefault(address, 0L);
    }

    /** {@return what the node has dropped so far, of all kinds} */
    Map<String, Long> drops() {
        Map<String, Long> drops = new ConcurrentHashMap<>();
        node.stats().drops().forEach((reason, count) -> drops.put("peer." + reason, count));
        node.dht().stats().drops().forEach((reason, count) -> drops.put("dht." + reason, count));
        node.dht().rpc().stats().drops().forEach((reason, count) -> drops.put("rpc." + reason, count));
        node.transportStats().drops().forEach((reason, count) -> drops.put("transport." + reason, count));
        return drops;
    }

    byte[] request(DhtCommand command, NodeId target, Optional<byte[]> value, Optional<byte[]> token) {
        return request(0, command.code(), Optional.of(target), value, token);
    }

    byte[] internal(int command, Optional<NodeId> target, Optional<byte[]> value) {
        return request(INTERNAL, command, target, value, Optional.empty());
    }

    private byte[] request(int flags, int command, Optional<NodeId> target, Optional<byte[]> value, Optional<byte[]> token) {
        WireWriter out = new WireWriter().uint8(REQUEST)
                .uint8(flags | (target.isPresent() ? TARGET : 0) | (value.isPresent() ? VALUE : 0) | (token.isPresent() ? TOKEN : 0))
                .uint16(tid++ & 0xffff).ipv4Address(NODE);
        token.ifPresent(out::raw);
        out.uint(command);
        target.ifPresent(each -> out.raw(each.toBytes()));
        value.ifPresent(out::buffer);
        return out.toBytes();
    }

    /** {@return the node's token for an address, which asks for it} */
    byte[] token(InetSocketAddress from) {
        deliver(from, request(DhtCommand.FIND_PEER, NodeId.of(new byte[32]), Optional.empty(), Optional.empty()));
        WireReader in = WireReader.of(lastTo(from).orElseThrow());
        in.uint8("type");
        int flags = in.uint8("flags");
        in.fixed("tid and to", 8);
        in.fixed("id", (flags & ID) != 0 ? 32 : 0);
        return in.fixed("token", 32);
    }

    @Override
    public void close() {
        node.closeNow();
    }
}
