package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import org.junit.jupiter.api.Test;

/** The small pure rules: duplicates, budgets, tickets, refresh times, what is remembered. */
class SwarmRulesTest {

    private static PublicKey key(byte[] bytes) {
        return PublicKey.of(bytes);
    }

    // ---- duplicates ----

    /** Of two simultaneous dials both sides must keep the same one, else they keep none or two. */
    @Property
    void bothSidesKeepTheSameOfTwoSimultaneousDials(@ForAll @Size(32) byte[] one, @ForAll @Size(32) byte[] two) {
        PublicKey first = key(one);
        PublicKey second = key(two);
        if (first.equals(second)) {
            return;
        }
        // Each side has its own dial when the other's arrives.
        DuplicateRule atFirst = DuplicateRule.decide(first, second, 0, 0);
        DuplicateRule atSecond = DuplicateRule.decide(second, first, 0, 0);
        assertNotEquals(atFirst, atSecond);
        assertEquals(first.compareTo(second) < 0 ? DuplicateRule.KEEP_NEW : DuplicateRule.KEEP_EXISTING, atFirst);
    }

    @Property
    void aConnectionThatHasCarriedDataBothWaysGivesWay(@ForAll @Size(32) byte[] one, @ForAll @Size(32) byte[] two,
            @ForAll @IntRange(min = 1) int sent, @ForAll @IntRange(min = 1) int received) {
        assertEquals(DuplicateRule.KEEP_NEW, DuplicateRule.decide(key(one), key(two), sent, received));
    }

    @Property
    void dataInOneDirectionProvesNothing(@ForAll @Size(32) byte[] one, @ForAll @Size(32) byte[] two, @ForAll @IntRange(min = 1) int count) {
        DuplicateRule byKeys = DuplicateRule.decide(key(one), key(two), 0, 0);
        assertEquals(byKeys, DuplicateRule.decide(key(one), key(two), count, 0));
        assertEquals(byKeys, DuplicateRule.decide(key(one), key(two), 0, count));
    }

    // ---- budget ----

    @Test
    void explicitPeersLeaveLessRoomForDiscoveredOnes() {
        List<Integer> stopsAt = new ArrayList<>();
        for (int explicit = 0; explicit <= 5; explicit++) {
            int peers = explicit;
            IntPredicate allowed = dials -> DialBudget.DEFAULT.allowsDiscovered(dials, 0, peers);
            stopsAt.add(IntStream.iterate(0, allowed, dials -> dials + 1).reduce(0, (previous, dials) -> dials + 1));
        }
        assertEquals(List.of(64, 32, 22, 22, 16, 16), stopsAt, "measured upstream");
    }

    @Test
    void theFactorDoesNotOverflow() {
        DialBudget budget = new DialBudget(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 256, 1);
        assertTrue(budget.allowsDiscovered(100_000, 0, 9));
        assertFalse(budget.allowsDiscovered(Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 9));
    }

    @Test
    void connectionsFromOutsideLeaveAQuarterForOurOwnDials() {
        for (int explicit = 0; explicit <= 5; explicit++) {
            assertTrue(DialBudget.DEFAULT.allowsDiscovered(0, 100_000, explicit), explicit + " explicit peers");
        }
        assertTrue(DialBudget.DEFAULT.allowsDiscovered(15, 100_000, 0));
        assertFalse(DialBudget.DEFAULT.allowsDiscovered(16, 100_000, 0));
        assertFalse(DialBudget.DEFAULT.allowsDiscovered(24, 40, 0), "all 64 are there");
    }

    // ---- tickets ----

    @Property
    void aFlushIsOverWithTheLastTicketThatWasOutWhenItBegan(@ForAll @Size(max = 80) List<@IntRange(max = 9) Integer> steps,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FlushTickets<Set<Long>> tickets = new FlushTickets<>();
        TreeSet<Long> out = new TreeSet<>();
        List<Set<Long>> waiting = new ArrayList<>();
        for (int step : steps) {
            if (step < 4) {
                out.add(tickets.issue());
            } else if (step < 6) {
                Set<Long> flush = new HashSet<>(out);
                if (tickets.await(flush)) {
                    waiting.add(flush);
                } else {
                    assertTrue(out.isEmpty());
                }
            } else if (!out.isEmpty()) {
                long settled = List.copyOf(out).get(random.nextInt(out.size()));
                out.remove(settled);
                List<Set<Long>> done = tickets.settle(settled);
                List<Set<Long>> expected = waiting.stream().filter(flush -> flush.stream().noneMatch(out::contains)).toList();
                assertEquals(expected.size(), done.size());
                waiting.removeIf(flush -> flush.stream().noneMatch(out::contains));
                assertEquals(List.of(), tickets.settle(settled), "a ticket is handed back once");
            }
            assertEquals(out.size(), tickets.outstanding());
            assertEquals(waiting.size(), tickets.waiting());
        }
        assertEquals(waiting.size(), tickets.drain().size());
    }

