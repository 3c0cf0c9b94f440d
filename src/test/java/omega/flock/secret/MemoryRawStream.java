package omega.flock.secret;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.transport.RawStream;
import omega.flock.transport.StreamStats;
import omega.flock.transport.flow.DropReason;

/** One end of a reliable stream in memory, with a bounded buffer and a largest read, so that tests choose the chunks. */
final class MemoryRawStream implements RawStream {

    private static final int LARGEST_MESSAGE = 1452;

    private final ReentrantLock lock;
    private final Condition changed;
    private final int capacity;
    private final int largestRead;
    private final ArrayDeque<Byte> received = new ArrayDeque<>();
    private final List<Consumer<CloseReason>> listeners = new ArrayList<>();
    private final ArrayDeque<Integer> cuts = new ArrayDeque<>();
    private MemoryRawStream peer;
    private Consumer<byte[]> messages = message -> {};
    private final Map<DropReason, Integer> drops = new EnumMap<>(DropReason.class);
    private boolean ended;
    private CloseReason reason;
    private long receivedBytes;

    private MemoryRawStream(ReentrantLock lock, int capacity, int largestRead) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.capacity = capacity;
        this.largestRead = largestRead;
    }

    static MemoryRawStream[] pair(int capacity, int largestRead) {
        ReentrantLock lock = new ReentrantLock();
        MemoryRawStream a = new MemoryRawStream(lock, capacity, largestRead);
        MemoryRawStream b = new MemoryRawStream(lock, capacity, largestRead);
        a.peer = b;
        b.peer = a;
        return new MemoryRawStream[] {a, b};
    }

    @Override
    public int poll(byte[] into, int offset, int length) throws IOException {
        lock.lock();
        try {
            int ready = ready();
            if (ready <= 0) {
                return ready;
            }
            int count = Math.min(Math.min(length, largestRead), ready);
            for (int i = 0; i < count; i++) {
                into[offset + i] = received.poll();
            }
            peer.changed.signalAll();
            return count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int awaitReadable(long timeoutNanos) throws IOException {
        lock.lock();
        try {
            long left = timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos;
            while (ready() == 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return ready();
        } catch (InterruptedException e) {
            throw Interrupts.restored("test");
        } finally {
            lock.unlock();
        }
    }

    private int ready() throws IOException {
        if (received.isEmpty() && reason != null) {
            throw reason.toException();
        }
        return received.isEmpty() && peer.ended ? -1 : received.size();
    }

    @Override
    public void write(byte[] bytes, int offset, int length, long timeoutNanos) throws IOException {
        lock.lock();
        long left = timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos;
        int done = 0;
        int cut = cuts.isEmpty() ? Integer.MAX_VALUE : cuts.poll();
        try {
            while (done < length) {
                if (done == cut) {
                    throw new InterruptedException();
                }
                if (reason != null) {
                    throw reason.toException();
                }
                if (peer.received.size() < capacity) {
                    peer.received.add(bytes[offset + done++]);
                    peer.receivedBytes++;
                    peer.changed.signalAll();
                } else if (left <= 0) {
                    SocketTimeoutException late = new SocketTimeoutException("test");
                    late.bytesTransferred = done;
                    throw late;
                } else {
                    left = changed.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = Interrupts.restored("test");
            interrupted.bytesTransferred = done;
            throw interrupted;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int offer(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            int room = Math.min(length, capacity - peer.received.size());
            write(bytes, offset, room, 0);
            return room;
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts the next writes, each after so many of its bytes. */
    void cutWrites(Integer... afterBytes) {
        lock.lock();
        try {
            cuts.addAll(List.of(afterBytes));
        } finally {
            lock.unlock();
        }
    }

    /** Puts bytes of a stranger before the reader. */
    void inject(byte[] bytes) {
        lock.lock();
        try {
            for (byte each : bytes) {
                received.add(each);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void injectMessage(byte[] message) {
        messages.accept(message);
    }

    @Override
    public void end() {
        lock.lock();
        try {
            ended = true;
            peer.changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void closeGracefully() {
        end();
        finish(CloseReason.closedLocally("closed"));
    }

    @Override
    public void destroy(CloseReason why) {
        peer.finish(CloseReason.resetByPeer("test"));
        finish(why);
    }

    private void finish(CloseReason why) {
        List<Consumer<CloseReason>> told;
        lock.lock();
        try {
            if (reason != null) {
                return;
            }
            reason = why;
            told = List.copyOf(listeners);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        told.forEach(listener -> listener.accept(why));
    }

    @Override
    public int largestMessage() {
        return LARGEST_MESSAGE;
    }

    @Override
    public void sendMessage(byte[] message) {
        peer.messages.accept(message);
    }

    @Override
    public void onMessage(Consumer<byte[]> handler) {
        messages = handler;
    }

    @Override
    public void countDrop(DropReason why) {
        lock.lock();
        try {
            drops.merge(why, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    Map<DropReason, Integer> drops() {
        lock.lock();
        try {
            return Map.copyOf(drops);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onClose(Consumer<CloseReason> listener) {
        lock.lock();
        try {
            if (reason == null) {
                listeners.add(listener);
                return;
            }
        } finally {
            lock.unlock();
        }
        listener.accept(reason);
    }

    @Override
    public Optional<CloseReason> closeReason() {
        lock.lock();
        try {
            return Optional.ofNullable(reason);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitAcknowledged(Duration timeout) {
        return true;
    }

    @Override
    public long bytesReceived() {
        lock.lock();
        try {
            return receivedBytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.of(new InetSocketAddress("127.0.0.1", 1));
    }

    @Override
    public StreamStats stats() {
        throw new UnsupportedOperationException("nobody asks");
    }
}
