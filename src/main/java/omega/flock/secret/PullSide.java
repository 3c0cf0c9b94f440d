package omega.flock.secret;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.AEADBadTagException;
import omega.flock.crypto.SecretStreamPull;
import omega.flock.runtime.Ticker;
import omega.flock.transport.RawStream;

/**
 * The receiving direction; decrypts on whichever thread reads. The lock is the order of frames: a reader holds it while it
 * waits for bytes, as with any input stream, and is let go when the stream closes, because then the transport's read ends.
 *
 * <p>What nobody reads stays in the transport, whose window then holds the peer back.
 */
final class PullSide {

    private static final byte[] NONE = {};
    private static final StreamCipherPool CIPHERS = new StreamCipherPool();

    private final RawStream raw;
    private final Ticker ticker;
    private byte[] key; // guarded by lock; empty once it is not needed any more, as the next
    private byte[] remoteId; // guarded by lock
    private final ReentrantLock lock = new ReentrantLock();
    private final FrameMemory memory;
    private final FrameBuffer frames; // guarded by lock
    private SecretStreamPull cipher; // guarded by lock; null before the peer's opening frame
    private byte[] plain = NONE; // guarded by lock; a frame that is being read in pieces
    private int plainOffset; // guarded by lock
    private int plainEnd; // guarded by lock
    private volatile int largestBody = SecretConstants.MAX_BODY;
    private volatile int available;
    private volatile boolean over; // nobody reads any more
    private volatile long framesReceived;

    PullSide(RawStream raw, Ticker ticker, FrameMemory memory, byte[] key, byte[] remoteId) {
        this.raw = raw;
        this.ticker = ticker;
        this.memory = memory;
        this.frames = new FrameBuffer(memory::resize);
        this.key = key.clone();
        this.remoteId = remoteId;
    }

    /**
     * Waits for the peer's opening frame and checks it. Returns at once when it has been seen.
     *
     * @param timeoutNanos how long to wait, or 0 for ever
     * @return false if the peer ended without one
     */
    boolean awaitOpening(long timeoutNanos) throws IOException, ProtocolViolation {
        long deadline = lock(timeoutNanos);
        try {
            return opened(deadline);
        } finally {
            unlock();
        }
    }

    /** Reads plaintext of one frame at most; -1 at the end. */
    int read(byte[] into, int offset, int length, long timeoutNanos) throws IOException, ProtocolViolation {
        long deadline = lock(timeoutNanos);
        try {
            while (plainOffset == plainEnd) {
                if (!opened(deadline) || !nextFrame(deadline)) {
                    return -1;
                }
                int size = frames.bodyLength() - SecretConstants.MESSAGE_OVERHEAD;
                if (size <= length) {
                    decrypt(into, offset);
                    if (size > 0) {
                        return size;
                    }
                    continue; // an empty frame is a keep-alive
                }
                if (plain.length < size) {
                    if (!memory.resize(plain.length, size)) {
                        throw noMemory();
                    }
                    plain = new byte[size];
                }
                decrypt(plain, 0);
                plainOffset = 0;
                plainEnd = size;
            }
            int count = Math.min(length, plainEnd - plainOffset);
            System.arraycopy(plain, plainOffset, into, offset, count);
            plainOffset += count;
            return count;
        } finally {
            plainTaken();
            unlock();
        }
    }

    /** Reads one frame, or the rest of one that {@link #read} took a part of; empty at the end. */
    Optional<byte[]> readMessage(long timeoutNanos) throws IOException, ProtocolViolation {
        long deadline = lock(timeoutNanos);
        try {
            if (plainOffset < plainEnd) {
                byte[] rest = Arrays.copyOfRange(plain, plainOffset, plainEnd);
                plainOffset = plainEnd;
                return Optional.of(rest);
            }
            while (opened(deadline) && nextFrame(deadline)) {
                byte[] message = new byte[frames.bodyLength() - SecretConstants.MESSAGE_OVERHEAD];
                decrypt(message, 0);
                if (message.length > 0) {
                    return Optional.of(message);
                }
            }
            return Optional.empty();
        } finally {
            plainTaken();
            unlock();
        }
    }

    /** Takes no frame with more plaintext from now on. */
    void limit(int plaintextBytes) {
        largestBody = Math.min(SecretConstants.MAX_BODY, plaintextBytes + SecretConstants.MESSAGE_OVERHEAD);
    }

    /** Nobody will read any more: lets go of what has arrived, now or as soon as whoever is reading is done. */
    void abandon() {
        memory.leave();
        over = true;
        dropIfOver();
    }

    /** The transport has ended: what has arrived can still be read, and no more will. */
    void ended() {
        memory.leave();
    }

    int available() {
        return available;
    }

    long framesReceived() {
        return framesReceived;
    }

