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
        assertEquals(List.of(new PunchPlan.Probe(0, CLAIMED, PunchPlan.Kind.REACHING)), plan.take(moved, random, START + SECOND),
                "and sends nothing to port 0");
    }

    @Test
    void aRandomNatIsGuessedAtFromOneSocketFastAtFirstAndNeverTwiceAtOnePort() {
        List<Sent> sent = runAll(choose(Firewall.CONSISTENT, Firewall.RANDOM, true), view(Firewall.RANDOM), 17_000);
        assertEquals(2500, sent.size());
        assertEquals(1000, sentBefore(sent, 2000));
        assertEquals(2000, sentBefore(sent, 6000));
        assertEquals(2250, sentBefore(sent, 11_000));
        assertEquals(6000 + 499 * 20, sent.getLast().atMillis());
        Set<Integer> ports = new TreeSet<>();
        for (Sent each : sent) {
            assertEquals(0, each.probe().socket());
            assertFalse(each.probe().lowTtl());
            assertEquals(PROVEN.host(), each.probe().to().host());
            assertTrue(ports.add(each.probe().to().port()));
        }
        assertTrue(ports.stream().allMatch(port -> port >= 1000 && port <= 65_535));
    }

    @Test
    void behindARandomNatMoreAndMoreSocketsProbeAndThenAllInTurn() {
        List<Sent> sent = runAll(choose(Firewall.RANDOM, Firewall.CONSISTENT, false), view(Firewall.CONSISTENT), 37_000);
        assertEquals(1024 + 1750, sent.size());
        for (int i = 0; i < sent.size(); i++) {
            PunchPlan.Probe probe = sent.get(i).probe();
            assertEquals(i % 1024, probe.socket());
            assertEquals(PROVEN, probe.to());
            assertEquals(i < 1024, probe.opens());
            assertEquals(i < 2 * 1024, probe.lowTtl(), "what comes too early must not be noted by the peer's NAT");
            long step = i < 256 ? 0 : (i - 256) / 64 + 1;
            assertEquals(i < 1024 ? 50 * step : 650 + 20L * (i - 1024), sent.get(i).atMillis());
        }
    }

    @Test
    void whoIsWokenLateCatchesUpWithoutABurst() {
        PunchPlan plan = choose(Firewall.CONSISTENT, Firewall.RANDOM, true);
        SplittableRandom random = new SplittableRandom(3);
        plan.take(view(Firewall.RANDOM), random, START);
        assertEquals(START + 2 * MILLI, plan.nextNanos());
        plan.take(view(Firewall.RANDOM), random, START + 5 * MILLI);
        assertEquals(START + 4 * MILLI, plan.nextNanos());
        plan.take(view(Firewall.RANDOM), random, START + SECOND);
        assertEquals(START + SECOND - 18 * MILLI, plan.nextNanos());
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

    /** The other side as JavaScript has it: 256 sockets; a hit that the first probe makes counts at once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20_260_101})
    void guessingHitsOneOfTheOtherSidesPortsWithinASecondMostlyAndSixNearlyAlways(long seed) {
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> hits = new ArrayList<>();
        for (int attempt = 0; attempt < 1000; attempt++) {
            BitSet mapped = mapped(256, random);
            List<Sent> sent = runAll(choose(Firewall.OPEN, Firewall.RANDOM, true), view(Firewall.RANDOM), 17_000, random);
            sent.stream().filter(each -> mapped.get(each.probe().to().port())).findFirst()
                    .ifPresent(each -> hits.add(each.atMillis()));
        }
        hits.sort(null);
        System.out.println("median " + hits.get(500) + " ms, worst " + hits.getLast() + " ms, " + hits.size() + " of 1000 hit");
        assertTrue(hits.get(500) < 500, "half of all after " + hits.get(500) + " ms; 0.35 s are expected");
        assertTrue(hits.stream().filter(at -> at < 5500).count() >= 995, "one in 2,000 takes longer than 5.5 s");
        assertTrue(hits.size() >= 999);
    }

    /** The other side as JavaScript has it: a random port each 20 ms. */
    @ParameterizedTest
    @ValueSource(longs = {2, 20_260_102})
    void whoGuessesSlowlyFindsOneOfOurManySockets(long seed) {
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Sent> opened = runAll(choose(Firewall.RANDOM, Firewall.OPEN, true), view(Firewall.OPEN), 37_000).subList(0, 1024);
        List<Long> hits = new ArrayList<>();
        for (int attempt = 0; attempt < 1000; attempt++) {
            Set<Integer> ports = new TreeSet<>();
            int next = 0;
            for (long at = 0; at < 35_000; at += 20) {
                while (next < opened.size() && opened.get(next).atMillis() <= at) {
                    next += ports.add(random.nextInt(1024, 65_536)) ? 1 : 0;
                }
                if (ports.contains(random.nextInt(1000, 65_536))) {
                    hits.add(at);
                    break;
                }
            }
        }
        hits.sort(null);
        System.out.println("median " + hits.get(500) + " ms, worst " + hits.getLast() + " ms, " + hits.size() + " of 1000 hit");
        assertTrue(hits.get(500) < 1500, "half of all after " + hits.get(500) + " ms; 1.1 s are expected");
        assertEquals(1000, hits.size());
    }

    private static BitSet mapped(int count, SplittableRandom random) {
        BitSet mapped = new BitSet();
        while (mapped.cardinality() < count) {
            mapped.set(random.nextInt(1024, 65_536));
        }
        return mapped;
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
        return runAll(plan, remote, limitMillis, new SplittableRandom(limitMillis));
    }

    private static List<Sent> runAll(PunchPlan plan, RemoteView remote, long limitMillis, SplittableRandom random) {
        List<Sent> sent = new ArrayList<>();
        while (!plan.isExhausted()) {
            long now = plan.nextNanos();
            assertTrue(now - START <= limitMillis * MILLI, "still probing after " + (now - START) / MILLI + " ms");
            plan.take(remote, random, now).forEach(probe -> sent.add(new Sent((now - START) / MILLI, probe)));
        }
        return sent;
    }

    private static long sentBefore(List<Sent> sent, long millis) {
        return sent.stream().filter(each -> each.atMillis() < millis).count();
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
