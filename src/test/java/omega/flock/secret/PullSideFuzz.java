package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.fuzz.FuzzInput;
import omega.flock.runtime.SharedMemory;
import omega.flock.runtime.Ticker;
import omega.flock.secret.PullSide.ProtocolViolation;
import omega.flock.transport.RawStream;
import omega.flock.transport.StreamStats;
import omega.flock.transport.flow.DropReason;

/** The receiving side of a secret stream; its peer seals what the input says, and changes some of it on the way. */
public final class PullSideFuzz {

    private static final byte[] KEY = SecretPair.filled(7, 32);
    private static final byte[] ID = SecretPair.filled(3, SecretConstants.ID_BYTES);
    private static final byte[] HEADER = SecretPair.filled(4, SecretConstants.HEADER_BYTES);
    private static final int STEPS = 200;
    private static final int LEAST_LAST_READ = 64;
    private static final Ticker STANDING = new Ticker() {
        @Override
        public long nanoTime() {
            return 1;
        }

        @Override
        public long wallMillis() {
            return 1;
        }
    };

    private final FuzzInput in;
    private final Wire wire;
    private final PushSide peer;
    private final PullSide reader;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private boolean tampered;
    private byte next;

    private PullSideFuzz(FuzzInput in) {
        this.in = in;
        wire = new Wire(1 + in.next() * 8);
        peer = new PushSide(wire, Ticker.SYSTEM, KEY, HEADER, ID);
        SharedMemory plenty = new SharedMemory(SecretConstants.MAX_BODY * 4L, Ticker.SYSTEM, Runnable::run);
        reader = new PullSide(wire, STANDING, new FrameMemory(plenty, wire, () -> { }), KEY, ID);
    }

    /** What is read is what was written, from its beginning, however the peer goes on; more than that is never read. */
    public static void program(byte[] input) {
        PullSideFuzz run = new PullSideFuzz(new FuzzInput(input));
        try {
            for (int step = 0; run.in.hasMore() && step < STEPS; step++) {
                run.step();
            }
            run.drain();
        } catch (ProtocolViolation e) {
            assertTrue(run.tampered, () -> "the peer did nothing wrong, but " + e.getMessage());
        } catch (EOFException e) {
            assertTrue(run.tampered, () -> "the peer ended between two frames, but " + e.getMessage());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        byte[] got = run.read.toByteArray();
        byte[] sent = run.written.toByteArray();
        assertTrue(got.length <= sent.length, "more was read than written");
        assertEquals(-1, Arrays.mismatch(got, 0, got.length, sent, 0, got.length), "the beginning of what was written");
        assertTrue(run.tampered || got.length == sent.length, "an honest peer is read to its end");
    }

    private void step() throws IOException, ProtocolViolation {
        switch (in.next() & 7) {
            case 0 -> peer.open();
            case 1, 2 -> write(in.next() << (in.next() & 7));
            case 3 -> peer.writeKeepAlive();
            case 4 -> read(1 + in.next() * 4);
            case 5 -> readMessage();
            case 6 -> {
                tampered = true;
                byte[] garbage = in.nextBytes(in.next() & 63);
                wire.write(garbage, 0, garbage.length, 0);
            }
            default -> reader.limit(1 + in.nextDistance() & 0xFFFF | 0x7FFF); // above all that is written here
        }
    }

    private void write(int length) throws IOException {
        byte[] message = new byte[Math.min(length, 0x7000)];
        for (int i = 0; i < message.length; i++) {
            message[i] = next++;
        }
        if (message.length > 0) {
            peer.write(message, 0, message.length, message.length, 0);
            written.write(message);
        }
    }

    private boolean read(int length) throws IOException, ProtocolViolation {
        byte[] into = new byte[length];
        try {
            int count = reader.read(into, 0, length, 1);
            assertTrue(count != 0 && count <= length && reader.available() >= 0);
            read.write(into, 0, Math.max(0, count));
            return count > 0;
        } catch (SocketTimeoutException e) {
            return false; // nothing is there now
        }
    }

    private void readMessage() throws IOException, ProtocolViolation {
        try {
            reader.readMessage(1).ifPresent(read::writeBytes);
        } catch (SocketTimeoutException e) {
            assertEquals(0, reader.available(), "what was read in part is there already");
        }
    }

    /** The peer ends, properly or not, and all is read. */
    private void drain() throws IOException, ProtocolViolation {
        peer.open();
        peer.end(0);
        int length = Math.max(LEAST_LAST_READ, written.size() / 64); // by single bytes it would take most of the time of all inputs
        while (read(length)) {
            assertTrue(read.size() <= written.size());
        }
    }

    /** What the peer writes is there for the reader at once; nobody ever waits. */
    private static final class Wire implements RawStream {

        private final int largestRead;
        private byte[] bytes = new byte[256];
        private int begin;
        private int end;
        private boolean ended;

        Wire(int largestRead) {
            this.largestRead = largestRead;
        }

        @Override
        public int poll(byte[] into, int offset, int length) {
            int count = Math.min(Math.min(length, largestRead), end - begin);
            System.arraycopy(bytes, begin, into, offset, count);
            begin += count;
            return count == 0 && ended && begin == end ? -1 : count;
        }

        @Override
        public int awaitReadable(long timeoutNanos) {
            return begin == end && ended ? -1 : end - begin;
        }

        @Override
        public void write(byte[] from, int offset, int length, long timeoutNanos) {
            if (end + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + length));
            }
            System.arraycopy(from, offset, bytes, end, length);
            end += length;
        }

        @Override
        public int offer(byte[] from, int offset, int length) {
            write(from, offset, length, 0);
            return length;
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void closeGracefully() {
            ended = true;
        }

        @Override
        public void destroy(CloseReason reason) {
            ended = true;
        }

        @Override
        public int largestMessage() {
            return 0;
        }

        @Override
        public void sendMessage(byte[] message) { }

        @Override
        public void onMessage(Consumer<byte[]> handler) { }

        @Override
        public void countDrop(DropReason reason) { }

        @Override
        public void onClose(Consumer<CloseReason> listener) { }

        @Override
        public Optional<CloseReason> closeReason() {
            return Optional.empty();
        }

        @Override
        public boolean awaitAcknowledged(Duration timeout) {
            return true;
        }

        @Override
        public long bytesReceived() {
            return end;
        }

        @Override
        public Optional<InetSocketAddress> remoteAddress() {
            return Optional.of(new InetSocketAddress("192.0.2.1", 1));
        }

        @Override
        public StreamStats stats() {
            throw new UnsupportedOperationException("nobody asks");
        }
    }
}
