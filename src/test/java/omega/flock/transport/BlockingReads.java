package omega.flock.transport;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Reads from a raw stream as a program reads from a socket; what is above it waits and takes in two steps. */
public final class BlockingReads {

    private BlockingReads() {}

    /** Blocks for at least one byte. {@return how many were read, −1 at the end of the stream} */
    public static int readSome(RawStream stream, byte[] target, int offset, int length) throws IOException {
        return readSome(stream, target, offset, length, Duration.ZERO);
    }

    /** The same for so long at most, or for ever if that is zero. */
    public static int readSome(RawStream stream, byte[] target, int offset, int length, Duration timeout) throws IOException {
        if (stream.awaitReadable(timeout.toNanos()) == 0) {
            throw new SocketTimeoutException("nothing to read within " + timeout);
        }
        return stream.poll(target, offset, length);
    }
}
