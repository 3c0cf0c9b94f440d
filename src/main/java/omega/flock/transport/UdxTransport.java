package omega.flock.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import omega.flock.base.CloseReason;
import omega.flock.net.DatagramBatch;
import omega.flock.net.DatagramHandler;
import omega.flock.net.UdpPort;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.packet.PacketHeader;

/**
 * Used by the readers of all ports and by whoever makes streams: the table that finds a packet's stream by its id, whatever port the
 * packet came through.
 *
 * <pre>
 *   OPEN ──close()──► CLOSED    every stream is destroyed with SHUT_DOWN, its peer told; createStream() fails
 * </pre>
 */
public final class UdxTransport implements DatagramHandler, AutoCloseable {
    private static final Logger LOG = System.getLogger("omega.flock.transport");

    private final Ticker ticker;
    private final TaskScope scope;
    private final TransportOptions options;
    private final SharedMemory memory;
    private final SecureRandom random = new SecureRandom();
    private final StreamTable streams = new StreamTable();
    private final TransportCounters counters = new TransportCounters();
    private final ClosedStreams closedStreams = new ClosedStreams(counters);
    private final BatchPool batches = new BatchPool();
    private final ChunkPool chunks = new ChunkPool();
    private final DeadlineQueue timers;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean closed;

    private final StreamOwner owner = new StreamOwner() {
        @Override
        public void forget(UdxStream stream) {
            UdxTransport.this.forget(stream);
        }

        @Override
        public void countDrop(DropReason reason) {
            counters.drop(reason);
        }
    };

