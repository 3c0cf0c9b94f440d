package omega.flock.hostile.siege;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayStats;
import omega.flock.runtime.SharedMemory;

/**
 * What the node under siege holds and has counted at one moment: its gauges and drops, and of its process threads, sockets, heap.
 *
 * @param values numbers by name: {@code gauge.…}, {@code drop.…}, {@code threads}, {@code sockets}, {@code heap}, {@code maxheap} and
 *     {@code budget} (bytes)
 */
record Figures(Map<String, Long> values) {

    static final String GAUGE = "gauge.";
    static final String DROP = "drop.";

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** {@return the figures of this process, in which the node runs} */
    static Figures of(Gateway gateway) throws IOException {
        GatewayStats stats = gateway.stats();
        Map<String, Long> values = new TreeMap<>();
        stats.gauges().forEach((name, value) -> values.put(GAUGE + name, value));
        stats.drops().forEach((name, value) -> values.put(DROP + name, value));
        values.put("threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
        values.put("sockets", sockets());
        values.put("budget", SharedMemory.defaultBytes());
        values.put("maxheap", Runtime.getRuntime().maxMemory());
        values.put("heap", Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        return new Figures(values);
    }

    private static long sockets() throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.filter(Figures::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.isSymbolicLink(descriptor) && Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS); // closed meanwhile
        }
    }

    static Figures parse(String line) {
        Map<String, Long> values = new TreeMap<>();
        for (String each : line.split(" ")) {
            int at = each.indexOf('=');
            values.put(each.substring(0, at), Long.parseLong(each.substring(at + 1)));
        }
        return new Figures(values);
    }

    String line() {
        return values.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).collect(Collectors.joining(" "));
    }

    long value(String name) {
        return values.getOrDefault(name, 0L);
    }

    long gauge(String name) {
        return value(GAUGE + name);
    }

    /** {@return of each figure the larger one} */
    Figures max(Figures other) {
        Map<String, Long> most = new TreeMap<>(values);
        other.values.forEach((name, value) -> most.merge(name, value, Math::max));
        return new Figures(most);
    }

    /** {@return what was dropped since earlier, by reason, most first} */
    String dropsSince(Figures earlier) {
        return values.entrySet().stream().filter(each -> each.getKey().startsWith(DROP))
                .map(each -> Map.entry(each.getKey().substring(DROP.length()), each.getValue() - earlier.value(each.getKey())))
                .filter(each -> each.getValue() > 0).sorted((one, other) -> Long.compare(other.getValue(), one.getValue()))
                .limit(6).map(each -> each.getKey() + " " + each.getValue()).collect(Collectors.joining(", "));
    }
}