    private boolean opened(long deadline) throws IOException, ProtocolViolation {
        if (cipher != null) {
            return true;
        }
        if (!fillFrame(deadline)) {
            return false;
        }
        if (frames.bodyLength() != SecretConstants.OPENING_BODY) {
            throw new ProtocolViolation("opening frame of " + frames.bodyLength() + " bytes");
        }
        byte[] body = Arrays.copyOfRange(frames.array(), frames.bodyOffset(),
                frames.bodyOffset() + SecretConstants.OPENING_BODY);
        // "destroys on mismatch ('Invalid header received')"
        if (!MessageDigest.isEqual(remoteId, Arrays.copyOf(body, SecretConstants.ID_BYTES))) {
            throw new ProtocolViolation("opening frame of another handshake");
        }
        cipher = new SecretStreamPull(key, Arrays.copyOfRange(body, SecretConstants.ID_BYTES, body.length), CIPHERS);
        Arrays.fill(key, (byte) 0);
        key = NONE;
        remoteId = NONE;
        return true;
    }

    private boolean nextFrame(long deadline) throws IOException, ProtocolViolation {
        if (!fillFrame(deadline)) {
            return false;
        }
        if (!isLegalMessage(frames.bodyLength())) {
            throw new ProtocolViolation("message frame of " + frames.bodyLength() + " bytes");
        }
        return true;
    }

    private boolean fillFrame(long deadline) throws IOException, ProtocolViolation {
        while (!frames.next()) {
            refuseImpossibleLength();
            int count = readMore(deadline);
            if (count < 0) {
                if (frames.insideFrame()) {
                    throw new EOFException("the peer's stream ended inside a frame");
                }
                return false;
            }
            frames.filled(count);
        }
        return true;
    }

    /** Takes what is there already however short the timeout, so that whoever reads again gets on. */
    private int readMore(long deadline) throws IOException {
        int room = frames.room(0);
        if (room == 0) {
            throw noMemory();
        }
        int count = raw.poll(frames.array(), frames.end(), room);
        if (count != 0) {
            return count;
        }
        int ready = awaitReadable(deadline);
        if (ready < 0) {
            return ready;
        }
        room = frames.room(ready);
        if (room == 0) {
            throw noMemory();
        }
        return raw.poll(frames.array(), frames.end(), room);
    }

    private IOException noMemory() {
        memory.evict();
        return new IOException("no memory for a frame");
    }

    /** A reader who waits for long lets large buffers go. */
    private int awaitReadable(long deadline) throws IOException {
        long limit = remaining(deadline);
        if (frames.isLarge() || plain.length > 0) {
            long patience = SecretConstants.BUFFER_PATIENCE.toNanos();
            int ready = raw.awaitReadable(limit == 0 ? patience : Math.min(limit, patience));
            if (ready != 0) {
                return ready;
            }
            frames.rest();
            if (plainOffset == plainEnd) {
                letPlainGo();
            }
            limit = remaining(deadline);
        }
        int ready = raw.awaitReadable(limit);
        if (ready == 0) {
            throw new SocketTimeoutException("nothing to read within the timeout");
        }
        return ready;
    }

    /** Says so at once, rather than after up to 16 MiB, when the frame that has begun cannot become a legal one. */
    private void refuseImpossibleLength() throws ProtocolViolation {
        int length = frames.pendingLength();
        boolean legal = length < 0
                || (cipher == null ? length == SecretConstants.OPENING_BODY : isLegalMessage(length));
        if (!legal) {
            throw new ProtocolViolation((cipher == null ? "opening" : "message") + " frame of " + length + " bytes");
        }
    }

    private boolean isLegalMessage(int bodyLength) {
        return bodyLength >= SecretConstants.MESSAGE_OVERHEAD && bodyLength <= largestBody;
    }

    private void decrypt(byte[] into, int offset) throws ProtocolViolation {
        try {
            cipher.pull(frames.array(), frames.bodyOffset(), frames.bodyLength(), into, offset);
        } catch (AEADBadTagException e) {
            throw new ProtocolViolation("message that does not decrypt");
        }
        memory.frameRead(frames.bodyLength());
        framesReceived++; // only under the lock, so that a plain increment loses nothing
    }

    private void plainTaken() {
        if (plainOffset == plainEnd && plain.length > SecretConstants.LARGEST_KEPT_FRAME) {
            letPlainGo();
        }
        available = plainEnd - plainOffset;
    }

    private void letPlainGo() {
        memory.resize(plain.length, 0);
        plain = NONE;
        plainOffset = 0;
        plainEnd = 0;
    }

    private void unlock() {
        lock.unlock();
        if (over) {
            dropIfOver();
        }
    }

    /** Whoever holds the lock instead does the same when it lets go of it. */
    private void dropIfOver() {
        if (lock.tryLock()) {
            try {
                frames.drop();
                letPlainGo();
                available = 0;
            } finally {
                lock.unlock();
            }
        }
    }

    private long lock(long timeoutNanos) throws IOException {
        try {
            if (timeoutNanos == 0) {
                lock.lockInterruptibly();
                return 0;
            }
            long deadline = ticker.nanoTime() + timeoutNanos;
            if (!lock.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException("another thread is reading");
            }
            return deadline == 0 ? 1 : deadline;
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted while another thread reads");
        }
    }

    /** {@return how long to wait yet, or 0 for ever; what is over leaves a nanosecond, in which nothing comes} */
    private long remaining(long deadline) {
        return deadline == 0 ? 0 : Math.max(1, deadline - ticker.nanoTime());
    }

    /** The peer sent what the protocol does not allow. */
    static final class ProtocolViolation extends Exception {

        private static final long serialVersionUID = 1L;

        ProtocolViolation(String message) {
            super(message);
        }
    }
}
