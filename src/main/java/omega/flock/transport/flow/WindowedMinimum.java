package omega.flock.transport.flow;

/**
 * The smallest value of a sliding time window, by the three best samples (Kathleen Nichols' algorithm, as in Linux
 * lib/win_minmax.c and libudx win_filter.c): exact at the start, an estimate when the minimum ages out.
 */
final class WindowedMinimum {
    private final long windowNanos;
    private final long[] values = new long[3];
    private final long[] times = new long[3];
    private boolean empty = true;

    WindowedMinimum(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    boolean isEmpty() {
        return empty;
    }

    /** {@return the minimum; 0 before the first sample} */
    long value() {
        return values[0];
    }

    void add(long nowNanos, long value) {
        if (empty || value <= values[0] || nowNanos - times[2] > windowNanos) {
            empty = false;
            for (int i = 0; i < 3; i++) {
                set(i, nowNanos, value);
            }
            return;
        }
        if (value <= values[1]) {
            set(1, nowNanos, value);
            set(2, nowNanos, value);
        } else if (value <= values[2]) {
            set(2, nowNanos, value);
        }
        age(nowNanos, value);
    }

    private void age(long nowNanos, long value) {
        long best = nowNanos - times[0];
        if (best > windowNanos) {
            shift(nowNanos, value);
            if (nowNanos - times[0] > windowNanos) {
                shift(nowNanos, value);
            }
        } else if (times[1] == times[0] && best > windowNanos / 4) {
            // A quarter of the window passed without a second choice: take one from the present.
            set(1, nowNanos, value);
            set(2, nowNanos, value);
        } else if (times[2] == times[1] && best > windowNanos / 2) {
            set(2, nowNanos, value);
        }
    }

    private void shift(long nowNanos, long value) {
        set(0, times[1], values[1]);
        set(1, times[2], values[2]);
        set(2, nowNanos, value);
    }

    private void set(int index, long nowNanos, long value) {
        times[index] = nowNanos;
        values[index] = value;
    }
}
