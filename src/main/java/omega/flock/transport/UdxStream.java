package omega.flock.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import omega.flock.base.CloseReason;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;

/**
 * Used by the threads of its owner, the readers of ports and its own driver: one reliable, ordered, two-way stream of bytes, with
 * unreliable messages beside it.
 *
 * <pre>
 *   created ──connect()──► connected ──end() here and there──► FINISHED
 *      │                      │  └───closeGracefully()───────► FINISHED or, after a bound, CLOSED_LOCALLY
 *      └──────destroy()───────┴──────destroy(reason)─────────► reason
 *                             └──────DESTROY, silence────────► RESET_BY_PEER, TIMED_OUT
 * </pre>
 *
 * <p>The end is absorbing: readers get what arrived in order and then the end of the stream or an exception, writers an exception. A read
 * or write that is interrupted throws {@link java.io.InterruptedIOException} with the flag set and leaves the stream open.
 */
public final class UdxStream implements RawStream {
    /** Largest message that {@link #sendMessage} takes, in bytes. */
    public static final int MAX_MESSAGE_BYTES = FlowConstants.MAX_MESSAGE_BYTES;

    private final int id;
    private final StreamOwner owner;
    private final StreamState state;
    private final PacketPump pump;
    private final StreamInput input;
    private final StreamOutput output;
    private final StreamMessages messages;
    private final StreamArrivals arrivals;
    private final CloseListeners closeListeners = new CloseListeners();
    private final Optional<UdxStream> found = Optional.of(this);

    UdxStream(int id, StreamFirewall firewall, StreamOwner owner, StreamState state, PacketPump pump) {
        this.id = id;
        this.owner = owner;
        this.state = state;
        this.pump = pump;
        this.input = new StreamInput(state, pump);
        this.output = new StreamOutput(state, pump);
        this.messages = new StreamMessages(state, owner);
        this.arrivals = new StreamArrivals(this, firewall, owner, state, pump, messages);
    }

    /** {@return the 32-bit id under which the peer addresses this stream} */
    public int id() {
        return id;
    }

    /**
     * Fixes port, remote id and address. Sends nothing, except one ACK if data arrived earlier and what was written before. Does
     * not block.
     *
     * @throws IllegalStateException if the stream is connected or over
     */
    public void connect(UdpPort through, int remoteId, InetSocketAddress remote) {
        Objects.requireNonNull(through, "port");
        StreamPath path = new StreamPath(remoteId, remote);
        locked(machine -> {
            if (machine.isOver()) {
                throw new IllegalStateException("stream " + this + " is over: " + state.closeReasonLocked().orElseThrow());
            }
            machine.connect(now(), path);
            state.port = through;
            state.noticePathLocked();
            state.wakeDriverLocked(now());
            return null;
        });
    }

    /**
     * Moves a connected stream to another path, at once for everything new; packets that have a number keep their id and address
     * but leave through the new port. Packets from the old path are still accepted. Does not block; after the end it does nothing.
     *
     * @throws IllegalStateException if the stream was never connected
     */
    public void changeRemote(UdpPort through, int remoteId, InetSocketAddress remote) {
        move(through, machine -> machine.changePath(new StreamPath(remoteId, remote)));
    }

    /**
     * As {@link #changeRemote}, because the present path was a guess that led nowhere: all that is not acknowledged goes to the other one
     * at once, whatever it was numbered for.
     */
    public void retarget(UdpPort through, int remoteId, InetSocketAddress remote) {
        move(through, machine -> machine.retarget(new StreamPath(remoteId, remote)));
    }

    /**
     * Doubts every address from now on: until something comes from it that shows that it hears us, it gets at most three times the bytes
     * that came from there, and all such addresses together {@code allowanceBytes} beside; packets from elsewhere go to the firewall, on
     * whatever port. Without this call {@link #connect} vouches for the address.
     */
    public void limitUnproven(int allowanceBytes) {
        locked(machine -> {
            machine.limitUnproven(allowanceBytes);
            return null;
        });
    }

