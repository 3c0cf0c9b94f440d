package omega.flock.swarm.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Who waits for which dials. Every dial takes a ticket when it is queued or started and hands it back once, however it
 * ends; a flush waits for the tickets that are out when it begins, so later dials do not prolong it. Pure; not thread-safe.
 *
 * @param <F> a waiting flush
 */
final class FlushTickets<F> {

    private record Waiting<F>(F flush, long upTo) {}

    private final TreeSet<Long> outstanding = new TreeSet<>();
    private final List<Waiting<F>> waiting = new ArrayList<>();
    private long issued;

    /** Hands out a ticket, a number greater than 0. */
    long issue() {
        issued++;
        outstanding.add(issued);
        return issued;
    }

    /** Takes a ticket back and returns the flushes that waited for it last; a ticket that is not out changes nothing. */
    List<F> settle(long ticket) {
        if (!outstanding.remove(ticket)) {
            return List.of();
        }
        long first = outstanding.isEmpty() ? Long.MAX_VALUE : outstanding.first();
        List<F> done = waiting.stream().filter(entry -> entry.upTo() < first).map(Waiting::flush).toList();
        waiting.removeIf(entry -> entry.upTo() < first);
        return done;
    }

    /** Registers a flush; false if there is nothing to wait for. */
    boolean await(F flush) {
        if (outstanding.isEmpty()) {
            return false;
        }
        waiting.add(new Waiting<>(flush, issued));
        return true;
    }

    /** Drops a flush that nobody waits for any more. */
    void abandon(F flush) {
        waiting.removeIf(entry -> entry.flush() == flush);
    }

    /** Removes and returns all flushes. */
    List<F> drain() {
        List<F> all = waiting.stream().map(Waiting::flush).toList();
        waiting.clear();
        return all;
    }

    /** Returns how many tickets are out. */
    int outstanding() {
        return outstanding.size();
    }

    /** Returns how many flushes wait. */
    int waiting() {
        return waiting.size();
    }
}
