package omega.flock.secret;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.crypto.SecretStreamPush;
import omega.flock.runtime.Ticker;
import omega.flock.transport.RawStream;

/**
 * The sending direction; runs on whichever thread writes. The lock is the order of frames: a writer holds it while the
 * transport is full, as with any output stream, and is let go when the stream closes, because then the transport's write
 * fails. Nobody who closes ever takes it with waiting.
 *
 * <p>An interrupt or a timeout may cut a frame after some of its bytes have gone. Its rest is kept and goes out before anything else, so
 * that the stream stays usable.
 */
final class PushSide {

    private static final byte[] NONE = {};
    private static final long NEVER = Long.MAX_VALUE;
    private static final StreamCipherPool CIPHERS = new StreamCipherPool();

    private final RawStream raw;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final SecretStreamPush cipher; // guarded by lock
    private byte[] frame = new byte[SecretConstants.OPENING_FRAME]; // guarded by lock
    private int frameOffset; // guarded by lock; first byte of the frame that the transport has not taken
    private int frameEnd; // guarded by lock
    private boolean ended; // guarded by lock
    private volatile long framesSent;

    PushSide(RawStream raw, Ticker ticker, byte[] key, byte[] header, byte[] localId) {
        this.raw = raw;
        this.ticker = ticker;
        this.cipher = new SecretStreamPush(key, header, CIPHERS);
        // The opening frame: id and header, in the clear.
        putLength(SecretConstants.OPENING_BODY);
        System.arraycopy(localId, 0, frame, SecretConstants.LENGTH_BYTES, SecretConstants.ID_BYTES);
        System.arraycopy(header, 0, frame, SecretConstants.LENGTH_BYTES + SecretConstants.ID_BYTES,
                SecretConstants.HEADER_BYTES);
        frameEnd = SecretConstants.OPENING_FRAME;
    }

    /** Sends the opening frame. "Both sides write their 59-byte frame immediately, without waiting for the peer." */
    void open() throws IOException {
        lock(NEVER);
        try {
            drain(NEVER);
        } finally {
            lock.unlock();
        }
    }

    /** Sends plaintext as frames of at most {@code largest} bytes; blocks for so long in all, or for ever if that is 0. */
    void write(byte[] from, int offset, int length, int largest, long timeoutNanos) throws IOException {
        long deadline = deadline(timeoutNanos);
        lock(deadline);
        int taken = 0;
        try {
            requireNotEnded();
            drain(deadline);
            while (taken < length) {
                int count = Math.min(largest, length - taken);
                seal(from, offset + taken, count);
                taken += count;
                drain(deadline);
            }
        } catch (InterruptedIOException e) {
            throw cut(e, taken, length);
        } finally {
            lock.unlock();
        }
    }

    /** A frame that was sealed cannot be taken back, nor may it be lost: its rest goes out with the next operation. */
    private static InterruptedIOException cut(InterruptedIOException cause, int taken, int length) {
        boolean late = cause instanceof SocketTimeoutException;
        String what = (late ? "timed out" : "interrupted") + " with " + taken + " of " + length + " bytes taken, which "
                + (taken == 0 ? "leaves nothing to arrive" : "will arrive if the connection is used again before it is closed");
        InterruptedIOException cut = late ? new SocketTimeoutException(what) : new InterruptedIOException(what);
        cut.bytesTransferred = taken;
        cut.initCause(cause);
        return cut;
    }

    /**
     * Sends an empty frame, unless somebody is writing just now or has ended the direction, or the transport is full: then something is
     * under way that the peer has to answer anyway. Never blocks. The direction is idle, so a large frame's memory goes.
     */
    void writeKeepAlive() throws IOException {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (!ended && offerRest()) {
                if (frame.length > SecretConstants.OPENING_FRAME) {
                    frame = new byte[SecretConstants.OPENING_FRAME];
                }
                seal(NONE, 0, 0);
                offerRest();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nothing is left of the frame} */
    private boolean offerRest() throws IOException {
        if (frameOffset < frameEnd) {
            frameOffset += raw.offer(frame, frameOffset, frameEnd - frameOffset);
        }
        return frameOffset == frameEnd;
    }

    /** Ends the direction, within so long or however long it takes if that is 0. There is "no FINAL tag, no closing frame". */
    void end(long timeoutNanos) throws IOException {
        long deadline = deadline(timeoutNanos);
        lock(deadline);
        try {
            if (!ended) {
                drain(deadline);
                ended = true;
                raw.end();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether the rest of a frame waits for the next operation. False while somebody is writing. */
    boolean hasUnsentRest() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            return frameOffset < frameEnd && !ended;
        } finally {
            lock.unlock();
        }
    }

    long framesSent() {
        return framesSent;
    }

    private void seal(byte[] from, int offset, int length) {
        int body = length + SecretConstants.MESSAGE_OVERHEAD;
        ensure(SecretConstants.LENGTH_BYTES + body);
        putLength(body);
        cipher.push((byte) 0, from, offset, length, frame, SecretConstants.LENGTH_BYTES);
        frameOffset = 0;
        frameEnd = SecretConstants.LENGTH_BYTES + body;
        framesSent++; // only under the lock, so that a plain increment loses nothing
    }

    private void drain(long deadline) throws IOException {
        while (frameOffset < frameEnd) {
            try {
                raw.write(frame, frameOffset, frameEnd - frameOffset, left(deadline));
                frameOffset = frameEnd;
            } catch (InterruptedIOException e) {
                frameOffset += e.bytesTransferred;
                throw e;
            }
        }
        if (frame.length > SecretConstants.LARGEST_KEPT_FRAME) {
            frame = new byte[SecretConstants.OPENING_FRAME];
        }
    }

    private void ensure(int bytes) {
        if (frame.length < bytes) {
            frame = new byte[bytes];
        }
    }

    private void putLength(int body) {
        frame[0] = (byte) body;
        frame[1] = (byte) (body >> 8);
        frame[2] = (byte) (body >> 16);
    }

    private void requireNotEnded() throws SocketException {
        if (ended) {
            throw new SocketException("the output was shut down");
        }
    }

    private long deadline(long timeoutNanos) {
        return timeoutNanos == 0 ? NEVER : ticker.nanoTime() + timeoutNanos;
    }

    /** {@return nanoseconds until then, for whoever takes 0 for ever: at least 1} */
    private long left(long deadline) {
        return deadline == NEVER ? 0 : Math.max(1, deadline - ticker.nanoTime());
    }

    private void lock(long deadline) throws InterruptedIOException {
        try {
            if (deadline == NEVER) {
                lock.lockInterruptibly();
            } else if (!lock.tryLock(left(deadline), TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException("timed out while another thread writes, with nothing taken");
            }
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted while another thread writes, with nothing taken");
        }
    }
}
