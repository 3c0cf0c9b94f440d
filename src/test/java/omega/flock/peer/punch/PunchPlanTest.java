package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PunchPlanTest {

    private static final long START = Long.MAX_VALUE - 5_000_000_000L; // the clock may wrap in the middle of a plan
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final PeerAddress PROVEN = PeerAddress.parse("9.9.9.9:4000");
    private static final PeerAddress CLAIMED = PeerAddress.parse("8.8.8.8:5000");

    private record Sent(long atMillis, PunchPlan.Probe probe) {}

    @Test
    void twoConsistentNatsGetTenRoundsASecondApartWithTheUnprovenAddressInTwoOfThem() {
        List<Sent> sent = runAll(choose(Firewall.CONSISTENT, Firewall.CONSISTENT, true), view(Firewall.CONSISTENT), 11_000);
        assertEquals(List.of(0L, 1000L, 2000L, 3000L, 4000L, 5000L, 6000L, 7000L, 8000L, 9000L), times(sent, PROVEN));
        assertEquals(List.of(3000L, 7000L), times(sent, CLAIMED));
        assertTrue(sent.stream().allMatch(s -> s.probe().socket() == 0));
    }

    @Test
    void theOtherSideStartsASecondLater() {
        PunchPlan plan = choose(Firewall.OPEN, Firewall.CONSISTENT, false);
        assertEquals(1000L, runAll(plan, view(Firewall.CONSISTENT), 12_000).getFirst().atMillis());
    }

    @Test
    void aConsistentPunchFollowsWhatThePeerSaysMeanwhile() {
        PunchPlan plan = choose(Firewall.CONSISTENT, Firewall.OPEN, true);
        SplittableRandom random = new SplittableRandom(1);
        assertEquals(1, plan.take(view(Firewall.OPEN), random, START).size());
        RemoteView moved = new RemoteView(Firewall.OPEN, true,
                List.of(new RemoteView.Candidate(CLAIMED, true), new RemoteView.Candidate(new PeerAddress("9.9.9.9", 0), true)));
        assertEquals(List.of(new PunchPlan.Probe(0, CLAIMED)), plan.take(moved, random, START + SECOND),
                "and sends nothing to port 0");
    }

    @Test
    void aRandomNatIsGuessedAtFromOneSocketForThirtyFiveSeconds() {
        List<Sent> sent = runAll(choose(Firewall.CONSISTENT, Firewall.RANDOM, true), view(Firewall.RANDOM), 36_000);
        assertEquals(1750, sent.size());
        assertEquals(1749 * 20, sent.getLast().atMillis());
        Set<Integer> ports = new TreeSet<>();
        for (Sent each : sent) {
            assertEquals(0, each.probe().socket());
            assertEquals(PROVEN.host(), each.probe().to().host());
            ports.add(each.probe().to().port());
        }
        assertTrue(ports.size() > 1650, "mostly different ports: " + ports.size());
        assertTrue(ports.stream().allMatch(port -> port >= 1000 && port <= 65_535));
    }

    @Test
    void behindARandomNatTwoHundredFiftySixSocketsProbeAtOnceAndThenInTurn() {
        PunchPlan plan = choose(Firewall.RANDOM, Firewall.CONSISTENT, false);
        assertEquals(256, plan.sockets());
        List<Sent> sent = runAll(plan, view(Firewall.CONSISTENT), 36_000);
        assertEquals(256 + 1750, sent.size());
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(i % 256, sent.get(i).probe().socket());
            assertEquals(PROVEN, sent.get(i).probe().to());
            assertEquals(i < 256 ? 0 : 100 + 20L * (i - 256), sent.get(i).atMillis());
        }
    }

    @ParameterizedTest
    @EnumSource(Firewall.class)
    void thereIsNoPlanWithAnUnknownNatNorForTwoRandomOnes(Firewall other) {
        RemoteView unknown = new RemoteView(Firewall.UNKNOWN, true, view(other).addresses());
        assertTrue(PunchPlan.choose(other, unknown, true, START).isEmpty());
        assertTrue(PunchPlan.choose(Firewall.UNKNOWN, view(other), true, START).isEmpty());
        assertTrue(PunchPlan.choose(Firewall.RANDOM, view(Firewall.RANDOM), true, START).isEmpty());
    }

    @Test
    void aPlanNeedsAnAddressAndARandomOneAProvenAddress() {
        for (Firewall remote : EnumSet.of(Firewall.OPEN, Firewall.CONSISTENT, Firewall.RANDOM)) {
            RemoteView nowhere = new RemoteView(remote, true, List.of());
            assertTrue(PunchPlan.choose(Firewall.CONSISTENT, nowhere, true, START).isEmpty());
            assertTrue(PunchPlan.choose(Firewall.RANDOM, nowhere, true, START).isEmpty());
        }
        List<RemoteView.Candidate> unproven = List.of(new RemoteView.Candidate(CLAIMED, false));
        RemoteView consistent = new RemoteView(Firewall.CONSISTENT, true, unproven);
        assertInstanceOf(PunchPlan.Consistent.class, PunchPlan.choose(Firewall.OPEN, consistent, true, START).orElseThrow());
        assertTrue(PunchPlan.choose(Firewall.RANDOM, consistent, true, START).isEmpty());
        assertTrue(PunchPlan.choose(Firewall.CONSISTENT, new RemoteView(Firewall.RANDOM, true, unproven), true, START)
                .isEmpty());
    }

    @Test
    void aPlanWaitsOneLastIntervalForAnAnswerBeforeItGivesUp() {
        PunchPlan plan = choose(Firewall.CONSISTENT, Firewall.CONSISTENT, true);
        SplittableRandom random = new SplittableRandom(2);
        long now = START;
        for (int round = 0; round < 10; round++) {
            plan.take(view(Firewall.CONSISTENT), random, now);
            now += SECOND;
        }
        assertEquals(now, plan.nextNanos());
        assertFalse(plan.isExhausted());
        assertEquals(List.of(), plan.take(view(Firewall.CONSISTENT), random, now - 1));
        assertFalse(plan.isExhausted());
        assertEquals(List.of(), plan.take(view(Firewall.CONSISTENT), random, now));
        assertTrue(plan.isExhausted());
        assertEquals(List.of(), plan.take(view(Firewall.CONSISTENT), random, now + SECOND));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_260_101})
    void guessingHitsOneOfTheOtherSidesPortsNearlyAlways(long seed) {
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int missed = 0;
        for (int attempt = 0; attempt < 300; attempt++) {
            BitSet mapped = new BitSet();
            while (mapped.cardinality() < 256) {
                mapped.set(random.nextInt(1024, 65_536));
            }
            List<Sent> sent = runAll(choose(Firewall.OPEN, Firewall.RANDOM, true), view(Firewall.RANDOM), 36_000);
            missed += sent.stream().anyMatch(each -> mapped.get(each.probe().to().port())) ? 0 : 1;
        }
        assertTrue(missed <= 3, missed + " of 300 random punches missed; one in a thousand is expected");
    }

    private static PunchPlan choose(Firewall own, Firewall remote, boolean initiator) {
        return PunchPlan.choose(own, view(remote), initiator, START).orElseThrow();
    }

    private static RemoteView view(Firewall firewall) {
        return new RemoteView(firewall, true,
                List.of(new RemoteView.Candidate(CLAIMED, false), new RemoteView.Candidate(PROVEN, true)));
    }

    /** Follows a plan to its end as the puncher's thread does. */
    private static List<Sent> runAll(PunchPlan plan, RemoteView remote, long limitMillis) {
        SplittableRandom random = new SplittableRandom(limitMillis);
        List<Sent> sent = new ArrayList<>();
        while (!plan.isExhausted()) {
            long now = plan.nextNanos();
            assertTrue(now - START <= limitMillis * MILLI, "still probing after " + (now - START) / MILLI + " ms");
            plan.take(remote, random, now).forEach(probe -> sent.add(new Sent((now - START) / MILLI, probe)));
        }
        return sent;
    }

    private static List<Long> times(List<Sent> sent, PeerAddress to) {
        return sent.stream().filter(each -> each.probe().to().equals(to)).map(Sent::atMillis).toList();
    }

    @Test
    void everyPairOfNatsHasTheStrategyOfTheTable() {
        assertEquals(Optional.of("Consistent"), nameFor(Firewall.OPEN, Firewall.OPEN));
        assertEquals(Optional.of("Consistent"), nameFor(Firewall.OPEN, Firewall.CONSISTENT));
        assertEquals(Optional.of("Consistent"), nameFor(Firewall.CONSISTENT, Firewall.OPEN));
        assertEquals(Optional.of("GuessedPorts"), nameFor(Firewall.OPEN, Firewall.RANDOM));
        assertEquals(Optional.of("GuessedPorts"), nameFor(Firewall.CONSISTENT, Firewall.RANDOM));
        assertEquals(Optional.of("ManySockets"), nameFor(Firewall.RANDOM, Firewall.OPEN));
        assertEquals(Optional.of("ManySockets"), nameFor(Firewall.RANDOM, Firewall.CONSISTENT));
        assertEquals(Arrays.asList(Firewall.values()).size(), 4, "a new kind of firewall needs rows here");
    }

    private static Optional<String> nameFor(Firewall own, Firewall remote) {
        return PunchPlan.choose(own, view(remote), true, START).map(plan -> plan.getClass().getSimpleName());
    }
}
