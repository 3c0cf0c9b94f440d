package omega.flock.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import omega.flock.runtime.ClosingSteps;
import omega.flock.runtime.DaemonThreads;

/**
 * A UDP port of this machine. Its reader is a platform thread named {@code flock-udp HOST:PORT}, which waits for
 * datagrams and calls the handler with one after the other; senders use the channel from their own threads. In a conversation the
 * user who waits takes the reader's place, see {@link ReadingTurn}.
 *
 * <p>The channel is IPv4 only, as the wire format is, so that addresses never appear in their IPv6-mapped form. It is a
 * non-blocking channel whose reader blocks in a selector: an interrupt of any thread that uses a <em>blocking</em>
 * channel closes the channel, and here senders are threads of users and of scopes that get cancelled.
 *
 * <pre>
 *   CHANNEL ──enough traffic, or a first sendWithTtl()──► KERNEL    where native calls are allowed ({@link LibC}); see {@link KernelSocket}
 * </pre>
 */
public final class DatagramUdpPort implements UdpPort {

    private static final Logger LOG = System.getLogger("omega.flock.net");

    /** The calls of this system's C library. No lambda, which every process would pay for when it opens its first port. */
    private static final Supplier<SystemCalls> NATIVE = new Supplier<>() {
        @Override
        public SystemCalls get() {
            return LibC.link();
        }
    };

    private final DatagramChannel channel;
    private final Selector selector; // its end guarded by ending
    private final ReentrantLock ending = new ReentrantLock(); // the channel ends before or after the port turns, not meanwhile
    private final DatagramHandler handler;
    private final Consumer<Throwable> told; // that the port has failed: made while there is memory for it
    private final InetSocketAddress localAddress;
    private final Optional<Supplier<SystemCalls>> link;
    private final AtomicInteger traffic = new AtomicInteger(); // datagrams so far, those of bulk traffic counted many times over
    private final AtomicBoolean turning = new AtomicBoolean();
    private volatile KernelSocket kernel; // null before the port has turned to the kernel's own calls
    private final ReadingTurn turn = new ReadingTurn();
    private volatile Thread deliverer; // who hands datagrams up just now; null if nobody does
    private volatile boolean failed;
    private DatagramBatch batch; // of who has the turn; null before the first reading of the channel
    private boolean burst; // of who has the turn: more than one datagram was there when it looked last

    private DatagramUdpPort(DatagramChannel channel, Selector selector, DatagramHandler handler, Optional<Supplier<SystemCalls>> link)
            throws IOException {
        this.channel = channel;
        this.link = link;
        this.selector = selector;
        this.handler = handler;
        this.told = ClosingSteps.insisting(cause -> handler.onPortFailed(this, cause));
        this.localAddress = (InetSocketAddress) channel.getLocalAddress();
    }