    /** The peer's first bytes were what only the peer could send: the address that they came from is proven. */
    public void openingWasGenuine() {
        locked(machine -> {
            machine.openingWasGenuine();
            state.noticePathLocked();
            state.wakeDriverLocked(now());
            return null;
        });
    }

    /** {@return whether the address that packets go to has proven that it hears us, or does not have to} */
    public boolean isPathProven() {
        return isConnected() && state.awaited == null;
    }

    /** Asks the firewall about every packet, from whichever port, for as long as there is a {@code watch}, and tells that one. */
    public void watchPaths(Optional<PathWatch> watch) {
        arrivals.watch(watch.orElse(null));
    }

    /**
     * Blocks until every packet numbered before the last {@link #changeRemote} is acknowledged. {@return false if the timeout passed first}
     *
     * @throws IOException if the stream ended otherwise than by finishing
     */
    public boolean awaitRemoteChanged(Duration timeout) throws IOException, InterruptedException {
        return output.awaitRemoteChanged(timeout);
    }

    /** {@return whether {@link #connect} was called} */
    public boolean isConnected() {
        return state.port != null;
    }

    /** {@return whether the stream has not ended yet, in whatever way} */
    public boolean isOpen() {
        return locked(machine -> !machine.isOver());
    }

    /** {@return bytes read, without blocking: −1 at the end of the stream, 0 if there are none now} */
    @Override
    public int poll(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        return input.poll(target, offset, length);
    }

    /**
     * Blocks until there is something to read, the peer ended or the stream ended, for {@code nanos}, or for ever if that is 0, but takes
     * nothing: whoever waits needs no buffer. {@return bytes that can be read, 0 if the time passed first, −1 at the end of the stream}
     */
    @Override
    public int awaitReadable(long nanos) throws IOException {
        return input.awaitReadable(nanos);
    }

    /** {@return bytes that can be read without blocking} */
    public int available() {
        return locked(machine -> machine.view().readableBytes());
    }

    /** Writes all bytes, however long it takes; see {@link #write(byte[], int, int, long)}. */
    public void write(byte[] source, int offset, int length) throws IOException {
        write(source, offset, length, 0);
    }