    @Test
    void aFlushThatNobodyWaitsForIsDropped() {
        FlushTickets<Object> tickets = new FlushTickets<>();
        long ticket = tickets.issue();
        Object flush = new Object();
        tickets.await(flush);
        tickets.abandon(flush);
        assertEquals(List.of(), tickets.settle(ticket));
    }

    // ---- refresh times ----

    @Property
    void refreshesAreTenToTwelveMinutesApart(@ForAll long seed) {
        Duration interval = RefreshRule.interval(new SplittableRandom(seed));
        assertTrue(interval.compareTo(Duration.ofMinutes(10)) >= 0 && interval.compareTo(Duration.ofMinutes(12)) <= 0);
        Duration afterSleep = RefreshRule.afterSleep(new SplittableRandom(seed));
        assertTrue(!afterSleep.isNegative() && afterSleep.compareTo(Duration.ofMinutes(2)) <= 0);
    }

    @Test
    void moreThanThirtySecondsLateMeansThatTheMachineSlept() {
        Duration delay = Duration.ofMinutes(10);
        assertFalse(RefreshRule.slept(delay, 0, delay.toMillis() + 30_000));
        assertTrue(RefreshRule.slept(delay, 0, delay.toMillis() + 30_001));
        assertFalse(RefreshRule.slept(delay, 0, -5_000), "a clock that was set back is no sleep");
    }

    // ---- what is remembered ----

    private static PeerAddress node(int number) {
        return new PeerAddress("10.0.0." + number, number);
    }

    @Test
    void aRecordIsWithdrawnWhereTheLastTwoAnnouncementsPutIt() {
        WalkMemory memory = new WalkMemory();
        assertTrue(memory.mustClear());
        memory.announcing();
        memory.walked(List.of(node(1), node(2)), true, true);
        assertFalse(memory.mustClear());
        memory.walked(List.of(node(2), node(3)), true, true);
        assertEquals(List.of(node(2), node(3)), memory.seeds());
        assertEquals(Set.of(node(1), node(2), node(3)), new HashSet<>(memory.withdrawn()));
        assertEquals(List.of(), memory.withdrawn(), "it is withdrawn once");
    }

    @Test
    void anAnnouncementThatWasCutShortMayHaveReachedTheNodesItMet() {
        WalkMemory memory = new WalkMemory();
        memory.announcing();
        memory.walked(List.of(node(1)), true, false);
        assertTrue(memory.mustClear());
        assertEquals(List.of(node(1)), memory.withdrawn());
    }

    @Test
    void lookupsLeaveNothingToWithdraw() {
        WalkMemory memory = new WalkMemory();
        memory.walked(List.of(node(1)), false, true);
        assertFalse(memory.announced());
        assertEquals(List.of(), memory.withdrawn());
    }

    @Test
    void itRemembersFortyNodesAtMost() {
        WalkMemory memory = new WalkMemory();
        memory.announcing();
        for (int i = 0; i < 10; i++) {
            int walk = i;
            memory.walked(IntStream.range(0, 20).mapToObj(n -> node(walk * 20 + n)).toList(), true, false);
        }
        assertEquals(40, memory.withdrawn().size());
        assertEquals(40, memory.seeds().size());
    }

    // ---- the book ----

    private static PublicKey key(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) number;
        return key(bytes);
    }

    @Test
    void discoveredPeersAreBoundedAndOthersAreNot() {
        PeerTable book = new PeerTable(2, 2);
        assertTrue(book.discover(key(1)).isPresent());
        assertTrue(book.discover(key(2)).isPresent());
        assertEquals(Optional.empty(), book.discover(key(3)));
        assertTrue(book.discover(key(1)).isPresent(), "who is known is known");
        book.upsert(key(4));
        assertEquals(3, book.all().size());
        assertTrue(book.forget(book.upsert(key(1))));
        Peer queued = book.upsert(key(2));
        queued.standing = new PeerStanding.Queued(1);
        assertFalse(book.forget(queued), "with whom something is under way is kept");
    }

    @Test
    void theOldestBanOfTheFirewallIsForgottenWhenThereAreTooMany() {
        PeerTable book = new PeerTable(10, 2);
        assertEquals(Optional.empty(), book.banByFirewall(book.upsert(key(1))));
        assertEquals(Optional.empty(), book.banByFirewall(book.upsert(key(2))));
        Peer freed = book.banByFirewall(book.upsert(key(3))).orElseThrow();
        assertEquals(key(1), freed.publicKey());
        assertFalse(freed.banned());
        book.ban(book.upsert(key(2)), true);
        assertEquals(Optional.empty(), book.banByFirewall(book.upsert(key(4))), "a ban by the program makes room");
        assertTrue(book.upsert(key(2)).banned());
    }
}
