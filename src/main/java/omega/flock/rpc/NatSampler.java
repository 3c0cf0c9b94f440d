package omega.flock.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.Diversity;
import omega.flock.runtime.NetworkSource;

/**
 * Distils our address from what others say it is: the last 16 opinions, of which a large majority must agree. Pure; not
 * thread-safe.
 *
 * <p>This is nat-sampler 1.0.1, with its limited memory: an opinion joins one of the last four that are equal to it, and else
 * counts on its own, so agreement must be recent to add up. Unlike there each address has one vote, its last: whoever has one has all
 * its ports, and could outvote everybody else.
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

    /** An opinion that counts. */
    private record Vote(NetworkSource voter, Counter exact, Counter host) {

        void withdraw() {
            exact.hits--;
            host.hits--;
        }
    }

    private final List<Vote> votes = new ArrayList<>(SAMPLES); // oldest first
    private Counter bestExact = new Counter("", 0);
    private Counter bestHost = new Counter("", 0);
    private Optional<String> host = Optional.empty();
    private int port;

    /**
     * Takes an opinion.
     *
     * @param from whose it is
     * @return whether the verdict changed
     */
    boolean add(PeerAddress from, String sampledHost, int sampledPort) {
        NetworkSource voter = Diversity.voter(from);
        votes.removeIf(vote -> {
            boolean again = vote.voter.equals(voter);
            if (again) {
                vote.withdraw();
            }
            return again;
        });
        Counter exactCounter = recent(Vote::exact, sampledHost, sampledPort);
        Counter hostCounter = recent(Vote::host, sampledHost, 0);
        exactCounter.hits++;
        hostCounter.hits++;
        if (votes.size() == SAMPLES) {
            votes.removeFirst().withdraw();
        }
        votes.add(new Vote(voter, exactCounter, hostCounter));
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
        int needed = votes.size() - tolerated();
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
        int size = votes.size();
        return size < 4 ? 0 : size < 8 ? 1 : size < 12 ? 2 : 3;
    }

    private Counter recent(Function<Vote, Counter> kind, String wantedHost, int wantedPort) {
        for (int back = 1; back <= Math.min(LOOK_BACK, votes.size()); back++) {
            Counter counter = kind.apply(votes.get(votes.size() - back));
            if (counter.port == wantedPort && counter.host.equals(wantedHost)) {
                return counter;
            }
        }
        return new Counter(wantedHost, wantedPort);
    }
}
