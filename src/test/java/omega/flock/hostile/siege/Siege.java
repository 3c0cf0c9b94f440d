package omega.flock.hostile.siege;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/**
 * Lays siege to a node that serves peers in transfer: one flood after the other, from one address and from many, or all at once, and tells
 * what honest peers have of it. Three processes: the node with a small heap ({@link Stronghold}), the strangers ({@link Horde}), and this
 * one, in which the honest live ({@link Guests}). Run by {@code src/test/sh/siege}, which says how; settings are arguments
 * {@code name=value}.
 *
 * <p>It ends with 1 unless in each flood the transfers kept 80 % of their rate, 20 of 20 clients connected and took at most twice as long
 * as without, memory, threads and sockets stayed within their bounds, and the gauges were back at rest a minute later.
 */
public final class Siege implements AutoCloseable {

    private static final int CLIENTS = 20;
    private static final double LEAST_RATE = 0.8;
    private static final double MOST_TIME = 2;

    /** What a connection takes on a short line; here it may take less, and then the horde's share of the same processors decides. */
    private static final double LINE_MILLIS = 10;

    private static final int WARM_UP = 10;
    private static final Duration REST = Duration.ofSeconds(60);
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Platform threads of the node: readers of ports above all, of which each punch socket has one. */
    private static final long MOST_THREADS = 700;

    /** Sockets of the node: two of its own, and at most one for each half-open handshake and for each peer. */
    private static final long MOST_SOCKETS = 700;

    private final Map<String, String> settings = new HashMap<>(Map.of("seconds", "10", "rate", "1000", "sources", "1,1000", "peers", "20",
            "pace", "1000000", "heap", "256m", "keys", "10000", "together", "false", "floods", Arrays.stream(Flood.values())
                    .map(flood -> flood.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(","))));
    private final Guests guests = new Guests();
    private final Subprocess stronghold;
    private final Subprocess horde;
    private final PublicKey server;
    private final List<String> failures = new ArrayList<>();

    /** What honest peers had in a span of time: bytes a second, clients that connected, and the most that the node held. */
    private record Spell(double rate, List<Guests.Visits> visits, Figures most) {

        int fewestMet() {
            return visits.stream().mapToInt(Guests.Visits::met).min().orElse(0);
        }

        double millis() {
            return visits.stream().mapToLong(Guests.Visits::millis).average().orElse(0) / CLIENTS;
        }

        long slowest() {
            return visits.stream().mapToLong(Guests.Visits::slowest).max().orElse(0);
        }
    }

    private Siege(String[] arguments) throws IOException, InterruptedException {
        for (String each : arguments) {
            String[] setting = each.split("=", 2);
            if (setting.length < 2 || settings.put(setting[0], setting[1]) == null) {
                throw new IllegalArgumentException(each + ": settings are " + settings);
            }
        }
        stronghold = new Subprocess(Stronghold.class, List.of("-Xmx" + settings.get("heap"), "-ea"), settings.get("pace"));
        server = PublicKey.parse(stronghold.ask("key"));
        String[] known = Stream.concat(Stream.of(server.toString(), settings.get("keys")),
                guests.relaysOf(server).stream().map(Object::toString)).toArray(String[]::new);
        horde = new Subprocess(Horde.class, List.of("-Xmx1g"), known);
        guests.beServed(server, number("peers"));
    }

    public static void main(String[] arguments) throws Exception {
        int code;
        try (Siege siege = new Siege(arguments)) {
            siege.run();
            siege.failures.forEach(System.out::println);
            code = siege.failures.isEmpty() ? 0 : 1;
        }
        System.exit(code);
    }

    private int number(String setting) {
        return Integer.parseInt(settings.get(setting));
    }

    private void run() throws Exception {
        System.out.println("the node: " + stronghold.ask("health") + "; " + settings);
        for (int i = 0; i < WARM_UP; i++) {
            guests.visit(server, CLIENTS);
        }
        awaitRest("the start");
        for (String kinds : settings.get("together").equals("true") ? List.of(settings.get("floods")) : List.of(settings.get("floods").split(","))) {
            for (String sources : settings.get("sources").split(",")) {
                attack(kinds, sources);
            }
        }
        if (guests.lost() > 0) {
            failures.add("FAILED: " + guests.lost() + " transfers have ended");
        }
    }

