package omega.flock.transport;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SharedMemory;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamHeap;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;

/**
 * The heap of one stream, as a part of what all streams of a node share: what has arrived and nobody has read, and what was written and the
 * peer has not acknowledged. Taken in steps, so that hardly a packet asks for any; a stream in which no more than a few KiB wait asks for
 * none. Its methods want the stream's lock held, and the shared memory's lock is taken below it.
 *
 * <p>Where there is no memory, packets are dropped, which the peer sends again, and writers wait. Before it comes to that the windows that
 * peers are offered get smaller: a part of what is free.
 */
final class StreamMemory extends SharedMemory.Tenant {
    private static final Object NOBODY = "streams without a path";

    private final SharedMemory shared;
    private final StreamMachine machine;
    private final StreamHeap heap;
    private final Runnable eviction;
    private final AtomicLong moved = new AtomicLong(); // written with the stream's lock held, as all that follows is guarded by it
    private Object source = NOBODY;
    private int arrived; // bytes that are taken for what arrives
    private int written;
    private boolean refused; // what arrives needed more than there was, and memory is short since
    private boolean crowded; // what is written does

    /**
     * Creates a part that holds nothing.
     *
     * @param eviction ends the stream whose bytes are needed elsewhere
     */
    StreamMemory(SharedMemory shared, StreamMachine machine, Runnable eviction) {
        this.shared = shared;
        this.machine = machine;
        this.heap = machine.heap();
        this.eviction = eviction;
        limit();
    }

    /** A DATA packet of so many bytes is about to be taken. */
    void expectLocked(InetSocketAddress from, int seq, int bytes) {
        int missing = heap.arrivedWith(seq, bytes) - FlowConstants.GUARANTEED_BYTES - arrived;
        if (missing > 0) {
            int step = Math.max(missing, TransportConstants.MEMORY_STEP_BYTES);
            refused = !reserve(from, step);
            arrived += refused ? 0 : step;
            limit();
        }
    }

    /** So many bytes are about to be written. */
    void wantLocked(int bytes) {
        int missing = heap.writtenWith(bytes) - FlowConstants.GUARANTEED_BYTES - written;
        crowded = false;
        if (missing > 0) {
            int step = Math.max(missing, TransportConstants.MEMORY_STEP_BYTES);
            crowded = !reserve(null, step);
            written += crowded ? 0 : step;
        }
        heap.limitWritten(FlowConstants.GUARANTEED_BYTES + written);
    }

    /** A batch of packets is about to leave. */
    void sendLocked() {
        int growth = heap.growth(TransportConstants.BATCH_PACKETS);
        if (growth > 0) {
            int missing = heap.written() + growth - FlowConstants.GUARANTEED_BYTES - written;
            boolean granted = missing <= 0 || reserve(null, missing);
            written += granted ? Math.max(0, missing) : 0;
            heap.mayGrow(granted);
            heap.limitWritten(FlowConstants.GUARANTEED_BYTES + written - (granted ? growth : 0));
        }
    }

    /** Bytes may have been read, dropped or acknowledged: what is not needed any more is given back. */
    void settleLocked() {
        if (arrived > 0 || written > 0) {
            moved.setOpaque(machine.view().receivedBytes() - machine.view().readableBytes() + machine.view().acknowledgedBytes());
        }
        arrived = settled(arrived, heap.arrived());
        written = settled(written, heap.written());
        refused &= heap.arrived() > 0 || shared.free() < TransportConstants.LEAST_OFFER_BYTES;
        limit();
        if (machine.isOver() && arrived == 0) {
            shared.leave(this); // what was written went with the end
        }
    }

    /** The same while the stream has no driver: nothing is under way. */
    void restLocked() {
        heap.rest();
        settleLocked();
    }

    /** {@return whether a writer may have to wait for memory, not for the network} */
    boolean isCrowdedLocked() {
        return crowded;
    }

    @Override
    protected Object source() {
        return source;
    }

    @Override
    protected boolean canWait() {
        return true;
    }

    @Override
    protected long moved() {
        return moved.getOpaque();
    }

    @Override
    protected void evict() {
        eviction.run();
    }

    private boolean reserve(InetSocketAddress from, int bytes) {
        InetSocketAddress peer = machine.view().path().map(StreamPath::address).orElse(from);
        if (peer != null) {
            source = peer.getAddress() instanceof Inet4Address ? NetworkSource.of(peer) : peer.getAddress();
        }
        return shared.reserve(this, bytes);
    }

    private int settled(int taken, int held) {
        int needed = held - FlowConstants.GUARANTEED_BYTES;
        int kept = needed <= 0 ? 0 : Math.min(taken, needed + 2 * TransportConstants.MEMORY_STEP_BYTES);
        if (kept < taken) {
            shared.release(this, taken - kept);
        }
        return kept;
    }

    private void limit() {
        long bytes = FlowConstants.GUARANTEED_BYTES + arrived;
        // More than is free may be offered to whom others would give way. Who was refused would have it dropped, and repeated too late.
        long free = shared.free();
        long more = refused ? Math.min(TransportConstants.LEAST_OFFER_BYTES, free)
                : Math.max(TransportConstants.LEAST_OFFER_BYTES, free / TransportConstants.OFFER_SHARE);
        heap.limitArrived(bytes, bytes + more);
    }
}
