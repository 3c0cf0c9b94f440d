package omega.flock.rpc;

import java.util.Arrays;

/**
 * Judges from the answers to our own requests whether the network works, over the last four ticks. Pure; not thread-safe.
 *
 * <p>Four ticks with more timeouts than answers mean degraded, four good ones end that, and those with fewer than four of both say nothing,
 * as in dht-rpc 6.27.0 {@code lib/health.js}. There the count of good ticks is also lowered by bad ones that leave the window, after which
 * {@code degraded} may never end; here the window itself is counted.
 *
 * <p>Four timeouts in two ticks since anybody has answered mean offline, however many ticks without a request lie between, and anybody
 * who answers ends it. There each of the two ticks must have four, and so must the one that ends it, which an idle node rarely has. A node
 * whose first walk nobody answered is offline at once: there it is taken to be online until it has asked more, which may be never.
 */
final class HealthWindow {

    private static final int TICKS = 4;
    private static final int MIN_EVENTS = 4;
    private static final int OFFLINE_TICKS = 2;
    private static final double DEGRADED_TIMEOUT_SHARE = 0.5;

    private enum Verdict { NONE, HEALTHY, DEGRADED, SILENT }

    private final Verdict[] verdicts = new Verdict[TICKS];
    private int filled;
    private int next;
    private long responsesBefore;
    private long timeoutsBefore;
    private int silentTicks; // with timeouts, since somebody has answered
    private long silentTimeouts; // since then
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
        responsesBefore = responses;
        timeoutsBefore = timeouts;
        filled = Math.min(filled + 1, TICKS);
        boolean onlineBefore = online;
        boolean degradedBefore = degraded;
        if (newResponses > 0) {
            answered();
        } else if (newTimeouts > 0) {
            silentTicks++;
            silentTimeouts += newTimeouts;
            online &= filled < TICKS || silentTicks < OFFLINE_TICKS || silentTimeouts < MIN_EVENTS;
        }
        boolean judged = filled == TICKS && newResponses + newTimeouts >= MIN_EVENTS;
        verdicts[next] = judged ? judge(newResponses, newTimeouts) : Verdict.NONE;
        next = (next + 1) % TICKS;
        if (!online || allAre(Verdict.HEALTHY)) {
            degraded = false;
        } else if (allAre(Verdict.DEGRADED)) {
            degraded = true;
        }
        return online != onlineBefore || degraded != degradedBefore;
    }

    /** The first walk is over, and nobody has answered. Returns whether the state changed. */
    boolean nobodyAnswered() {
        unreached = true;
        return goOffline();
    }

    /**
     * Nobody can answer any more.
     *
     * @param responses answers so far, in all: they came before that and say nothing
     * @return whether the state changed
     */
    boolean cutOff(long responses) {
        responsesBefore = responses;
        return goOffline();
    }

    /** Tells whether there is reason to ask: somebody has not answered, and nobody has since, or it is offline. */
    boolean silent() {
        return silentTicks > 0 || !online;
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
        silentTicks = 0;
        silentTimeouts = 0;
        online = !unreached;
        degraded = false;
        return changed;
    }

    private static Verdict judge(long responses, long timeouts) {
        if (responses == 0) {
            return Verdict.SILENT;
        }
        return timeouts > DEGRADED_TIMEOUT_SHARE * (responses + timeouts) ? Verdict.DEGRADED : Verdict.HEALTHY;
    }

    private boolean goOffline() {
        boolean changed = online;
        online = false;
        degraded = false;
        return changed;
    }

    private void answered() {
        silentTicks = 0;
        silentTimeouts = 0;
        online = true;
        unreached = false;
    }

    private boolean allAre(Verdict wanted) {
        return Arrays.stream(verdicts).allMatch(verdict -> verdict == wanted);
    }
}
