package omega.flock.hostile.siege;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * One address of a stranger, who writes requests by hand (dht.md 1.3) and reads of what comes back what he needs for the next ones.
 * Thread-safe; arrivals come on the horde's reader.
 */
final class Source implements AutoCloseable {

    private static final int REQUEST = 0x03;
    private static final int REPLY = 0x13;
    private static final int ID = 0x01;
    private static final int TOKEN = 0x02;
    private static final int CLOSER_NODES = 0x04; // of replies
    private static final int TARGET = 0x08; // of requests
    private static final int VALUE = 0x10;
    private static final int ADDRESS_BYTES = 6;
    private static final int MAX_BYTES = 2_000;

    /** What a node has said of itself: its id and the token for storing. */
    record Welcome(byte[] nodeId, byte[] token) {}

    private final DatagramChannel channel;
    private final Map<Integer, Attempt> attempts = new ConcurrentHashMap<>(); // handshakes without answer, by transaction
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Optional<Welcome> welcome = Optional.empty();
    private int tid; // guarded by lock

    Source(String host, Selector selector) throws IOException {
        channel = DatagramChannel.open().bind(new InetSocketAddress(host, 4_711));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    PeerAddress address() throws IOException {
        return PeerAddress.of((InetSocketAddress) channel.getLocalAddress());
    }

    Optional<Welcome> welcome() {
        return welcome;
    }

    /** Sends a request under the next transaction id, which is returned; a full socket loses it, as the network would. */
    int request(PeerAddress to, DhtCommand command, byte[] target, Optional<byte[]> value, Optional<byte[]> token) throws IOException {
        int transaction = nextTransaction();
        int flags = TARGET | (value.isPresent() ? VALUE : 0) | (token.isPresent() ? TOKEN : 0);
        WireWriter out = new WireWriter().uint8(REQUEST).uint8(flags).uint16(transaction).ipv4Address(to);
        token.ifPresent(out::raw);
        out.uint(command.code()).raw(target);
        value.ifPresent(out::buffer);
        channel.send(ByteBuffer.wrap(out.toBytes()), to.toSocketAddress());
        return transaction;
    }

    private int nextTransaction() {
        lock.lock();
        try {
            tid = tid + 1 & 0xffff;
            return tid;
        } finally {
            lock.unlock();
        }
    }

    /** A handshake that was sent under this transaction may be answered. */
    void expect(int transaction, Attempt attempt) {
        if (attempts.size() > 1_000) {
            attempts.clear();
        }
        attempts.put(transaction, attempt);
    }

    /** Takes everything that has arrived. {@return how many bytes} */
    long receive(ByteBuffer buffer) throws IOException {
        long bytes = 0;
        for (InetSocketAddress from = next(buffer); from != null; from = next(buffer)) {
            bytes += buffer.flip().remaining();
            onDatagram(PeerAddress.of(from), WireReader.of(buffer));
        }
        return bytes;
    }

    private InetSocketAddress next(ByteBuffer buffer) throws IOException {
        return (InetSocketAddress) channel.receive(buffer.clear());
    }

    private void onDatagram(PeerAddress from, WireReader in) throws IOException {
        int type = in.uint8("type");
        if (type != REQUEST && type != REPLY) {
            return; // a probe, or a stream's
        }
        int flags = in.uint8("flags");
        int transaction = in.uint16("tid");
        in.fixed("to", ADDRESS_BYTES);
        Optional<byte[]> id = (flags & ID) == 0 ? Optional.empty() : Optional.of(in.fixed("id", 32));
        Optional<byte[]> token = (flags & TOKEN) == 0 ? Optional.empty() : Optional.of(in.fixed("token", 32));
        if (type == REPLY) {
            if (id.isPresent() && token.isPresent()) {
                welcome = Optional.of(new Welcome(id.get(), token.get()));
            }
            if ((flags & CLOSER_NODES) != 0) {
                in.fixed("closer", in.uint("count", MAX_BYTES) * ADDRESS_BYTES);
            }
        } else {
            in.uint("command");
            if ((flags & TARGET) != 0) {
                in.fixed("target", 32);
            }
        }
        Attempt attempt = attempts.remove(transaction);
        if ((flags & VALUE) != 0 && attempt != null) {
            attempt.onAnswer(this, from, in.buffer("value", MAX_BYTES));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
