package omega.flock.hostile.siege;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.runtime.TaskScope;

/**
 * The strangers, in a process of their own: {@code flood KIND,… SOURCES RATE} begins, each kind at that many a second, {@code stop} ends it
 * and says what was sent: first how many datagrams of each kind a second, -1 where connections are the only kind. Arguments: the server's
 * key, how many keys to have, and the nodes at which the server has announced itself.
 */
public final class Horde {

    private static final int KEYS_AT_LEAST = 1;
    private static final int VOLLEYS_PER_SECOND = 100; // a wake-up for each datagram would take the processors from the node
    private static final long DEBT_NANOS = TimeUnit.SECONDS.toNanos(1); // what a late thread has missed is sent at once

    private final Flood.Arms arms;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong(); // bytes
    private Optional<TaskScope> campaign = Optional.empty();
    private Optional<Callers> callers = Optional.empty();
    private List<Source> sources = List.of();
    private List<Flood> datagrams = List.of();
    private long began;

    private Horde(Flood.Arms arms) {
        this.arms = arms;
    }

    public static void main(String[] arguments) throws Exception {
        PublicKey server = PublicKey.parse(arguments[0]);
        int count = Math.max(KEYS_AT_LEAST, Integer.parseInt(arguments[1]));
        List<PeerAddress> relays = Stream.of(arguments).skip(2).map(PeerAddress::parse).toList();
        Horde horde = new Horde(new Flood.Arms(server, relays,
                IntStream.range(0, count).parallel().mapToObj(i -> KeyPair.generate()).toList(),
                IntStream.range(0, count).parallel().mapToObj(i -> Attempt.with(server)).toList(),
                IntStream.range(0, count).parallel().mapToObj(i -> Attempt.throughNobody(server)).toList()));
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                String[] words = command.split(" ");
                System.out.println(switch (words[0]) {
                    case "flood" -> horde.begin(Arrays.stream(words[1].split(",")).map(Flood::named).toList(), Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]));
                    case "stop" -> horde.stop();
                    default -> throw new IllegalArgumentException(command);
                });
            }
        } finally {
            horde.stop();
        }
    }

    private String begin(List<Flood> kinds, int count, int perSecond) throws IOException, InterruptedException {
        sent.set(0);
        received.set(0);
        TaskScope scope = new TaskScope("horde");
        campaign = Optional.of(scope);
        datagrams = kinds.stream().filter(kind -> kind != Flood.CONNECTIONS).toList();
        if (kinds.contains(Flood.CONNECTIONS)) {
            callers = Optional.of(new Callers(arms.server(), arms.keys(), count));
        }
        began = System.nanoTime(); // the callers have taken some seconds to open their nodes
        if (!datagrams.isEmpty()) {
            Selector selector = Selector.open();
            sources = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sources.add(new Source(Land.stranger(i), selector));
            }
            scope.fork("flood", () -> flood(datagrams, perSecond, selector));
        }
        return "begun";
    }

    private void flood(List<Flood> kinds, int perSecond, Selector selector) throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(4_096);
        Beat beat = new Beat(TimeUnit.SECONDS.toNanos(1) / VOLLEYS_PER_SECOND, DEBT_NANOS);
        long number = 0;
        try (selector) {
            for (long volley = 1; true; volley++) {
                for (long end = volley * perSecond / VOLLEYS_PER_SECOND; number < end; number++) {
                    for (Flood kind : kinds) {
                        kind.once(sources.get((int) (number % sources.size())), arms, (int) (number & Integer.MAX_VALUE));
                        sent.incrementAndGet();
                    }
                }
                selector.selectNow(key -> readable(key, buffer));
                beat.await();
            }
        }
    }

    private void readable(SelectionKey key, ByteBuffer buffer) {
        try {
            received.addAndGet(((Source) key.attachment()).receive(buffer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String stop() throws IOException {
        long each = datagrams.isEmpty() ? -1 : Math.round(sent.get() * 1e9 / (System.nanoTime() - began) / datagrams.size());
        String calls = callers.map(some -> ", " + some.tried() + " dials, " + some.connected() + " connections held").orElse("");
        callers.ifPresent(Callers::close);
        callers = Optional.empty();
        campaign.ifPresent(TaskScope::close);
        campaign = Optional.empty();
        for (Source source : sources) {
            source.close();
        }
        sources = List.of();
        return each + " datagrams of each kind a second, " + sent + " in all, got " + received + " bytes" + calls;
    }
}
