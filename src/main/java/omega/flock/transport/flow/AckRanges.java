package omega.flock.transport.flow;

import static omega.flock.transport.flow.SequenceNumbers.before;

import java.nio.ByteBuffer;
import java.util.Arrays;
import omega.flock.transport.packet.SackBlocks;

/** The packet numbers received out of order, as ascending half-open ranges: what a SACK tells. */
final class AckRanges {
    private int[] starts = new int[8];
    private int[] ends = new int[8];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    int start(int index) {
        return starts[index];
    }

    int end(int index) {
        return ends[index];
    }

    /** Adds a number that is not in any range yet. */
    void add(int seq) {
        int at = count;
        while (at > 0 && before(seq, starts[at - 1])) {
            at--;
        }
        // Range at-1 begins at or before seq, range at behind it.
        boolean joinsLower = at > 0 && ends[at - 1] == seq;
        boolean joinsUpper = at < count && starts[at] == seq + 1;
        if (joinsLower && joinsUpper) {
            ends[at - 1] = ends[at];
            remove(at);
        } else if (joinsLower) {
            ends[at - 1] = seq + 1;
        } else if (joinsUpper) {
            starts[at] = seq;
        } else {
            insert(at, seq);
        }
    }

    /** Everything before {@code expected} was delivered. */
    void advanceTo(int expected) {
        while (count > 0 && !before(expected, ends[0])) {
            remove(0);
        }
        if (count > 0 && before(starts[0], expected)) {
            starts[0] = expected;
        }
    }

    void clear() {
        count = 0;
    }

    /** Writes the lowest ranges as SACK blocks. */
    void writeTo(ByteBuffer out) {
        SackBlocks.write(out, starts, ends, count);
    }

    private void insert(int at, int seq) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(ends, at, ends, at + 1, count - at);
        starts[at] = seq;
        ends[at] = seq + 1;
        count++;
    }

    private void remove(int at) {
        System.arraycopy(starts, at + 1, starts, at, count - at - 1);
        System.arraycopy(ends, at + 1, ends, at, count - at - 1);
        count--;
    }
}
