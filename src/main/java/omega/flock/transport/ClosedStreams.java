package omega.flock.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.CloseReason;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamView;
import omega.flock.transport.packet.PacketConstants;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/**
 * Runs on the readers of ports: answers for streams that ended a short while ago.
 *
 * <p>UDX has no TIME_WAIT: "if the final ACK is lost the other side keeps resending END to a closed id, gets silence and after 13 s
 * reports ETIMEDOUT although all data arrived". So a finished id repeats its last ACK for 15 s, and a destroyed one its DESTROY,
 * always to the address that the stream had, never to the source of the packet.
 */
final class ClosedStreams {
    /**
     * What is left of a stream.
     *
     * @param reset whether the answer is a DESTROY instead of an ACK
     */
    record Remains(UdpPort port, InetSocketAddress remote, int remoteId, int nextSeq, int expectedSeq, boolean reset, long untilNanos) {
        /** {@return what answers for a stream that is over; empty if it had no peer or the peer reset it} */
        static Optional<Remains> of(StreamState state, long untilNanos) {
            state.lock.lock();
            try {
                CloseReason.Kind kind = state.closeReasonLocked().orElseThrow().kind();
                StreamView view = state.machine.view();
                return kind == CloseReason.Kind.RESET_BY_PEER ? Optional.empty()
                        : view.path().map(path -> new Remains(state.port, path.address(), path.remoteId(), view.nextSeq(),
                                view.expectedSeq(), kind != CloseReason.Kind.FINISHED, untilNanos));
            } finally {
                state.lock.unlock();
            }
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Integer, Remains> byId = new LinkedHashMap<>(); // guarded by lock; oldest first
    private final TransportCounters counters;

    ClosedStreams(TransportCounters counters) {
        this.counters = counters;
    }

    void remember(int id, Remains remains, long nowNanos) {
        lock.lock();
        try {
            forgetOldLocked(nowNanos);
            byId.put(id, remains);
        } finally {
            lock.unlock();
        }
    }

    boolean contains(int id) {
        lock.lock();
        try {
            return byId.containsKey(id);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the id is remembered; if the packet wants an answer, it was given} */
    boolean answer(int id, ByteBuffer datagram, long nowNanos) {
        Remains remains;
        lock.lock();
        try {
            forgetOldLocked(nowNanos);
            remains = byId.get(id);
        } finally {
            lock.unlock();
        }
        if (remains == null) {
            return false;
        }
        PacketHeader header = new PacketHeader();
        header.decode(datagram);
        if (header.has(PacketFlags.DATA | PacketFlags.END | PacketFlags.HEARTBEAT)) {
            reply(remains, header);
        }
        return true;
    }

    private void reply(Remains remains, PacketHeader header) {
        int flags = remains.reset() ? PacketFlags.DESTROY : PacketFlags.STATE;
        ByteBuffer out = ByteBuffer.allocate(PacketConstants.HEADER_BYTES);
        header.set(flags, 0, remains.remoteId(), FlowConstants.DEFAULT_WINDOW_BYTES, remains.nextSeq(), remains.expectedSeq());
        header.encode(out);
        try {
            remains.port().send(out.flip(), remains.remote());
        } catch (IOException e) {
            // The port is closed or refuses: the peer repeats itself, or times out as it would have without us.
            counters.sendFailures(1);
        }
    }

    private void forgetOldLocked(long nowNanos) {
        var oldest = byId.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Integer, Remains> entry = oldest.next();
            if (byId.size() <= TransportConstants.MAX_CLOSED && entry.getValue().untilNanos() > nowNanos) {
                return;
            }
            oldest.remove();
        }
    }
}
