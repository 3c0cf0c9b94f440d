package omega.flock.rpc;

import java.util.Arrays;

/**
 * Limits how fast requests are sent: four slots of 750 ms, each with room for {@code maxWindow} transmissions that are not
 * answered, and twice that in all. Pure; not thread-safe.
 *
 * <p>An answer makes room in the present slot, whichever slot the transmission was counted in (dht-rpc 6.27.0
 * {@code lib/io.js}, {@code CongestionWindow}). Slots follow the time that is passed in; there is no timer to miss.
 */
final class CongestionWindow {

    private static final int SLOTS = 4;

    private final int maxWindow;
    private final int[] slots = new int[SLOTS];
    private int present;
    private int total;
    private long slotStartNanos;

    CongestionWindow(int maxWindow, long nowNanos) {
        this.maxWindow = maxWindow;
        this.slotStartNanos = nowNanos;
    }

    boolean isFull(long nowNanos) {
        advance(nowNanos);
        return total >= 2 * maxWindow || slots[present] >= maxWindow;
    }

    /** Counts a transmission. */
    void sent(long nowNanos) {
        advance(nowNanos);
        slots[present]++;
        total++;
    }

    /** Counts the end of a request, by an answer or otherwise. */
    void settled(long nowNanos) {
        advance(nowNanos);
        if (slots[present] > 0) {
            slots[present]--;
            total--;
        }
    }

    /** Returns when the next slot begins, and with it perhaps room. */
    long nextSlotNanos(long nowNanos) {
        advance(nowNanos);
        return slotStartNanos + RpcConstants.WINDOW_SLOT_NANOS;
    }

    /** Forgets all transmissions. */
    void clear() {
        Arrays.fill(slots, 0);
        total = 0;
    }

    private void advance(long nowNanos) {
        long steps = (nowNanos - slotStartNanos) / RpcConstants.WINDOW_SLOT_NANOS;
        for (long i = Math.min(steps, SLOTS); i > 0; i--) {
            present = (present + 1) % SLOTS;
            total -= slots[present];
            slots[present] = 0;
        }
        slotStartNanos += Math.max(0, steps) * RpcConstants.WINDOW_SLOT_NANOS;
    }
}
