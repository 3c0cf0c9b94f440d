package omega.flock.hostile.siege;

import java.util.List;

/**
 * What honest peers had in a span of time, and what that took.
 *
 * @param rate bytes a second, of all transfers together
 * @param visits clients that connected, a round of them each
 * @param most of each figure of the node the most
 * @param nodeShare of one processor, how much the node took
 * @param hordeShare the same of the strangers' programs
 */
record Spell(double rate, List<Guests.Visits> visits, Figures most, double nodeShare, double hordeShare) {

    int fewestMet() {
        return visits.stream().mapToInt(Guests.Visits::met).min().orElse(0);
    }

    /** {@return milliseconds that a client took on average until it was answered} */
    double millis() {
        return visits.stream().flatMap(each -> each.nanos().stream()).mapToLong(Long::longValue).average().orElse(0) / 1e6;
    }

    /** {@return milliseconds in which so many of a hundred clients were answered} */
    double millisOf(int percent) {
        List<Long> sorted = visits.stream().flatMap(each -> each.nanos().stream()).sorted().toList();
        return sorted.get((sorted.size() - 1) * percent / 100) / 1e6;
    }
}