    private void attack(String kinds, String sources) throws Exception {
        String name = kinds + " from " + sources;
        Figures before = Figures.parse(stronghold.ask("figures"));
        Spell quiet = spell(Math.max(6, number("seconds") / 4));
        horde.ask("flood " + kinds + " " + sources + " " + settings.get("rate"));
        Spell loud = spell(number("seconds"));
        String effort = horde.ask("stop");
        long rest = awaitRest(name);
        Figures after = Figures.parse(stronghold.ask("collect"));
        System.out.printf(Locale.ROOT, "%n%s: %s%n", name, effort);
        System.out.printf(Locale.ROOT, "  transfers  %6.2f MB/s, %6.2f without: %3.0f %%%n", loud.rate / 1e6, quiet.rate / 1e6,
                100 * loud.rate / quiet.rate);
        System.out.printf(Locale.ROOT, "  clients    %d of %d at least in each of %d rounds, %.1f ms each (slowest %d), %.1f (%d) without%n",
                loud.fewestMet(), CLIENTS, loud.visits.size(), loud.millis(), loud.slowest(), quiet.millis(), quiet.slowest());
        System.out.printf(Locale.ROOT, "  most held  memory %.1f MiB, heap %d MiB (%d after collection), %d threads, %d sockets, %s%n",
                loud.most.gauge("memory") / 1048576.0, loud.most.value("heap") >> 20, after.value("heap") >> 20, loud.most.value("threads"),
                loud.most.value("sockets"), held(loud.most));
        System.out.printf(Locale.ROOT, "  at rest    after %d s: %s%n", rest, held(after));
        System.out.println("  drops      " + after.dropsSince(before));
        require(name, "transfers kept their rate", loud.rate >= LEAST_RATE * quiet.rate);
        require(name, "all clients connected", loud.fewestMet() == CLIENTS);
        require(name, "clients took at most twice as long", loud.millis() <= MOST_TIME * Math.max(LINE_MILLIS, quiet.millis()));
        require(name, "threads are bounded", loud.most.value("threads") <= MOST_THREADS);
        require(name, "sockets are bounded", loud.most.value("sockets") <= MOST_SOCKETS);
        require(name, "memory is within the budget", loud.most.gauge("memory") <= loud.most.value("budget"));
        require(name, "the gauges are at rest a minute later", rest < REST.toSeconds());
        require(name, "an operator sees it", !after.dropsSince(before).isEmpty() || stored(after) > stored(before));
    }

    private static long stored(Figures figures) {
        return figures.gauge("records") + figures.gauge("immutables");
    }

    private static String held(Figures figures) {
        return Stream.of("handshakes", "punchers", "pool.sockets", "streams", "relays", "records", "forwards", "immutables", "mutables")
                .map(name -> name + " " + figures.gauge(name)).collect(Collectors.joining(", "));
    }

    private void require(String attack, String what, boolean holds) {
        if (!holds) {
            failures.add("FAILED: " + attack + ": not so: " + what);
        }
    }

    /** Watches for so long, and until whoever connects has done so. */
    private Spell spell(int seconds) throws IOException, InterruptedException, ExecutionException {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        long before = guests.received();
        Figures most = Figures.parse(stronghold.ask("figures"));
        double rate = 0;
        try (TaskScope scope = new TaskScope("clients")) {
            Task<List<Guests.Visits>> visits = scope.forkCallable("clients", () -> visits(end));
            for (Beat beat = new Beat(LOOK_NANOS, 0); System.nanoTime() < end; beat.await()) {
                most = most.max(Figures.parse(stronghold.ask("figures")));
            }
            rate = (guests.received() - before) * 1e9 / (System.nanoTime() - start);
            return new Spell(rate, visits.join(), most);
        }
    }

    private List<Guests.Visits> visits(long end) throws InterruptedException {
        List<Guests.Visits> all = new ArrayList<>();
        for (Beat beat = new Beat(ROUND.toNanos(), 0); System.nanoTime() < end; beat.await()) {
            all.add(guests.visit(server, CLIENTS));
        }
        return all;
    }

    /** {@return the seconds after which nothing was left but the served peers; a minute if something was} */
    private long awaitRest(String after) throws IOException, InterruptedException {
        long start = System.nanoTime();
        int peers = number("peers");
        Beat beat = new Beat(LOOK_NANOS, 0);
        Figures figures = Figures.parse(stronghold.ask("figures"));
        while (figures.gauge("handshakes") + figures.gauge("punchers") + figures.gauge("relays") + figures.gauge("memory") > 0
                || figures.gauge("streams") != peers || figures.gauge("pool.sockets") > peers) {
            if (System.nanoTime() - start > REST.toNanos()) {
                System.out.println("no rest after " + after + ": " + figures);
                return REST.toSeconds();
            }
            beat.await();
            figures = Figures.parse(stronghold.ask("figures"));
        }
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    @Override
    public void close() throws InterruptedException {
        horde.close();
        guests.close();
        stronghold.close();
    }
}
