package omega.flock.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import omega.flock.net.DatagramBatch;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamView;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/**
 * Runs on the readers of ports, or on users who read in their place, who never wait here for more than the stream's lock: the packets
 * that come in for a stream.
 */
final class StreamArrivals {
    private final UdxStream stream;
    private final StreamFirewall firewall;
    private final StreamOwner owner;
    private final StreamState state;
    private final PacketPump pump;
    private final StreamMessages messages;
    private final PacketHeader header = new PacketHeader(); // guarded by state.lock
    private boolean brought; // guarded by state.lock; whether the packet taken last brought a message
    private volatile PathWatch pathWatch; // null while nobody wants to know

    StreamArrivals(UdxStream stream, StreamFirewall firewall, StreamOwner owner, StreamState state, PacketPump pump,
            StreamMessages messages) {
        this.stream = stream;
        this.firewall = firewall;
        this.owner = owner;
        this.state = state;
        this.pump = pump;
        this.messages = messages;
    }

    /** Asks the firewall about every packet from now on, and tells who wants to know; null ends that. */
    void watch(PathWatch watch) {
        pathWatch = watch;
    }

    /** Takes a packet of this stream. */
    void onDatagram(UdpPort from, InetSocketAddress source, ByteBuffer datagram) {
        if (!admits(from, source)) {
            owner.countDrop(DropReason.FIREWALL);
            return;
        }
        boolean complete;
        boolean message;
        boolean undriven;
        PacketBatch answer;
        state.lock.lock();
        try {
            long now = state.ticker.nanoTime();
            complete = takeLocked(now, source, datagram);
            message = brought;
            answer = answerLocked(from, now, 1);
            undriven = isUndrivenLocked();
        } finally {
            state.lock.unlock();
        }
        finish(from, source, answer, undriven, message, complete);
    }

    /** Takes packets of this stream that came together from one source: one visit to the machine, one answer, one wake-up of the user. */
    void onDatagrams(UdpPort from, DatagramBatch batch, int first, int end) {
        InetSocketAddress source = batch.address(first);
        int next = first;
        while (next < end) {
            if (!admits(from, source)) {
                owner.countDrop(DropReason.FIREWALL);
                next++;
                continue;
            }
            int began = next;
            boolean complete = false;
            boolean message = false;
            boolean undriven;
            PacketBatch answer;
            state.lock.lock();
            try {
                long now = state.ticker.nanoTime();
                // A message ends the visit: few of them are kept, and the handler takes them without the lock.
                while (next < end && !message) {
                    complete |= takeLocked(now, source, batch.datagram(next++));
                    message = brought;
                }
                answer = answerLocked(from, now, next - began);
                undriven = isUndrivenLocked();
            } finally {
                state.lock.unlock();
            }
            finish(from, source, answer, undriven, message, complete);
        }
    }

    private boolean admits(UdpPort from, InetSocketAddress source) {
        InetSocketAddress awaited = state.awaited;
        boolean expected = stream.leavesThrough(from) && pathWatch == null && (awaited == null || awaited.equals(source));
        return expected || firewall.admits(stream, from, source);
    }

    /** {@return whether the packet shows what the peer has sent before it to be complete, see {@link PathWatch}} */
    private boolean takeLocked(long now, InetSocketAddress source, ByteBuffer datagram) {
        StreamMachine machine = state.machine;
        machine.onSource(source, datagram.remaining());
        header.decode(datagram);
        int content = datagram.remaining() - header.dataOffset();
        if (PacketFlags.isReliable(header.flags())) {
            state.memory.expectLocked(source, header.seq(), content);
        }
        machine.onPacket(now, header, datagram);
        brought = header.has(PacketFlags.MESSAGE);
        return brought ? content == 0 : PacketFlags.isReliable(header.flags()) && machine.view().hasDelivered(header.seq());
    }

    /** {@return what this thread has to send; null if the driver does it, or nobody} */
    private PacketBatch answerLocked(UdpPort from, long now, int packets) {
        state.noticeEndLocked();
        if (state.driverLocked() == StreamState.Driver.ABSENT) {
            state.memory.restLocked();
        } else {
            state.memory.settleLocked();
        }
        if (state.memory.isCrowdedLocked()) {
            state.wakeWritersLocked();
        }
        if (state.awaited != null) {
            state.noticePathLocked();
        }
        StreamView view = state.machine.view();
        // A lone packet is answered at once, and so are many in one go; for a burst that comes one by one the driver answers.
        boolean reply = state.wroteSince;
        boolean atOnce = packets > 1 || reply || now - state.arrivedAt > TransportConstants.LONE_PACKET_NANOS;
        state.arrivedAt = now;
        state.wroteSince = false;
        if (atOnce && packets == 1 && state.replyExpected && (reply || state.readersWaiting > 0) && view.readableBytes() > 0) {
            // A request or reply: the user who waits for it, or is about to, may write again, which spares each side a packet.
            state.machine.deferAck(now + TransportConstants.ACK_PATIENCE_NANOS);
        }
        from.arrivedFor(state);
        wakeUsersLocked(view);
        if (atOnce && state.maySendForDriverLocked(now)) {
            return pump.pollLocked(now);
        }
        state.wakeDriverLocked(now);
        return null;
    }

    private boolean isUndrivenLocked() {
        return state.machine.isOver() && !state.machine.isConnected();
    }

    private void wakeUsersLocked(StreamView view) {
        if (view.readableBytes() > 0 || view.receiveState().hasEnded()) {
            state.readable.signal();
        }
        if (state.progressWaiting > 0) {
            state.progress.signalAll();
        }
    }

    private void finish(UdpPort from, InetSocketAddress source, PacketBatch answer, boolean undriven, boolean message, boolean complete) {
        if (answer != null) {
            pump.send(answer, false);
        }
        if (undriven) {
            stream.settle();
        }
        if (message) {
            messages.deliver();
        }
        PathWatch watch = pathWatch;
        if (complete && watch != null) {
            watch.delivered(from, source);
        }
    }
}
