package omega.flock.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.transport.packet.PacketHeader;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/** A port on loopback whose owner writes every message by hand, as dht.md 1.3 and 1.4 have them: for peers that keep to no rule. */
final class HandMadePort implements AutoCloseable {

    private static final int REQUEST = 0x03;
    private static final int REPLY = 0x13;
    private static final int ID = 0x01;
    private static final int TOKEN = 0x02;
    private static final int CLOSER_NODES = 0x04;
    private static final int TARGET = 0x08;
    private static final int VALUE = 0x10;

    /** A request, or a reply, which has no command; or a packet of a stream, which has nothing but its bytes. */
    record Message(PeerAddress from, int type, int tid, int command, byte[] value) {

        boolean is(DhtCommand wanted) {
            return type == REQUEST && command == wanted.code();
        }

        boolean answers(int request) {
            return type == REPLY && tid == request;
        }

        boolean isStreamPacket() {
            return PacketHeader.isStreamPacket(ByteBuffer.wrap(value));
        }
    }

    private final UdpPort port;
    private final LinkedBlockingQueue<Message> received = new LinkedBlockingQueue<>();

    HandMadePort() throws IOException {
        this(message -> false);
    }

    /** Creates a port that keeps what the handler, which runs on the reader, does not take. */
    HandMadePort(Predicate<Message> handler) throws IOException {
        port = DatagramUdpPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (on, source, datagram) -> {
            byte[] bytes = new byte[datagram.remaining()];
            datagram.get(bytes);
            Message message = decode(PeerAddress.of(source), bytes);
            if (!handler.test(message)) {
                received.add(message);
            }
            return true;
        });
    }

    PeerAddress address() {
        return PeerAddress.of(port.localAddress());
    }

    /** Waits for a message; others that came before it are dropped. */
    Message await(String what, Predicate<Message> wanted) throws InterruptedException {
        for (Message next = poll(what); ; next = poll(what)) {
            if (wanted.test(next)) {
                return next;
            }
        }
    }

    private Message poll(String what) throws InterruptedException {
        Message next = received.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("it did not come: " + what);
        }
        return next;
    }

    void request(int tid, DhtCommand command, byte[] target, byte[] value, PeerAddress to) throws IOException {
        WireWriter out = new WireWriter().uint8(REQUEST).uint8(TARGET | VALUE).uint16(tid).ipv4Address(to).uint(command.code());
        out.raw(target);
        out.buffer(value);
        send(out.toBytes(), to);
    }

    void reply(Message request, byte[] value) throws IOException {
        WireWriter out = new WireWriter().uint8(REPLY).uint8(VALUE).uint16(request.tid()).ipv4Address(request.from());
        out.buffer(value);
        send(out.toBytes(), request.from());
    }

    /** Sends a packet of a stream, without payload. */
    void packet(int flags, int streamId, int ack, PeerAddress to) throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(20);
        new PacketHeader().set(flags, 0, streamId, 100_000, 0, ack).encode(packet);
        send(packet.array(), to);
    }

    private void send(byte[] bytes, PeerAddress to) throws IOException {
        port.send(ByteBuffer.wrap(bytes), to.toSocketAddress());
    }

    private static Message decode(PeerAddress from, byte[] bytes) {
        if (bytes.length < 10 || bytes[0] != REQUEST && bytes[0] != REPLY) {
            return new Message(from, 0, 0, 0, bytes);
        }
        WireReader in = WireReader.of(bytes);
        int type = in.uint8("type");
        int flags = in.uint8("flags");
        int tid = in.uint16("tid");
        in.skip("to", 6);
        in.skip("id", (flags & ID) != 0 ? 32 : 0);
        in.skip("token", (flags & TOKEN) != 0 ? 32 : 0);
        int command = 0;
        if (type == REQUEST) {
            command = in.uint("command", Integer.MAX_VALUE);
            in.skip("target", (flags & TARGET) != 0 ? 32 : 0);
        } else if ((flags & CLOSER_NODES) != 0) {
            in.list("closer", 100, 6, item -> item.ipv4Address("closer"));
        }
        return new Message(from, type, tid, command, (flags & VALUE) != 0 ? in.buffer("value", 2000) : new byte[0]);
    }

    @Override
    public void close() {
        port.close();
    }
}
