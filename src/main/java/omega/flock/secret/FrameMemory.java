package omega.flock.secret;

import java.util.concurrent.atomic.AtomicLong;
import omega.flock.base.CloseReason;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SharedMemory;
import omega.flock.transport.RawStream;

/**
 * The bytes of one stream in which frames are put together, and of datagrams that wait, as a part of what all streams of a node share. Used
 * by the stream's reader and the reader of its port; another stream's reader may tell it that its bytes are needed there.
 */
final class FrameMemory extends SharedMemory.Tenant {

    /** Why a stream ends whose frame needs more than there is, or whose bytes others need. */
    static final CloseReason NEEDED = CloseReason.closedLocally(SharedMemory.NEEDED);

    private final SharedMemory shared;
    private final RawStream raw;
    private final Runnable needed;
    private final AtomicLong read = new AtomicLong(); // written by the stream's reader

    /**
     * Creates a part that holds nothing.
     *
     * @param raw whose peer is behind it
     * @param needed closes the stream for the reason {@link #NEEDED}
     */
    FrameMemory(SharedMemory shared, RawStream raw, Runnable needed) {
        this.shared = shared;
        this.raw = raw;
        this.needed = needed;
    }

    /** {@return whether a buffer may be so long in place of so short; always if it becomes shorter, or stays very small} */
    boolean resize(int before, int after) {
        int more = counted(after) - counted(before);
        if (more > 0) {
            return shared.reserve(this, more);
        }
        if (more < 0) {
            shared.release(this, -more);
        }
        return true;
    }

    /** A frame of so many bytes is whole, and read. */
    void frameRead(int bytes) {
        read.setOpaque(read.getPlain() + bytes);
    }

    /** Holds nothing from now on, whatever it asks for. */
    void leave() {
        shared.leave(this);
    }

    @Override
    protected Object source() {
        return NetworkSource.of(raw.remoteAddress().orElseThrow());
    }

    @Override
    protected long moved() {
        return read.getOpaque();
    }

    @Override
    protected void evict() {
        needed.run();
    }

    /** What every stream has is no matter of choice. */
    private static int counted(int bytes) {
        return Math.max(0, bytes - SecretConstants.SMALL_READ_BUFFER);
    }
}
