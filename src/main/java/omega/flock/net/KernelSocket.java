package omega.flock.net;

import static omega.flock.net.KernelConstants.EAGAIN;
import static omega.flock.net.KernelConstants.EINTR;
import static omega.flock.net.KernelConstants.ENOBUFS;
import static omega.flock.net.KernelConstants.F_GETFL;
import static omega.flock.net.KernelConstants.F_SETFL;
import static omega.flock.net.KernelConstants.MAX_MESSAGE_BYTES;
import static omega.flock.net.KernelConstants.MAX_SEGMENTS;
import static omega.flock.net.KernelConstants.O_NONBLOCK;
import static omega.flock.net.KernelConstants.SHUT_RDWR;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The socket of a port by the kernel's own calls, which take and give many datagrams at once. Used by the port's reader, which blocks
 * in {@link #receive}, and by senders on their threads, which do not block in a call. No interrupt has an effect on any of them.
 *
 * <p>Whatever the kernel or a device refuses is given up at run time, once and for this socket: sending in pieces that are cut by the
 * kernel or the device (UDP_SEGMENT) for sending one by one, and receiving together (UDP_GRO) for receiving several messages a call.
 */
final class KernelSocket {
    private static final Logger LOG = System.getLogger("omega.flock.net");

    private final int descriptor;
    private final Supplier<SystemCalls> link;
    private final SystemCalls calls;
    private final ReceiveFrame receiving;
    private final ArrayBlockingQueue<SendFrame> idle = new ArrayBlockingQueue<>(NetConstants.IDLE_SEND_FRAMES);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger holders = new AtomicInteger(1); // calls under way, and one while it is open
    private final CountDownLatch released = new CountDownLatch(1);
    private final LongAdder fallbacks = new LongAdder();
    private volatile boolean segmenting = true;

    private KernelSocket(int descriptor, Supplier<SystemCalls> link, SystemCalls calls) {
        this.descriptor = descriptor;
        this.link = link;
        this.calls = calls;
        this.receiving = new ReceiveFrame(calls);
    }

    /**
     * {@return the socket of this process that is bound to the address, under a descriptor of its own; empty if there is none}
     *
     * @param link gives the calls, a set for each thread that needs them at the same time
     * @param calls the first set
     */
    static Optional<KernelSocket> adopt(InetSocketAddress local, Supplier<SystemCalls> link, SystemCalls calls) {
        int descriptor = new DescriptorSearch(calls).find(local);
        return descriptor < 0 ? Optional.empty() : Optional.of(new KernelSocket(descriptor, link, calls));
    }

    /** On the reader, when nobody else reads any more: from now on datagrams may come together, and waiting for them blocks. */
    void beginReceiving() throws IOException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
        try {
            int flags = calls.fcntl(descriptor, F_GETFL, 0);
            int result = flags < 0 ? flags : calls.fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
            if (result < 0) {
                throw failure("fcntl", result);
            }
            ByteBuffer one = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(0, 1);
            int granted = calls.setsockopt(descriptor, KernelConstants.SOL_UDP, KernelConstants.UDP_GRO, calls.address(one), Integer.BYTES);
            if (granted < 0) {
                fellBack("UDP_GRO", granted);
            }
        } finally {
            leave();
        }
    }

    /**
     * On whoever reads: waits for datagrams, for so many milliseconds at most unless that is 0.
     *
     * @return the batch that holds them until the next call; empty after that time, or a signal
     */
    DatagramBatch receive(int timeoutMillis) throws IOException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
        int result;
        try {
            result = timeoutMillis == 0 ? receiving.receive(descriptor) : receiving.receive(descriptor, timeoutMillis);
        } finally {
            leave();
        }
        if (closed.get()) {
            throw new ClosedChannelException();
        }
        if (result < 0 && result != -EINTR) {
            throw failure("recvmmsg", result);
        }
        return receiving.batch();
    }

    /** As {@link UdpPort#send(DatagramBatch, boolean)}. */
    int send(DatagramBatch batch, boolean patient) {
        if (!enter()) {
            return batch.count();
        }
        try {
            SendFrame frame = takeFrame();
            int refused = send(frame, batch, patient ? NetConstants.SEND_RETRIES : 0);
            idle.offer(frame);
            return refused;
        } finally {
            leave();
        }
    }

    /** Sends one datagram, with a time to live of {@code ttl} or, if that is 0, the system's. */
    void send(ByteBuffer datagram, InetSocketAddress to, int ttl, boolean patient) throws IOException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
        try {
            SendFrame frame = takeFrame();
            int retries = patient ? NetConstants.SEND_RETRIES : 0;
            int result = frame.send(descriptor, datagram, ttl, to);
            while (result == -EINTR || isFull(result) && retries-- > 0) {
                if (isFull(result)) {
                    LockSupport.parkNanos(NetConstants.SEND_RETRY_NANOS);
                }
                result = frame.send(descriptor, datagram, ttl, to);
            }
            idle.offer(frame);
            if (result < 0) {
                throw failure("sendmsg", result);
            }
        } finally {
            leave();
        }
    }

    /** Ends all calls under way, the reader's as well, and gives the descriptor back. Idempotent. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // "Hack to wake up other listeners" (net/ipv4/af_inet.c): says ENOTCONN and ends a blocked receive all the same.
        calls.shutdown(descriptor, SHUT_RDWR);
        leave();
        awaitReleased();
    }

    /** {@return how often the kernel refused a way of sending or receiving, so that a plainer one is used} */
    long fallbacks() {
        return fallbacks.sum();
    }

    /** {@return how many received messages were dropped because the kernel had cut them} For the reader. */
    long cutMessages() {
        return receiving.dropped();
    }

    private int send(SendFrame frame, DatagramBatch batch, int retries) {
        int refused = 0;
        int left = retries;
        int next = 0;
        while (next < batch.count()) {
            int end = segmenting ? runEnd(batch, next) : next + 1;
            int result = sendRun(frame, batch, next, end);
            if (isFull(result)) {
                if (--left < 0) {
                    return refused + batch.count() - next;
                }
                LockSupport.parkNanos(NetConstants.SEND_RETRY_NANOS);
                continue;
            }
            refused += result < 0 && end - next > 1 ? sendOneByOne(frame, batch, next, end, result) : missing(batch, next, end, result);
            next = end;
        }
        return refused;
    }

    /** The kernel refused the run: because of one of its datagrams, or because it is a run. */
    private int sendOneByOne(SendFrame frame, DatagramBatch batch, int first, int end, int refusal) {
        int refused = 0;
        for (int i = first; i < end; i++) {
            refused += missing(batch, i, i + 1, sendRun(frame, batch, i, i + 1));
        }
        if (refused == 0 && segmenting) {
            segmenting = false;
            fellBack("UDP_SEGMENT", refusal);
        }
        return refused;
    }

    private int sendRun(SendFrame frame, DatagramBatch batch, int first, int end) {
        int start = batch.start(first);
        int length = batch.end(end - 1) - start;
        int result;
        do {
            result = frame.send(descriptor, batch.memory(), start, length, batch.length(first), batch.address(first));
        } while (result == -EINTR);
        return result;
    }

    /** {@return how many datagrams did not go whole; the kernel takes all or nothing, but who knows} */
    private static int missing(DatagramBatch batch, int first, int end, int result) {
        int missing = 0;
        for (int i = end - 1; i >= first && batch.end(i) - batch.start(first) > result; i--) {
            missing++;
        }
        return missing;
    }

    /**
     * {@return the end of the run that begins with {@code first}} One message is cut into datagrams of equal size, only the last may be
     * shorter, for one destination.
     */
    private static int runEnd(DatagramBatch batch, int first) {
        int size = batch.length(first);
        int most = Math.min(batch.count(), first + MAX_SEGMENTS);
        int end = first + 1;
        while (end < most && batch.length(end - 1) == size && batch.length(end) <= size && batch.length(end) > 0
                && batch.start(end) == batch.end(end - 1) && batch.end(end) - batch.start(first) <= MAX_MESSAGE_BYTES
                && batch.address(end).equals(batch.address(first))) {
            end++;
        }
        return end;
    }

    private static boolean isFull(int result) {
        return result == -EAGAIN || result == -ENOBUFS;
    }

    private SendFrame takeFrame() {
        SendFrame frame = idle.poll();
        return frame != null ? frame : new SendFrame(link.get());
    }

    /** {@return whether the caller may use the descriptor; it has to {@link #leave} then} */
    private boolean enter() {
        while (!closed.get()) {
            int present = holders.get();
            if (present == 0) {
                return false;
            }
            if (holders.compareAndSet(present, present + 1)) {
                return true;
            }
        }
        return false;
    }

    private void leave() {
        // Not before nobody uses it: the number may be another file's in the next moment.
        if (holders.decrementAndGet() == 0) {
            calls.close(descriptor);
            released.countDown();
        }
    }

    /** Until then the address is taken. No call under way waits for anything any more. */
    private void awaitReleased() {
        boolean interrupted = false;
        boolean waiting = true;
        while (waiting) {
            try {
                if (!released.await(NetConstants.CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.log(Level.DEBUG, "port.close.slow descriptor=" + descriptor);
                }
                waiting = false;
            } catch (InterruptedException e) {
                interrupted = true; // passed on below: the wait is short in any case
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fellBack(String from, int result) {
        fallbacks.increment();
        LOG.log(Level.DEBUG, "port.fallback refused=" + from + " errno=" + -result);
    }

    private static IOException failure(String call, int result) {
        return new IOException(call + " failed with errno " + -result);
    }
}