    /** Binds a port of this machine and starts its reader; see {@link PortBinder#bind}. */
    public static UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        return bind(local, handler, nativeCalls());
    }

    /** As {@link #bind(InetSocketAddress, DatagramHandler)}, with the system's calls from {@code link}, or never using any. */
    static DatagramUdpPort bind(InetSocketAddress local, DatagramHandler handler, Optional<Supplier<SystemCalls>> link) throws IOException {
        DatagramChannel channel = BoundChannel.open(local);
        try {
            return adopt(channel, handler, link);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** {@return the calls of this system's C library, where they are allowed} */
    static Optional<Supplier<SystemCalls>> nativeCalls() {
        return LibC.isUsable() ? Optional.of(NATIVE) : Optional.empty();
    }

    /** Makes a port of a channel that {@link BoundChannel#open} has opened, and starts its reader. */
    static DatagramUdpPort adopt(DatagramChannel channel, DatagramHandler handler, Optional<Supplier<SystemCalls>> link)
            throws IOException {
        Selector selector = Selector.open();
        try {
            channel.register(selector, SelectionKey.OP_READ);
            DatagramUdpPort port = new DatagramUdpPort(channel, selector, handler, link);
            InetSocketAddress bound = port.localAddress;
            DaemonThreads.start("flock-udp " + bound.getHostString() + ":" + bound.getPort(), port::readUntilClosed);
            return port;
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
        KernelSocket turned = kernel;
        if (turned != null) {
            turned.send(datagram, to, 0, Thread.currentThread() != deliverer);
            return;
        }
        if (BoundChannel.trySend(channel, datagram, to, Thread.currentThread() == deliverer ? 0 : NetConstants.SEND_RETRIES) < 0) {
            throw new IOException("the send buffer of " + this + " stays full");
        }
    }

    @Override
    public int send(DatagramBatch batch, boolean patient) {
        KernelSocket turned = kernel;
        if (turned != null) {
            return turned.send(batch, patient);
        }
        countTraffic(batch);
        int refused = 0;
        int retries = patient ? NetConstants.SEND_RETRIES : 0;
        for (int i = 0; i < batch.count(); i++) {
            try {
                retries = BoundChannel.trySend(channel, batch.datagram(i), batch.address(i), retries);
                if (retries < 0) {
                    // Full after all that waiting: the rest would only find the same.
                    return refused + batch.count() - i;
                }
            } catch (IOException e) {
                // Too long for the path, no route, the port is closed: the sender's recovery deals with what does not arrive.
                refused++;
            }
        }
        return refused;
    }

    @Override
    public boolean sendWithTtl(ByteBuffer datagram, InetSocketAddress to, int ttl) throws IOException {
        if (ttl < 1 || ttl > 255) {
            throw new IllegalArgumentException("ttl: " + ttl);
        }
        KernelSocket turned = kernel;
        if (turned == null) {
            turnInBackground();
            return false;
        }
        turned.send(datagram, to, ttl, false);
        return true;
    }

    /**
     * Turns to the kernel's own calls, for good, in a thread of its own: that takes a while the first time in a process, and so long
     * the port goes on as it is.
     */
    private void turnInBackground() {
        if (link.isPresent() && turning.compareAndSet(false, true)) {
            DaemonThreads.start("flock-udp-turn " + localAddress.getPort(), this::turn);
        }
    }

    /** {@return whether the port uses the kernel's own calls from now on} */
    boolean turn() {
        boolean turned;
        try {
            turned = adopt(link.orElseThrow().get());
        } catch (RuntimeException | Error e) { // the port goes on as it was
            LOG.log(Level.DEBUG, "port.turn.failed port=" + this, e);
            return false;
        }
        if (turned) {
            selector.wakeup();
        }
        LOG.log(Level.DEBUG, turned ? "port.turned port={0}" : "port.turn.failed port={0} reason=no-descriptor", this);
        return turned;
    }

    private boolean adopt(SystemCalls calls) {
        ending.lock();
        try {
            // Once it is closed, the address may be that of another port, whose socket would be found.
            Optional<KernelSocket> adopted = channel.isOpen() ? KernelSocket.adopt(localAddress, link.orElseThrow(), calls) : Optional.empty();
            kernel = adopted.orElse(null);
            return adopted.isPresent();
        } finally {
            ending.unlock();
        }
    }

    /** {@return how often the kernel refused a way of sending or receiving, see {@link KernelSocket}} */
    long fallbacks() {
        KernelSocket turned = kernel;
        return turned == null ? 0 : turned.fallbacks();
    }

    private void countTraffic(DatagramBatch batch) {
        if (link.isEmpty() || turning.get()) {
            return;
        }
        boolean bulk = batch.count() >= NetConstants.BULK_BATCH && batch.bytes() >= NetConstants.BULK_BYTES * batch.count();
        int weight = bulk ? NetConstants.BULK_WEIGHT : 1;
        if (traffic.addAndGet(weight * batch.count()) >= NetConstants.TURNING_DATAGRAMS) {
            turnInBackground();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen() && !failed;
    }

    @Override
    public void close() {
        ending.lock();
        try {
            // The selector lets go of the descriptor only when it is closed too.
            channel.close();
            selector.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "port.close.failed port=" + this, e);
        } finally {
            ending.unlock();
            KernelSocket turned = kernel;
            if (turned != null) {
                turned.close();
            }
        }
    }

    @Override
    public String toString() {
        return "UdpPort[" + localAddress.getHostString() + ":" + localAddress.getPort() + "]";
    }

    /** Two threads may do it, and the second must not go on before the first is done: only then is the address free again. */
    private void closeSelector() throws IOException {
        ending.lock();
        try {
            selector.close();
        } finally {
            ending.unlock();
        }
    }

    private void readUntilClosed() {
        try {
            read();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** A port that nobody reads would look open and be deaf. Whoever hears of it may still send through it, a last word for instance. */
    private void fail(Throwable cause) {
        if (!channel.isOpen()) {
            return; // closed by whoever would want to know
        }
        failed = true;
        try {
            told.accept(cause);
        } finally {
            close();
        }
    }

    private void read() throws IOException {
        int errorsInARow = 0;
        while (channel.isOpen()) {
            try {
                if (turn.isEarned(readOnce(0))) {
                    turn.leave();
                }
                errorsInARow = 0;
            } catch (ClosedChannelException | ClosedSelectorException e) {
                return;
            } catch (IOException e) {
                // An ICMP error about an earlier send surfaces on the next receive; the port itself is well.
                LOG.log(Level.DEBUG, "port.receive.failed port=" + this, e);
                if (++errorsInARow >= NetConstants.MAX_RECEIVE_ERRORS_IN_A_ROW) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void arrivedFor(Object conversation) {
        turn.arrivedFor(conversation);
    }

    @Override
    public boolean beginReading(Object conversation, boolean inConversation) {
        // A selector parks a virtual thread, which costs the wake-ups that this is to save, and on JDK 21 more.
        return (kernel != null || !Thread.currentThread().isVirtual()) && turn.begin(conversation, inConversation);
    }

    @Override
    public void readInTurn() {
        boolean again = false;
        try {
            again = turn.isEarned(readOnce(NetConstants.USER_WAIT_MILLIS));
        } catch (IOException | ClosedSelectorException e) {
            LOG.log(Level.DEBUG, "port.receive.failed port=" + this, e); // the reader will find the same
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            turn.end(again);
        }
    }

    /**
     * Waits for datagrams, for so many milliseconds at most unless that is 0, and delivers what came.
     *
     * @return how many datagrams that were
     */
    private int readOnce(int timeoutMillis) throws IOException {
        KernelSocket turned = kernel;
        if (turned == null) {
            selector.select(key -> { }, timeoutMillis);
            return drain();
        }
        if (selector.isOpen()) {
            closeSelector(); // and with it two descriptors
            turned.beginReceiving();
        }
        DatagramBatch received = turned.receive(timeoutMillis);
        deliver(received);
        return received.count();
    }

    /**
     * Reads until nothing is left. After a quiet time the first one is handed up at once: a reply that comes alone does not wait for
     * company. In a burst it does, since all that came together is less work together.
     *
     * @return how many datagrams there were
     */
    private int drain() throws IOException {
        if (batch == null) {
            batch = new DatagramBatch(NetConstants.RECEIVE_BATCH_BYTES, NetConstants.RECEIVE_BATCH_DATAGRAMS);
        }
        int most = burst ? NetConstants.RECEIVE_BATCH_DATAGRAMS : 1;
        int total = 0;
        boolean more = true;
        while (more) {
            batch.clear();
            try {
                more = receive(most) == most;
            } finally {
                deliver(batch);
            }
            countTraffic(batch);
            total += batch.count();
            most = NetConstants.RECEIVE_BATCH_DATAGRAMS;
        }
        burst = total > 1;
        return total;
    }

    /** {@return how many datagrams there were, at most {@code most}} */
    private int receive(int most) throws IOException {
        int got = 0;
        while (got < most) {
            ByteBuffer room = batch.room();
            room.limit(room.position() + NetConstants.LARGEST_DATAGRAM_BYTES);
            InetSocketAddress source = (InetSocketAddress) channel.receive(room);
            if (source == null) {
                break;
            }
            batch.add(source);
            got++;
        }
        return got;
    }

    private void deliver(DatagramBatch datagrams) {
        deliverer = Thread.currentThread();
        int next = 0;
        while (next < datagrams.count()) {
            try {
                next += Math.max(1, handler.onDatagrams(this, datagrams, next));
            } catch (RuntimeException e) {
                // A handler that lets an exception out has a bug of ours; the next datagram must still be read.
                LOG.log(Level.ERROR, "port.handler.failed port=" + this, e);
                next++;
            }
        }
        deliverer = null;
    }
}
