package omega.flock.swarm;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.runtime.TaskScope;
import omega.flock.swarm.machine.Backoffs;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.JoinModes;
import omega.flock.swarm.machine.Peer;

/** Flocks on a fake network, with a clock that the test turns. Random choices come from a fixed seed. */
final class SwarmLab implements AutoCloseable {

    static final Topic TOPIC = Topic.filled("topic");
    static final Topic OTHER = Topic.filled("other topic");
    static final JoinModes BOTH = new JoinModes(true, true, Integer.MAX_VALUE);
    static final JoinModes SERVER = new JoinModes(true, false, Integer.MAX_VALUE);
    static final JoinModes CLIENT = new JoinModes(false, true, Integer.MAX_VALUE);
    static final PublicKey RELAY = KeyPair.generate().publicKey();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Backoffs BACKOFFS = new Backoffs(
            Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMinutes(10), Duration.ZERO);

    /** A connection as a handler got it. */
    record Seen(FakeLink link, Peer peer) {}

    /** One flock of the lab and what it has reported. */
    static final class Member {
        final KeyPair keyPair;
        final FakeNetwork network;
        final TaskScope scope;
        final Swarm swarm;
        final List<Seen> events = new CopyOnWriteArrayList<>();

        private Member(KeyPair keyPair, FakeNetwork network, TaskScope scope, Swarm swarm) {
            this.keyPair = keyPair;
            this.network = network;
            this.scope = scope;
            this.swarm = swarm;
        }

        PublicKey key() {
            return keyPair.publicKey();
        }

        List<FakeLink> links() {
            return swarm.connections().stream().map(FakeLink.class::cast).toList();
        }

        /** Returns the only connection. */
        FakeLink link() {
            List<FakeLink> links = links();
            return links.size() == 1 ? links.getFirst() : fail("there are " + links.size() + " connections");
        }

        Optional<Peer> peer(PublicKey key) {
            return Optional.ofNullable(swarm.peers().get(key));
        }

        List<PublicKey> dialled() {
            return network.dials.stream().map(FakeNetwork.Dial::remote).toList();
        }

        Member recording() {
            swarm.onConnection((link, peer) -> events.add(new Seen((FakeLink) link, peer)));
            return this;
        }
    }

    final FakeWorld world = new FakeWorld();
    final ManualAlarms alarms = new ManualAlarms();
    private final List<Member> members = new ArrayList<>();

    /** Adds a flock with default options that records its connections. */
    Member member() {
        return silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.empty()).recording();
    }

    Member member(DialBudget budget) {
        return silent(KeyPair.generate(), budget, Optional.empty()).recording();
    }

    Member member(Predicate<PublicKey> firewall) {
        return silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.of(firewall)).recording();
    }

    Member member(KeyPair keyPair) {
        return silent(keyPair, DialBudget.DEFAULT, Optional.empty()).recording();
    }

    /** Adds a flock that joins {@link #TOPIC}, and waits until everything has come to rest. */
    Member joined(JoinModes modes) {
        Member member = member();
        member.swarm.join(TOPIC, modes);
        settle();
        return member;
    }

    /** Adds a flock without a connection handler. */
    Member silent(KeyPair keyPair, DialBudget budget, Optional<Predicate<PublicKey>> firewall) {
        FakeNetwork network = new FakeNetwork(world, members.size());
        TaskScope scope = new TaskScope("lab");
        SwarmOptions options = new SwarmOptions(keyPair, budget, BACKOFFS, firewall, List.of(RELAY));
        Swarm swarm = new Swarm(options, network, scope, alarms, alarms, new SplittableRandom(members.size() + 42L));
        Member member = new Member(keyPair, network, scope, swarm);
        members.add(member);
        return member;
    }

    /** Returns two flocks, the one with the smaller key first. */
    List<Member> ordered() {
        List<KeyPair> pairs = new ArrayList<>(List.of(KeyPair.generate(), KeyPair.generate()));
        pairs.sort(Comparator.comparing(KeyPair::publicKey));
        return pairs.stream().map(this::member).toList();
    }

    /** Waits until every thread of every flock has ended or waits in the fake network. */
    void settle() {
        int quiet = 0;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (quiet < 4) {
            int live = members.stream().mapToInt(member -> member.scope.live()).sum();
            quiet = live == world.parked() ? quiet + 1 : 0;
            if (System.nanoTime() > end) {
                fail("it does not come to rest: " + live + " threads live, " + world.parked() + " wait in the network");
            }
            Thread.yield();
        }
    }

    /** Waits for what another thread is about to do. */
    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("it did not happen: " + what);
            }
            Thread.yield();
        }
    }

    /** Turns the clock, and lets everything come to rest at each step. */
    void advance(Duration duration) {
        settle();
        long end = alarms.nanoTime() + duration.toNanos();
        boolean more = true;
        while (more) {
            more = alarms.step(end);
            settle();
        }
    }

    /** Makes a member reachable without a topic. */
    void listen(Member member) throws Exception {
        member.swarm.listen();
        settle();
    }

    /** Calls something that waits on a thread of its own. */
    static <T> CompletableFuture<T> async(java.util.concurrent.Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Override
    public void close() {
        members.forEach(member -> member.swarm.closeNow());
    }
}
