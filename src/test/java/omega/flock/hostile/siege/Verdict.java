package omega.flock.hostile.siege;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says of each flood, a line for each thing that is asked for, what was measured and whether it holds. Confined to one thread. */
final class Verdict {

    private static final int CLIENTS = Siege.CLIENTS;
    private static final double LEAST_RATE = 0.8;
    private static final double MOST_TIME = 2;
    private static final double LEAST_FORCE = 0.8; // of what the strangers are to send

    /** What a connection takes on a short line; here it may take less, and then the horde's share of the same processors decides. */
    private static final double LINE_MILLIS = 10;

    /** What a connection takes at most, as a mean, while strangers try everything at once. */
    private static final double SERVED_MILLIS = 1_000;

    /** Platform threads of the node: readers of ports above all, of which each punch socket has one. */
    private static final long MOST_THREADS = 700;

    /** Sockets of the node: two of its own, and at most one for each half-open handshake and for each peer. */
    private static final long MOST_SOCKETS = 700;

    private final List<String> failures = new ArrayList<>();
    private String flood = "";

    /** The lines that follow are about this one. */
    void begin(String name) {
        flood = name;
        System.out.printf("%n%s%n", name);
    }

    /** @param effort what they say, which begins with how many datagrams of each kind they have sent a second */
    void ofStrangers(String effort, int rate) {
        int sent = Integer.parseInt(effort.substring(0, effort.indexOf(' ')));
        line(sent < 0 || sent >= LEAST_FORCE * rate, "strangers", "%s", effort);
    }

    /** @param alone whether it is one flood: then a client takes at most twice as long; in all of them together it is served within a second */
    void ofHonestPeers(Spell quiet, Spell loud, boolean alone) {
        double mostMillis = alone ? MOST_TIME * Math.max(LINE_MILLIS, quiet.millis()) : SERVED_MILLIS;
        double share = loud.rate() / quiet.rate();
        line(share >= LEAST_RATE, "transfers", "%.0f %% of their rate, at least %.0f: %.2f MB/s, %.2f without", 100 * share, 100 * LEAST_RATE,
                loud.rate() / 1e6, quiet.rate() / 1e6);
        line(loud.fewestMet() == CLIENTS, "clients", "%d of %d connected, in the worst of %d rounds", loud.fewestMet(), CLIENTS, loud.visits().size());
        line(loud.millis() <= mostMillis, "a client",
                "took %.1f ms (half %.1f, 95 %% %.1f, slowest %.0f), %.1f without (%.1f, %.1f, %.0f); at most %.0f",
                loud.millis(), loud.millisOf(50), loud.millisOf(95), loud.millisOf(100), quiet.millis(), quiet.millisOf(50), quiet.millisOf(95),
                quiet.millisOf(100), mostMillis);
        System.out.printf(Locale.ROOT, "          processors: the node %.2f of one, %.2f without; the strangers %.2f%n", loud.nodeShare(),
                quiet.nodeShare(), loud.hordeShare());
    }

    void ofTheNode(Figures most, Figures after, Duration rest, Duration patience) {
        line(after.value("heap") <= after.value("maxheap") / 2, "heap", "%d MiB after collection, at most half of %d; %d at times", mib(after.value("heap")),
                mib(after.value("maxheap")), mib(most.value("heap")));
        line(most.gauge("memory") <= most.value("budget"), "memory", "%.1f MiB of a budget of %d at most", most.gauge("memory") / 1048576.0,
                mib(most.value("budget")));
        line(most.value("threads") <= MOST_THREADS, "threads", "%d, at most %d", most.value("threads"), MOST_THREADS);
        line(most.value("sockets") <= MOST_SOCKETS, "sockets", "%d, at most %d", most.value("sockets"), MOST_SOCKETS);
        System.out.println("          most held: " + held(most));
        line(rest.compareTo(patience) < 0, "at rest", "after %d s: %s", rest.toSeconds(), held(after));
    }

    void ofTheOperator(Figures before, Figures after) {
        String drops = after.dropsSince(before);
        line(!drops.isEmpty() || stored(after) > stored(before), "counters", "%s", drops);
    }

    /** {@return what did not hold, over all floods} */
    List<String> failures() {
        return failures;
    }

    void line(boolean holds, String what, String measured, Object... values) {
        String line = String.format(Locale.ROOT, "%-9s %s", what, String.format(Locale.ROOT, measured, values));
        System.out.println((holds ? "  ok      " : "  FAILED  ") + line);
        if (!holds) {
            failures.add("FAILED: " + flood + ": " + line);
        }
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }

    private static long stored(Figures figures) {
        return figures.gauge("records") + figures.gauge("immutables");
    }

    private static String held(Figures figures) {
        return Stream.of("handshakes", "punchers", "pool.sockets", "streams", "relays", "records", "forwards", "immutables", "mutables")
                .map(name -> name + " " + figures.gauge(name)).collect(Collectors.joining(", "));
    }
}
