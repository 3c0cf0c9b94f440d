package omega.flock.hostile.siege;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/**
 * Lays siege to a node that serves peers in transfer: one flood after the other, from one address and from many, or all at once, and tells
 * what honest peers have of it. Three processes: the node with a small heap ({@link Stronghold}), the strangers ({@link Horde}), and this
 * one, in which the honest live ({@link Guests}). The strangers yield to the others, since they would have machines of their own. Run by {@code src/test/sh/siege}, which says how; settings are arguments
 * {@code name=value}.
 *
 * <p>It ends with 1 unless in each flood the transfers kept 80 % of their rate, 20 of 20 clients connected and took at most twice as long
 * as without, memory, threads and sockets stayed within their bounds, and the gauges were back at rest a minute later.
 */
public final class Siege implements AutoCloseable {

    /** Honest clients that connect in a round. */
    static final int CLIENTS = 20;

    /**
     * What a served peer takes of the node's memory budget for as long as it is connected (ADR 35), and two steps of 64 KiB for what is
     * under way to it: its transfer goes on while the node rests.
     */
    private static final long SERVED_BYTES = (16 << 10) + 2 * (64 << 10);

    private static final int WARM_UP = 10;
    private static final Duration REST = Duration.ofSeconds(60);
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** What the settings are unless arguments say otherwise. */
    private static final String SETTINGS = "seconds=10 settle=5 rate=1000 sources=1,1000 peers=20 pace=1000000 heap=256m keys=10000 together=false"
            + " firewalled=false floods=handshakes,relayed,relays,punches,announces,puts,connections";

    private final Map<String, String> settings = new TreeMap<>();
    private final Guests guests = new Guests();
    private final Subprocess stronghold;
    private final Subprocess horde;
    private final PublicKey server;
    private final Verdict verdict = new Verdict();

    private Siege(String[] arguments) throws IOException, InterruptedException {
        for (String each : SETTINGS.split(" ")) {
            settings.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        for (String each : arguments) {
            String[] setting = each.split("=", 2);
            if (setting.length < 2 || settings.put(setting[0], setting[1]) == null) {
                throw new IllegalArgumentException(each + ": settings are " + settings);
            }
        }
        stronghold = new Subprocess(Stronghold.class, List.of("-Xmx" + settings.get("heap"), "-ea"), settings.get("pace"),
                settings.get("firewalled"));
        server = PublicKey.parse(stronghold.ask("key"));
        String[] known = Stream.concat(Stream.of(server.toString(), settings.get("keys")),
                guests.relaysOf(server).stream().map(Object::toString)).toArray(String[]::new);
        horde = Subprocess.yielding(Horde.class, List.of("-Xmx1g"), known);
        guests.beServed(server, number("peers"));
    }

    public static void main(String[] arguments) throws Exception {
        int code;
        try (Siege siege = new Siege(arguments)) {
            siege.run();
            List<String> failures = siege.verdict.failures();
            System.out.println(failures.isEmpty() ? "\nall holds" : "\n" + String.join("\n", failures));
            code = failures.isEmpty() ? 0 : 1;
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
        verdict.begin("the end: " + stronghold.ask("health"));
        verdict.line(guests.lost() == 0, "transfers", "%d of %d have ended", guests.lost(), number("peers"));
    }

    private void attack(String kinds, String sources) throws Exception {
        String name = kinds + " from " + sources;
        Figures before = Figures.parse(stronghold.ask("collect"));
        Spell quiet = spell(Math.max(6, Math.min(30, number("seconds") / 4)));
        horde.ask("flood " + kinds + " " + sources + " " + settings.get("rate"));
        new Beat(TimeUnit.SECONDS.toNanos(number("settle")), 0).await(); // in which three JVMs compile what they run for the first time
        Spell loud = spell(number("seconds"));
        String effort = horde.ask("stop");
        Duration rest = awaitRest(name);
        Figures after = Figures.parse(stronghold.ask("collect"));
        verdict.begin(name);
        verdict.ofStrangers(effort, number("rate"));
        verdict.ofHonestPeers(quiet, loud, !kinds.contains(","));
        verdict.ofTheNode(loud.most(), after, rest, REST);
        verdict.ofTheOperator(before, after);
    }

    /** Watches for so long, and until whoever connects has done so. */
    private Spell spell(int seconds) throws IOException, InterruptedException, ExecutionException {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        long before = guests.received();
        long node = stronghold.processorTime().toNanos();
        long strangers = horde.processorTime().toNanos();
        Figures most = Figures.parse(stronghold.ask("figures"));
        try (TaskScope scope = new TaskScope("clients")) {
            Task<List<Guests.Visits>> visits = scope.forkCallable("clients", () -> visits(end));
            for (Beat beat = new Beat(LOOK_NANOS, 0); System.nanoTime() < end; beat.await()) {
                most = most.max(Figures.parse(stronghold.ask("figures")));
            }
            double took = System.nanoTime() - start;
            double nodeShare = (stronghold.processorTime().toNanos() - node) / took;
            double hordeShare = (horde.processorTime().toNanos() - strangers) / took;
            double rate = (guests.received() - before) * 1e9 / took;
            return new Spell(rate, visits.join(), most, nodeShare, hordeShare);
        }
    }

    private List<Guests.Visits> visits(long end) throws InterruptedException {
        List<Guests.Visits> all = new ArrayList<>();
        for (Beat beat = new Beat(ROUND.toNanos(), 0); System.nanoTime() < end; beat.await()) {
            all.add(guests.visit(server, CLIENTS));
        }
        return all;
    }

    /** {@return after which time nothing was left but the served peers; a minute if something was} */
    private Duration awaitRest(String after) throws IOException, InterruptedException {
        long start = System.nanoTime();
        int peers = number("peers");
        Beat beat = new Beat(LOOK_NANOS, 0);
        Figures figures = Figures.parse(stronghold.ask("figures"));
        while (figures.gauge("handshakes") + figures.gauge("punchers") + figures.gauge("relays") > 0
                || figures.gauge("memory") > peers * SERVED_BYTES || figures.gauge("streams") != peers || figures.gauge("pool.sockets") > peers) {
            if (System.nanoTime() - start > REST.toNanos()) {
                System.out.println("no rest after " + after + ": " + figures);
                return REST;
            }
            beat.await();
            figures = Figures.parse(stronghold.ask("figures"));
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() throws InterruptedException {
        horde.close();
        guests.close();
        stronghold.close();
    }
}
