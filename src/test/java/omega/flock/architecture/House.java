package omega.flock.architecture;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The picture of {@code docs/architecture.md} as data: which package stands on which. A package may import what it stands on,
 * directly or through others, and the floors. Where the two differ, one of them is wrong.
 */
final class House {
    private static final String ROOT = "omega.flock";

    private static final Map<String, List<String>> STANDS_ON = picture();

    /** Usable from every room; among themselves they stand on each other as {@link #STANDS_ON} says. */
    private static final Set<String> FLOORS = Set.of("runtime", "wire", "base", "crypto");

    /** Rooms that decide and never wait: no thread, lock, socket, clock, random source or logger. */
    private static final Set<String> PURE = Set.of(
            "swarm.machine", "dht.message", "rpc.routing", "transport.flow", "transport.packet", "noise", "crypto", "wire", "base");

    private House() {
    }

    private static Map<String, List<String>> picture() {
        var house = new LinkedHashMap<String, List<String>>();
        house.put("cli", List.of("", "gateway", "base"));
        house.put("", List.of("swarm"));
        house.put("swarm", List.of("swarm.machine"));
        house.put("swarm.machine", List.of("gateway"));
        house.put("gateway", List.of("peer"));
        house.put("peer", List.of("peer.punch", "peer.relay", "dht", "secret", "noise", "net"));
        house.put("peer.punch", List.of("dht"));
        house.put("peer.relay", List.of("secret"));
        house.put("dht", List.of("rpc", "dht.message"));
        house.put("dht.message", List.of());
        house.put("rpc", List.of("rpc.routing", "net"));
        house.put("rpc.routing", List.of());
        house.put("secret", List.of("transport", "noise"));
        house.put("transport", List.of("transport.flow", "net"));
        house.put("transport.flow", List.of("transport.packet"));
        house.put("transport.packet", List.of());
        house.put("net", List.of());
        house.put("noise", List.of());
        house.put("wire", List.of("base"));
        house.put("base", List.of("crypto"));
        house.put("crypto", List.of());
        house.put("runtime", List.of());
        return house;
    }

    static boolean isKnown(String packageName) {
        return STANDS_ON.containsKey(room(packageName));
    }

    static boolean isPure(String packageName) {
        return PURE.contains(room(packageName));
    }

    static boolean mayImport(String from, String to) {
        return from.equals(to) || reach(room(from)).contains(room(to));
    }

    private static Set<String> reach(String room) {
        if (room.equals("cli")) {
            return new TreeSet<>(STANDS_ON.get(room)); // the exported packages only, as any user
        }
        var reached = new LinkedHashSet<String>();
        climbDown(room, reached);
        if (!FLOORS.contains(room)) {
            FLOORS.forEach(floor -> climbDown(floor, reached));
            reached.addAll(FLOORS);
        }
        return reached;
    }

    private static void climbDown(String room, Set<String> reached) {
        for (String below : STANDS_ON.getOrDefault(room, List.of())) {
            if (reached.add(below)) {
                climbDown(below, reached);
            }
        }
    }

    private static String room(String packageName) {
        return packageName.equals(ROOT) ? "" : packageName.startsWith(ROOT + ".") ? packageName.substring(ROOT.length() + 1) : packageName;
    }
}