    /**
     * Writes all bytes into the send buffer. Blocks while it holds more than 256 KiB that have not been put into packets, for {@code nanos}
     * in all ({@link java.net.SocketTimeoutException} with what was written), or for ever if that is 0. Allowed before {@link #connect}:
     * the bytes leave once the stream is connected.
     */
    @Override
    public void write(byte[] source, int offset, int length, long nanos) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        output.write(source, offset, length, nanos);
    }

    /** Writes as many of the bytes as fit the send buffer. Never blocks. {@return how many} */
    @Override
    public int offer(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        return output.offer(source, offset, length);
    }

    /** Half close: the peer reads the end of the stream after everything written so far. Never blocks, idempotent. */
    @Override
    public void end() {
        output.end();
    }

    /**
     * Blocks until everything written before the call is acknowledged, and the END too if {@link #end} was called.
     *
     * @return false if the timeout passed first
     * @throws IOException if the stream ended otherwise than by finishing
     */
    @Override
    public boolean awaitAcknowledged(Duration timeout) throws IOException, InterruptedException {
        return output.awaitAcknowledged(timeout);
    }

    @Override
    public int largestMessage() {
        return MAX_MESSAGE_BYTES;
    }

    /**
     * Sends a message that may be lost, repeated or overtaken, of at most {@value #MAX_MESSAGE_BYTES} bytes. Never blocks; dropped when 256
     * wait already.
     *
     * @throws IOException if the stream is over
     */
    @Override
    public void sendMessage(byte[] message) throws IOException {
        messages.send(message);
    }

    /**
     * Sets who gets messages. The handler runs on the reader of a port, or on a user of whatever stream who reads in its place, with no
     * lock of ours held but that user's order of frames, and must not block. Up to 64 messages that arrived earlier are given to it at
     * once, on this thread.
     */
    @Override
    public void onMessage(Consumer<byte[]> handler) {
        messages.handler(Objects.requireNonNull(handler, "handler"));
    }

    /** Counts a message that was taken here and that whoever got it ignores. */
    @Override
    public void countDrop(DropReason reason) {
        owner.countDrop(reason);
    }

    /**
     * Calls the listener exactly once when the stream is over, after those that were added before it, at once if they all have been called;
     * on the driver's thread, or on the caller's of this method or of {@link #destroy}. By then the stream is counted among the living no
     * more.
     */
    @Override
    public void onClose(Consumer<CloseReason> listener) {
        closeListeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** {@return why the stream is over; empty while it lives, be it lingering} */
    @Override
    public Optional<CloseReason> closeReason() {
        return locked(machine -> state.closeReasonLocked());
    }

    /** Ends the stream at once: drops everything queued and tells a connected peer. Never blocks; the first reason stays. */
    @Override
    public void destroy(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        boolean undriven = locked(machine -> {
            state.closeLocallyLocked(reason);
            machine.destroy();
            state.noticeEndLocked();
            state.wakeDriverLocked(now());
            return !machine.isConnected();
        });
        if (undriven) {
            settle();
        }
    }

    /**
     * Ends the output, discards what still arrives, and leaves the rest to the background: the stream finishes when the peer ended
     * too, and is destroyed when that takes longer than 3 s after everything was acknowledged, or 30 s in all. Never blocks,
     * idempotent. An unconnected stream is destroyed.
     */
    @Override
    public void closeGracefully() {
        CloseReason reason = CloseReason.closedLocally("closed");
        boolean connected = locked(machine -> {
            if (machine.isConnected()) {
                state.closeLocallyLocked(reason);
                machine.linger(now());
                state.memory.settleLocked();
                state.noticeEndLocked();
                state.wakeDriverLocked(now());
            }
            return machine.isConnected();
        });
        if (!connected) {
            destroy(reason);
        }
    }

    /** {@return where new packets go; empty before {@link #connect}} */
    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return locked(machine -> machine.view().path().map(StreamPath::address));
    }

    /** {@return the port that packets leave through; empty before {@link #connect}} */
    public Optional<UdpPort> port() {
        return Optional.ofNullable(state.port);
    }

    /** {@return the smoothed round trip time; zero before the first sample} */
    public Duration smoothedRtt() {
        return locked(machine -> Duration.ofNanos(machine.view().smoothedRttNanos()));
    }

    /** {@return the figures of the moment} */
    @Override
    public StreamStats stats() {
        return locked(StreamStats::of);
    }

    /** {@return stream bytes that arrived in order so far} */
    @Override
    public long bytesReceived() {
        return locked(machine -> machine.view().receivedBytes());
    }

    /** {@return stream bytes that were put into packets so far, each counted once} */
    public long bytesSent() {
        return locked(machine -> machine.view().counters().bytesSent());
    }

    @Override
    public String toString() {
        return "UdxStream[" + Integer.toUnsignedString(id) + "]";
    }

    /** {@return whether packets leave through this port} */
    boolean leavesThrough(UdpPort candidate) {
        return candidate == state.port;
    }

    StreamArrivals arrivals() {
        return arrivals;
    }

    /** The stream is over and its driver, if it had one, is done. */
    void settle() {
        owner.forget(this);
        closeListeners.tellAll(closeReason().orElseThrow());
    }

    StreamState state() {
        return state;
    }

    PacketPump pump() {
        return pump;
    }

    /** {@return this stream in the box that the table hands out} */
    Optional<UdxStream> found() {
        return found;
    }

    private void move(UdpPort through, Consumer<StreamMachine> change) {
        Objects.requireNonNull(through, "port");
        locked(machine -> {
            change.accept(machine);
            state.port = through;
            state.noticePathLocked();
            state.wakeDriverLocked(now());
            return null;
        });
    }

    private long now() {
        return state.ticker.nanoTime();
    }

    private <T> T locked(Function<StreamMachine, T> action) {
        state.lock.lock();
        try {
            return action.apply(state.machine);
        } finally {
            state.lock.unlock();
        }
    }
}