    /**
     * Creates a transport; its threads live in a child of {@code scope}.
     *
     * @param timers watches the deadlines of all streams that have no driver; ends no sooner than the transport
     * @param memory what streams hold for their peers; tells those who have to give theirs up on another thread
     */
    public UdxTransport(Ticker ticker, TaskScope scope, DeadlineQueue timers, SharedMemory memory, TransportOptions options) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.scope = scope.child("flock-udx");
        this.timers = Objects.requireNonNull(timers, "timers");
        this.memory = Objects.requireNonNull(memory, "memory");
        this.options = Objects.requireNonNull(options, "options");
        this.scope.forkVital("flock-udx", this::endWithScope);
    }

    /**
     * {@inheritDoc}
     *
     * @return true if it begins like a stream packet and its id belongs to a stream of this transport that lives or ended less than
     *     15 s ago. Anything else is somebody else's: "unknown id → datagram handler, no reply".
     */
    @Override
    public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        if (!PacketHeader.isStreamPacket(datagram)) {
            return false;
        }
        int id = PacketHeader.streamIdOf(datagram);
        Optional<UdxStream> stream = streams.find(id);
        if (stream.isPresent()) {
            try {
                stream.get().arrivals().onDatagram(port, source, datagram);
            } catch (RuntimeException | Error e) {
                fail(stream.get(), e);
            }
            return true;
        }
        return isOfClosedStream(id, datagram);
    }

    /** {@inheritDoc} Packets of one stream and one source in a row go to it together. */
    @Override
    public int onDatagrams(UdpPort port, DatagramBatch batch, int first) {
        ByteBuffer datagram = batch.datagram(first);
        if (!PacketHeader.isStreamPacket(datagram)) {
            return 0;
        }
        int id = PacketHeader.streamIdOf(datagram);
        Optional<UdxStream> stream = streams.find(id);
        if (stream.isEmpty()) {
            return isOfClosedStream(id, datagram) ? 1 : 0;
        }
        InetSocketAddress source = batch.address(first);
        int end = first + 1;
        while (end < batch.count() && batch.address(end).equals(source) && PacketHeader.isStreamPacket(batch.datagram(end))
                && PacketHeader.streamIdOf(batch.datagram(end)) == id) {
            end++;
        }
        try {
            stream.get().arrivals().onDatagrams(port, batch, first, end);
        } catch (RuntimeException | Error e) {
            fail(stream.get(), e);
        }
        return end - first;
    }

    /** Whatever a packet brought about ends its stream and no other. What fails even in here ends the port, see {@link #onPortFailed}. */
    private static void fail(UdxStream stream, Throwable cause) {
        stream.destroy(CloseReason.shutDown("the stream failed: " + cause));
        LOG.log(Level.ERROR, "stream.failed stream=" + stream, cause);
    }

    /** {@inheritDoc} Streams that send through the port end with it: nothing of their peers would arrive any more. */
    @Override
    public void onPortFailed(UdpPort port, Throwable cause) {
        for (UdxStream stream : streams.snapshot()) {
            if (stream.leavesThrough(port)) {
                stream.destroy(CloseReason.shutDown("the port of the stream failed: " + cause));
            }
        }
    }

    private boolean isOfClosedStream(int id, ByteBuffer datagram) {
        boolean remembered = closedStreams.answer(id, datagram, ticker.nanoTime());
        counters.drop(remembered ? DropReason.CLOSED_STREAM : DropReason.UNKNOWN_STREAM);
        return remembered;
    }

    /**
     * {@return a new unconnected stream with a random id that no other stream of this transport has or had of late}
     *
     * @param firewall decides about packets from before connect and from other ports
     * @throws IllegalStateException after {@link #close}
     */
    public UdxStream createStream(StreamFirewall firewall) {
        Objects.requireNonNull(firewall, "firewall");
        StreamConfig config = StreamConfig.of(options.receiveWindowBytes(), true).withChunks(chunks);
        while (true) {
            requireOpen();
            int id = random.nextInt();
            Host host = new Host();
            StreamState state = new StreamState(ticker, config, memory, host);
            UdxStream stream = new UdxStream(id, firewall, owner, state, new PacketPump(state, batches, counters));
            host.stream = stream;
            if (!closedStreams.contains(id) && streams.add(stream)) {
                counters.streamCreated();
                if (closed) {
                    // close() may have looked at the table before this stream was in it.
                    stream.destroy(shutDown());
                }
                return stream;
            }
        }
    }

    /** {@return a snapshot of the figures} Asks every living stream. */
    public TransportStats stats() {
        TransportCounters.Totals living = new TransportCounters.Totals();
        for (UdxStream stream : streams.snapshot()) {
            addFigures(stream, living);
        }
        return counters.snapshot(streams.size(), living);
    }

    /** {@return how many streams hold an id now} */
    public int liveStreams() {
        return streams.size();
    }

    /** Destroys all streams and ends their threads. Blocks for at most a few seconds; idempotent; an interrupt cuts it short. */
    @Override
    public void close() {
        closed = true;
        closing.countDown();
        for (UdxStream stream : streams.snapshot()) {
            stream.destroy(shutDown());
        }
        try {
            scope.join(TransportConstants.CLOSE_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        scope.close();
        // Whoever was sending for a stream found, when it was done, that no driver could be started any more.
        endDriverless(shutDown());
    }

    private void drive(UdxStream stream) {
        boolean over = true;
        try {
            over = new StreamDriver(stream.state(), stream.pump()).run();
        } finally {
            if (over) {
                stream.settle();
            }
        }
    }

    /** Drivers notice by themselves that the scope was cancelled; this notices it for the streams that have none. */
    private void endWithScope() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            closed = true;
            endDriverless(CloseReason.shutDown("the scope of the stream was cancelled"));
            Thread.currentThread().interrupt();
        }
    }

    /** Once the scope takes no more drivers: this thread drives every stream that has none to its end. */
    private void endDriverless(CloseReason reason) {
        for (UdxStream stream : streams.snapshot()) {
            boolean driving = stream.state().becomeDriver();
            stream.destroy(reason);
            if (driving) {
                drive(stream);
            }
        }
    }

    private void forget(UdxStream stream) {
        long now = ticker.nanoTime();
        // Remembered before it is removed, so that no packet in between finds the id unknown.
        ClosedStreams.Remains.of(stream.state(), now + TransportConstants.CLOSED_MEMORY.toNanos())
                .ifPresent(remains -> closedStreams.remember(stream.id(), remains, now));
        if (streams.remove(stream)) {
            TransportCounters.Totals figures = new TransportCounters.Totals();
            addFigures(stream, figures);
            counters.streamEnded(figures);
        }
    }

    private static void addFigures(UdxStream stream, TransportCounters.Totals into) {
        StreamState state = stream.state();
        state.lock.lock();
        try {
            into.add(state.machine.view().counters(), state.machine.view().receivedBytes());
        } finally {
            state.lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the transport is closed");
        }
    }

    private static CloseReason shutDown() {
        return CloseReason.shutDown("the transport was closed");
    }

    /** Drives one stream when there is work, and has its deadlines watched when there is none. */
    private final class Host implements DriverHost {
        private UdxStream stream; // set before anybody knows the stream

        @Override
        public boolean startDriver() {
            try {
                scope.forkVital("flock-udx " + Integer.toUnsignedString(stream.id()), () -> drive(stream));
                return true;
            } catch (RejectedExecutionException e) {
                return false; // cancelled: endWithScope ends the stream
            }
        }

        @Override
        public Alarm setAlarm(long deadlineNanos, Runnable action) {
            DeadlineQueue.Entry entry = timers.schedule(deadlineNanos, action);
            return entry::cancel;
        }

        @Override
        public void evict() {
            stream.destroy(CloseReason.closedLocally(SharedMemory.NEEDED));
        }
    }
}
