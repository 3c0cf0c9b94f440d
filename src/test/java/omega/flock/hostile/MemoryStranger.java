package omega.flock.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.sim.MemoryNetwork;
import omega.flock.wire.WireWriter;

/** A host of the internet in memory that writes its requests by hand, as dht.md 1.3 has them, and only counts what comes back. */
final class MemoryStranger implements AutoCloseable {

    private static final int REQUEST = 0x03;
    private static final int TARGET = 0x08;
    private static final int VALUE = 0x10;

    private final UdpPort port;
    private final AtomicLong heard = new AtomicLong();
    private int tid;

    MemoryStranger(MemoryNetwork network, String host) throws IOException {
        port = network.bind(new InetSocketAddress(host, 4711), (on, source, datagram) -> {
            heard.incrementAndGet();
            return true;
        });
    }

    PeerAddress address() {
        return PeerAddress.of(port.localAddress());
    }

    /** {@return how many datagrams have come} */
    long heard() {
        return heard.get();
    }

    /** Sends a request with the next transaction id. */
    void request(DhtCommand command, NodeId target, byte[] value, PeerAddress to) throws IOException {
        WireWriter out = new WireWriter().uint8(REQUEST).uint8(TARGET | VALUE).uint16(tid++ & 0xffff).ipv4Address(to).uint(command.code());
        out.raw(target.toBytes());
        out.buffer(value);
        port.send(ByteBuffer.wrap(out.toBytes()), to.toSocketAddress());
    }

    @Override
    public void close() {
        port.close();
    }
}
