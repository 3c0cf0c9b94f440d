package omega.flock.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.Drop;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Two connections to one peer: pitfalls 1, 25, 26 and 41, and section 2.11 of the behaviour reference. */
class SwarmDuplicateTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();
    private final List<Member> pair = lab.ordered();
    private final Member small = pair.getFirst();
    private final Member large = pair.getLast();

    private void bothListen() throws Exception {
        lab.listen(small);
        lab.listen(large);
    }

    @Test
    void ofTwoSimultaneousDialsTheOneOfTheLargerKeyLives() throws Exception {
        bothListen();
        small.network.holdsDials = true;
        large.network.holdsDials = true;
        small.swarm.joinPeer(large.key());
        large.swarm.joinPeer(small.key());
        lab.settle();

        // Each side's handshake reaches the other while its own dial is under way.
        FakeLink bySmall = small.network.connect(large.key(), small.key());
        FakeLink byLarge = large.network.connect(small.key(), large.key());
        small.network.heldDials.values().forEach(dial -> dial.complete(bySmall));
        large.network.heldDials.values().forEach(dial -> dial.complete(byLarge));
        lab.settle();

        assertSame(byLarge, large.link());
        assertSame(byLarge.peer(), small.link());
        assertFalse(bySmall.isOpen());
        assertEquals(1, large.events.size(), "the larger side sees one event");
    }

    @Test
    void theSmallerSideSeesItsOwnDialFirstAndThenTheOtherOne() throws Exception {
        bothListen();
        large.network.holdsDials = true;
        large.swarm.joinPeer(small.key());
        lab.settle();
        // The dial of the smaller key opened on its side only; the larger one refuses it, its own is under way.
        FakeLink bySmall = FakeLink.pair(small.key(), large.key());
        small.network.holdsDials = true;
        small.swarm.joinPeer(large.key());
        lab.settle();
        small.network.heldDials.get(large.key()).complete(bySmall);
        lab.settle();
        FakeLink byLarge = large.network.connect(small.key(), large.key());
        large.network.heldDials.get(small.key()).complete(byLarge);
        lab.settle();

        assertEquals(2, small.events.size());
        assertEquals(CloseReason.Kind.DUPLICATE, bySmall.reason().orElseThrow().kind());
        assertSame(byLarge.peer(), small.link());
        assertSame(byLarge, large.link());
    }

    @Test
    void theLargerKeyKeepsItsConnectionAndProbesItWhenTheSmallerDialsAgain() throws Exception {
        bothListen();
        large.swarm.joinPeer(small.key());
        lab.settle();
        FakeLink kept = large.link();
        FakeLink again = small.network.connect(large.key(), small.key());
        lab.settle();
        assertSame(kept, large.link());
        assertEquals(1, kept.keepAlives.get(), "a dead path shows by the keep-alive");
        assertFalse(again.isOpen());
    }

    @Test
    void aConnectionThatCarriedDataBothWaysGivesWayWhicheverKeyIsLarger() throws Exception {
        for (List<Member> order : List.of(List.of(small, large), List.of(large, small))) {
            Member survivor = order.getFirst();
            Member restarted = order.getLast();
            lab.listen(survivor);
            FakeLink old = restarted.network.connect(survivor.key(), restarted.key());
            lab.settle();
            old.chat();
            FakeLink fresh = restarted.network.connect(survivor.key(), restarted.key());
            lab.settle();
            assertSame(fresh.peer(), survivor.link());
            assertEquals(CloseReason.Kind.RESET_BY_PEER, old.reason().orElseThrow().kind());
            fresh.finish();
            lab.settle();
        }
    }

    @Test
    void withoutDataTheSmallerKeyTakesTheNewConnectionOfARestartedPeer() throws Exception {
        lab.listen(small);
        FakeLink old = large.network.connect(small.key(), large.key());
        lab.settle();
        FakeLink fresh = large.network.connect(small.key(), large.key());
        lab.settle();
        assertSame(fresh.peer(), small.link());
        assertFalse(old.isOpen());
    }

    /** Pitfall 41: the old one's end is dealt with in full before the new one is taken. */
    @Test
    void theNewOneWaitsUntilTheOldOneHasClosed() throws Exception {
        lab.listen(small);
        FakeLink old = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        old.holdClose();
        FakeLink fresh = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        assertSame(old, small.link());
        assertEquals(1, small.events.size());
        old.letClose();
        lab.settle();
        assertSame(fresh, small.link());
        assertEquals(2, small.events.size());
        assertEquals(1, small.swarm.stats().inboundClosed());
    }

    @Test
    void aNewOneThatClosesWhileItWaitsIsDroppedSilently() throws Exception {
        lab.listen(small);
        FakeLink old = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        old.holdClose();
        FakeLink fresh = large.network.connect(small.key(), large.key());
        lab.settle();
        fresh.finish();
        old.letClose();
        lab.settle();
        assertEquals(List.of(), small.links());
        assertEquals(1, small.events.size());
    }

    /** Pitfall 26: two that wait for the same end are decided one after the other. */
    @Test
    void ofSeveralThatWaitExactlyOneLives() throws Exception {
        lab.listen(small);
        FakeLink old = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        old.holdClose();
        List<FakeLink> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(large.network.connect(small.key(), large.key()).peer());
            lab.settle();
        }
        old.letClose();
        lab.settle();
        assertEquals(1, small.links().size());
        assertEquals(1, waiting.stream().filter(FakeLink::isOpen).count());
        assertSame(waiting.getLast(), small.link());
        assertEquals(6, small.swarm.stats().drops().get(Drop.SUCCESSORS_FULL), "no more than four wait");
    }

    /** Pitfall 25: the loser's dial is given up as soon as the winner arrives. */
    @Test
    void aDialUnderWayIsGivenUpForTheConnectionOfTheLargerKey() throws Exception {
        lab.listen(small);
        small.network.holdsDials = true;
        small.swarm.joinPeer(large.key());
        lab.settle();
        assertEquals(1, small.swarm.connecting());
        FakeLink byLarge = large.network.connect(small.key(), large.key());
        lab.settle();
        assertEquals(0, small.swarm.connecting());
        assertSame(byLarge.peer(), small.link());
        assertTrue(small.network.heldDials.isEmpty(), "nobody waits for the dial any more");
    }

    @Test
    void aDialThatOpensAfterItWasGivenUpIsReset() throws Exception {
        lab.listen(small);
        small.network.holdsDials = true;
        small.network.deaf = true;
        small.swarm.joinPeer(large.key());
        lab.until("the dial is under way", () -> small.network.heldDials.containsKey(large.key()));
        FakeLink byLarge = large.network.connect(small.key(), large.key());
        lab.until("the dial is given up", () -> small.swarm.stats().drops().containsKey(Drop.DUPLICATE_OLD));
        assertSame(byLarge.peer(), small.link(), "nobody waits for the thread of the dial");
        assertEquals(0, small.swarm.connecting());
        FakeLink late = FakeLink.pair(small.key(), large.key());
        small.network.heldDials.get(large.key()).complete(late);
        lab.settle();
        assertSame(byLarge.peer(), small.link());
        assertFalse(late.isOpen());
        assertEquals(0, small.swarm.stats().dialsOpened());
    }

    @Test
    void whoWasReplacedIsNotDialledBesides() throws Exception {
        bothListen();
        small.swarm.joinPeer(large.key());
        lab.settle();
        large.network.connect(small.key(), large.key());
        lab.settle();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, small.links().size());
        assertEquals(1, small.network.dials.size(), "its retry finds the peer connected");
    }

    @Test
    void aSuspendDropsThoseThatWait() throws Exception {
        lab.listen(small);
        FakeLink old = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        old.holdClose();
        FakeLink fresh = large.network.connect(small.key(), large.key()).peer();
        lab.settle();
        var suspended = small.swarm.suspend();
        lab.until("the waiting one is reset", () -> !fresh.isOpen());
        old.letClose();
        suspended.await();
        assertEquals(List.of(), small.links());
    }

    @Test
    void acceptSeesOnlyTheSurvivorOfTwoThatNobodyTookYet() throws Exception {
        PublicKey remote = large.key();
        Member quiet = lab.silent(smallerThan(remote), DialBudget.DEFAULT, Optional.empty());
        lab.listen(quiet);
        large.network.connect(quiet.key(), remote);
        lab.settle();
        FakeLink fresh = large.network.connect(quiet.key(), remote).peer();
        lab.settle();
        assertSame(fresh, quiet.swarm.accept(Optional.empty()).orElseThrow().link());
        assertTrue(quiet.swarm.accept(Optional.of(Duration.ZERO)).isEmpty());
    }

    private static KeyPair smallerThan(PublicKey other) {
        KeyPair candidate = KeyPair.generate();
        while (candidate.publicKey().compareTo(other) > 0) {
            candidate = KeyPair.generate();
        }
        return candidate;
    }
}
