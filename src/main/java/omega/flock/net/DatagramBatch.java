package omega.flock.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Used by one thread at a time: datagrams that travel together, each with the address it goes to or came from, in one piece of
 * direct memory.
 *
 * <pre>
 *   │ datagram 0 │ datagram 1 │ … │ room ────────────────► capacity
 *   start(0)  end(0)       end(1)
 * </pre>
 *
 * <p>A sender writes datagrams one behind the other, which is what allows a port to hand many of them to the kernel in one call.
 */
public final class DatagramBatch {
    private final ByteBuffer memory;
    private final int[] starts;
    private final int[] ends;
    private final InetSocketAddress[] addresses;
    private int count;

    /** Creates an empty batch for at most so many bytes and datagrams. */
    public DatagramBatch(int bytes, int datagrams) {
        memory = ByteBuffer.allocateDirect(bytes);
        starts = new int[datagrams];
        ends = new int[datagrams];
        addresses = new InetSocketAddress[datagrams];
    }

    /** {@return whether one more datagram of so many bytes fits} */
    public boolean hasRoom(int bytes) {
        return count < starts.length && memory.capacity() - roomAt() >= bytes;
    }

    /** {@return the memory behind the last datagram, to write the next one into, up to where {@link #add} finds the position} */
    public ByteBuffer room() {
        return memory.limit(memory.capacity()).position(roomAt());
    }

    /** Takes what was written into {@link #room} as the next datagram. */
    public void add(InetSocketAddress address) {
        add(roomAt(), memory.position(), address);
    }

    /** {@return how many datagrams there are} */
    public int count() {
        return count;
    }

    /** {@return one datagram from position to limit; valid until the next call of this batch} */
    public ByteBuffer datagram(int index) {
        return memory.limit(ends[index]).position(starts[index]);
    }

    /** {@return where the datagram goes, or came from} */
    public InetSocketAddress address(int index) {
        return addresses[index];
    }

    /** Forgets all datagrams. */
    public void clear() {
        count = 0;
    }

    /** {@return the length of all datagrams together} */
    int bytes() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += length(i);
        }
        return sum;
    }

    int start(int index) {
        return starts[index];
    }

    int end(int index) {
        return ends[index];
    }

    int length(int index) {
        return ends[index] - starts[index];
    }

    /** {@return all of the memory, whatever position and limit it has now} */
    ByteBuffer memory() {
        return memory;
    }

    /** Takes bytes that somebody else put into the memory as the next datagram. */
    void add(int start, int end, InetSocketAddress address) {
        starts[count] = start;
        ends[count] = end;
        addresses[count++] = address;
    }

    private int roomAt() {
        return count == 0 ? 0 : ends[count - 1];
    }
}
