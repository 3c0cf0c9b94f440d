package omega.flock.rpc;

import java.util.Optional;

/**
 * Distils our address from what others say it is: the last 16 opinions, of which a large majority must agree. Pure; not
 * thread-safe.
 *
 * <p>This is nat-sampler 1.0.1, with its limited memory: an opinion joins one of the last four that are equal to it, and else
 * counts on its own, so agreement must be recent to add up.
 */
final class NatSampler {

    private static final int SAMPLES = 16;
    private static final int LOOK_BACK = 4;

    /** An address and how many of the samples agree on it; port 0 for counters of the host alone. */
    private static final class Counter {

        private final String host;
        private final int port;
        private int hits;

        private Counter(String host, int port) {
            this.host = host;
            this.port = port;
        }
    }

    private final Counter[] exact = new Counter[SAMPLES];
    private final Counter[] hosts = new Counter[SAMPLES];
    private int size;
    private int next;
    private Counter bestExact = new Counter("", 0);
    private Counter bestHost = new Counter("", 0);
    private Optional<String> host = Optional.empty();
    private int port;

    /** Takes an opinion. Returns whether the verdict changed. */
    boolean add(String sampledHost, int sampledPort) {
        Counter exactCounter = recent(exact, sampledHost, sampledPort);
        Counter hostCounter = recent(hosts, sampledHost, 0);
        exactCounter.hits++;
        hostCounter.hits++;
        if (size == SAMPLES) {
            exact[next].hits--;
            hosts[next].hits--;
        } else {
            size++;
        }
        exact[next] = exactCounter;
        hosts[next] = hostCounter;
        next = (next + 1) % SAMPLES;
        bestExact = bestExact.hits < exactCounter.hits ? exactCounter : bestExact;
        bestHost = bestHost.hits < hostCounter.hits ? hostCounter : bestHost;
        return judge();
    }

    /** Returns our host, if there is agreement about it. */
    Optional<String> host() {
        return host;
    }

    /** Returns our port, or 0 if there is no agreement about it. */
    int port() {
        return port;
    }

    private boolean judge() {
        Optional<String> hostBefore = host;
        int portBefore = port;
        int needed = size - tolerated();
        if (bestExact.hits >= needed) {
            host = Optional.of(bestExact.host);
            port = bestExact.port;
        } else if (bestHost.hits >= needed) {
            host = Optional.of(bestHost.host);
            port = 0;
        } else {
            host = Optional.empty();
            port = 0;
        }
        return port != portBefore || !host.equals(hostBefore);
    }

    private int tolerated() {
        return size < 4 ? 0 : size < 8 ? 1 : size < 12 ? 2 : 3;
    }

    private Counter recent(Counter[] counters, String wantedHost, int wantedPort) {
        for (int back = 1; back <= Math.min(LOOK_BACK, size); back++) {
            Counter counter = counters[Math.floorMod(next - back, SAMPLES)];
            if (counter.port == wantedPort && counter.host.equals(wantedHost)) {
                return counter;
            }
        }
        return new Counter(wantedHost, wantedPort);
    }
}
