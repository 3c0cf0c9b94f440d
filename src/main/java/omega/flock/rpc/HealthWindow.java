package omega.flock.rpc;

import java.util.Arrays;

/**
 * Judges from the answers to our own requests whether the network works, over the last four ticks. Pure; not thread-safe.
 *
 * <p>Rules of dht-rpc 6.27.0 {@code lib/health.js}: ticks with fewer than four answers and timeouts say nothing; two ticks
 * in which nobody answered mean offline; four ticks with more timeouts than answers mean degraded, four good ones end that.
 * There the count of good ticks is also lowered by bad ones that leave the window, after which {@code degraded} may never end;
 * here the window itself is counted. A node whose first walk nobody answered is offline at once, until anybody does: there it is taken to be
 * online until it has asked more, which may be never.
 */
final class HealthWindow {

    private static final int TICKS = 4;
    private static final int MIN_EVENTS = 4;
    private static final int OFFLINE_TICKS = 2;
    private static final double DEGRADED_TIMEOUT_SHARE = 0.5;

    private enum Verdict { NONE, HEALTHY, DEGRADED, OFFLINE }

    private final Verdict[] verdicts = new Verdict[TICKS];
    private int filled;
    private int next;
    private long responsesBefore;
    private long timeoutsBefore;
    private int offlineInARow;
    private boolean online = true;
    private boolean degraded;
    private boolean unreached; // nobody has ever answered

    HealthWindow() {
        Arrays.fill(verdicts, Verdict.NONE);
    }

    boolean online() {
        return online;
    }

    boolean degraded() {
        return degraded;
    }

    /**
     * Ends a tick.
     *
     * @param responses answers so far, in all
     * @param timeouts requests so far that were not answered, in all
     * @return whether the state changed
     */
    boolean update(long responses, long timeouts) {
        long newResponses = responses - responsesBefore;
        long newTimeouts = timeouts - timeoutsBefore;
        boolean reached = unreached && newResponses > 0;
        unreached &= !reached;
        online |= reached;
        responsesBefore = responses;
        timeoutsBefore = timeouts;
        filled = Math.min(filled + 1, TICKS);
        boolean judged = filled == TICKS && newResponses + newTimeouts >= MIN_EVENTS;
        Verdict verdict = judged ? judge(newResponses, newTimeouts) : Verdict.NONE;
        verdicts[next] = verdict;
        next = (next + 1) % TICKS;
        return judged && apply(verdict) || reached;
    }

    /** The first walk is over, and nobody has answered. Returns whether the state changed. */
    boolean nobodyAnswered() {
        unreached = true;
        boolean changed = online;
        online = false;
        degraded = false;
        return changed;
    }

    /** Tells whether nobody has answered since {@link #nobodyAnswered}. */
    boolean unreached() {
        return unreached;
    }

    /** Forgets everything and is online again, unless nobody has ever answered. Returns whether the state changed. */
    boolean reset() {
        boolean changed = online == unreached || degraded;
        Arrays.fill(verdicts, Verdict.NONE);
        filled = 0;
        offlineInARow = 0;
        online = !unreached;
        degraded = false;
        return changed;
    }

    private static Verdict judge(long responses, long timeouts) {
        if (responses == 0) {
            return Verdict.OFFLINE;
        }
        return timeouts > DEGRADED_TIMEOUT_SHARE * (responses + timeouts) ? Verdict.DEGRADED : Verdict.HEALTHY;
    }

    private boolean apply(Verdict verdict) {
        boolean onlineBefore = online;
        boolean degradedBefore = degraded;
        offlineInARow = verdict == Verdict.OFFLINE ? offlineInARow + 1 : 0;
        if (verdict != Verdict.OFFLINE) {
            online = true; // somebody answered, so it is not unreached either
        } else if (offlineInARow >= OFFLINE_TICKS) {
            online = false;
        }
        if (!online || allAre(Verdict.HEALTHY)) {
            degraded = false;
        } else if (allAre(Verdict.DEGRADED)) {
            degraded = true;
        }
        return online != onlineBefore || degraded != degradedBefore;
    }

    private boolean allAre(Verdict wanted) {
        return Arrays.stream(verdicts).allMatch(verdict -> verdict == wanted);
    }
}
