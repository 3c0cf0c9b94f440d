package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.BOTH;
import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.OTHER;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.swarm.SwarmLab.Member;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Sessions of a topic, and the ways to leave. */
class SwarmTopicTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private static CompletableFuture<Boolean> flushed(DiscoveryHandle discovery) {
        return SwarmLab.async(() -> discovery.flushed(Optional.empty()));
    }

    @Test
    void theRefreshHasBegunWhenJoinReturns() throws Exception {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        CompletableFuture<Boolean> flushed = flushed(flock.swarm.join(TOPIC, SERVER));
        lab.settle();
        assertFalse(flushed.isDone());
        assertEquals(1, flock.network.walks.size());
        flock.network.openWalks.getFirst().release();
        assertTrue(flushed.get());
        assertEquals(1, lab.world.lookup(TOPIC).size());
    }

    @Test
    void joiningAgainWithTheSameModesJoinsTheRefreshUnderWay() {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, flock.network.walks.size());
    }

    @Test
    void joiningWithMoreModesBeginsAnewAndTheFirstCallerWaitsForThat() throws Exception {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        CompletableFuture<Boolean> first = flushed(flock.swarm.join(TOPIC, CLIENT));
        lab.settle();
        flock.swarm.join(TOPIC, BOTH);
        lab.settle();
        assertEquals(List.of("lookup seeds=0", "announce clear=true seeds=0"), flock.network.walks);
        assertTrue(flock.network.openWalks.getFirst().isClosed());
        assertFalse(first.isDone());
        flock.network.holdsWalks = false;
        flock.network.openWalks.getLast().release();
        assertTrue(first.get());
    }

    @Test
    void rejoiningWithOtherModesLetsOthersConnect() {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        flock.swarm.join(TOPIC, BOTH);
        lab.settle();
        Member other = lab.member();
        other.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(flock.key(), other.link().remotePublicKey());
    }

    @Test
    void destroyingTheClientSessionLeavesTheServerSessionAtWork() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle client = flock.swarm.join(TOPIC, CLIENT);
        DiscoveryHandle server = flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        client.destroy().await();
        assertTrue(server.server());
        assertFalse(flock.swarm.status(TOPIC).orElseThrow().client());
        Member other = lab.member();
        other.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, other.links().size());
        assertEquals(List.of(), flock.network.unannounced);
    }

    @Test
    void destroyingTheLastServerSessionWithdrawsTheRecordWhileTheClientGoesOn() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle server = flock.swarm.join(TOPIC, SERVER);
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, lab.world.lookup(TOPIC).size());
        server.destroy().await();
        lab.settle();
        assertEquals("lookupAndUnannounce", flock.network.walks.getLast());
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        flock.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        assertEquals("lookup seeds=2", flock.network.walks.getLast(), "it is withdrawn once");
    }

    @Test
    void aServerSessionThatEndsBeforeItAnnouncedAnnouncesNothing() {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        DiscoveryHandle server = flock.swarm.join(TOPIC, SERVER);
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        server.destroy();
        lab.settle();
        flock.network.openWalks.forEach(FakeWalk::release);
        lab.settle();
        assertEquals(List.of(), lab.world.lookup(TOPIC));
    }

    /** Pitfall 33: upstream goes on as client for up to 12 minutes. */
    @Test
    void destroyingTheLastClientSessionEndsTheDialling() throws Exception {
        Member server = lab.member();
        server.swarm.join(TOPIC, SERVER);
        lab.settle();
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        flock.network.holdsWalks = true;
        DiscoveryHandle client = flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        client.destroy().await();
        flock.network.openWalks.getLast().release();
        lab.settle();
        assertEquals(List.of(), flock.dialled());
    }

    @Test
    void destroyingEverySessionLeavesTheTopic() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle one = flock.swarm.join(TOPIC, BOTH);
        DiscoveryHandle two = flock.swarm.join(OTHER, BOTH);
        lab.settle();
        one.destroy().await();
        two.destroy().await();
        assertEquals(List.of(), flock.swarm.topics());
        assertEquals(List.of(TOPIC, OTHER), flock.network.unannounced);
        assertTrue(one.destroyed());
        one.destroy().await();
        assertThrows(IllegalStateException.class, () -> one.refresh(Optional.empty()));
    }

    @Test
    void leavingEndsAllSessionsAndWithdrawsOnce() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle one = flock.swarm.join(TOPIC, BOTH);
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        Pending first = flock.swarm.leave(TOPIC);
        Pending second = flock.swarm.leave(TOPIC);
        first.await();
        second.await();
        assertEquals(List.of(TOPIC), flock.network.unannounced);
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        assertTrue(one.destroyed());
        assertEquals(Optional.empty(), flock.swarm.status(TOPIC));
        assertTrue(one.flushed(Optional.empty()));
        flock.swarm.leave(OTHER).await();
    }

    /** Pitfall 34: upstream keeps the map entry of a topic that was destroyed through its status. */
    @Test
    void destroyingTheStatusLeavesTheTopic() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, BOTH);
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        DiscoveryHandle status = flock.swarm.status(TOPIC).orElseThrow();
        assertTrue(status.server());
        assertTrue(status.client());
        assertThrows(UnsupportedOperationException.class, () -> status.refresh(Optional.of(CLIENT)));
        status.destroy().await();
        assertEquals(Optional.empty(), flock.swarm.status(TOPIC));
        assertThrows(IllegalStateException.class, () -> status.refresh(Optional.empty()));
    }

    @Test
    void aTopicThatIsJoinedAgainWaitsForTheWithdrawalBeforeIt() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        FakeWorld.Held<Boolean> gate = lab.world.held();
        flock.network.holdsUnannounce = Optional.of(gate);
        Pending left = flock.swarm.leave(TOPIC);
        DiscoveryHandle again = flock.swarm.join(TOPIC, SERVER);
        assertEquals(1, flock.swarm.topics().size());
        lab.until("the withdrawal is under way", () -> lab.world.parked() > 1);
        assertEquals(1, flock.network.walks.size(), "the new one has not begun");
        gate.complete(true);
        left.await();
        assertTrue(again.flushed(Optional.empty()));
        assertEquals(1, lab.world.lookup(TOPIC).size(), "the record of the new one is there");
    }

    /** Pitfall 15: upstream's clear forgets the topics first, so that a rejoin does not wait. */
    @Test
    void aTopicThatIsJoinedAgainAfterAClearWaitsToo() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        flock.swarm.join(OTHER, SERVER);
        lab.settle();
        Pending cleared = flock.swarm.clear();
        assertEquals(List.of(), flock.swarm.topics());
        DiscoveryHandle again = flock.swarm.join(TOPIC, SERVER);
        cleared.await();
        assertTrue(again.flushed(Optional.empty()));
        assertEquals(1, lab.world.lookup(TOPIC).size());
        assertEquals(List.of(), lab.world.lookup(OTHER));
    }

    /** Pitfall 12: upstream never announces again when the withdrawal before it failed. */
    @Test
    void aWithdrawalThatFailsDoesNotHarmTheNextLifeOfATopic() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        FakeWorld.Held<Boolean> gate = lab.world.held();
        gate.fail(new FlockException(Code.REQUEST_TIMEOUT, "test"));
        flock.network.holdsUnannounce = Optional.of(gate);
        Pending left = flock.swarm.leave(TOPIC);
        DiscoveryHandle again = flock.swarm.join(TOPIC, SERVER);
        left.await();
        assertTrue(again.flushed(Optional.empty()));
    }

    /** Pitfall 16: the nodes that a cut-short announcement has met may hold the record. */
    @Test
    void leavingInTheMiddleOfAnAnnouncementWithdrawsFromTheNodesItMet() throws Exception {
        Member flock = lab.member();
        flock.network.answers = 1_000_000_000;
        flock.swarm.join(TOPIC, SERVER);
        lab.until("the walk is under way", () -> !flock.network.openWalks.isEmpty()
                && !flock.network.openWalks.getFirst().closestNodes().isEmpty());
        flock.swarm.leave(TOPIC).await();
        assertEquals(List.of(TOPIC), flock.network.unannounced);
        assertEquals(List.of(flock.network.openWalks.getFirst().closestNodes()), flock.network.withdrawnFrom);
    }

    @Test
    void leavingWhatWasNeverAnnouncedWithdrawsNothing() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        flock.swarm.leave(TOPIC).await();
        assertEquals(List.of(), flock.network.unannounced);
    }

    @Test
    void afterLeavingTheFlockStillListens() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        flock.swarm.leave(TOPIC).await();
        Member other = lab.member();
        other.swarm.joinPeer(flock.key());
        lab.settle();
        assertEquals(1, other.links().size());
    }

    @Test
    void aSessionMayChangeItsModes() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle session = flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertTrue(session.refresh(Optional.of(SERVER)));
        assertTrue(session.server());
        assertFalse(session.client());
        assertEquals(1, lab.world.lookup(TOPIC).size());
        assertTrue(session.refresh(Optional.of(CLIENT)));
        assertEquals(List.of(), lab.world.lookup(TOPIC));
    }

    @Test
    void anInterruptEndsTheWaitOnly() throws Exception {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> discovery.flushed(Optional.empty()));
        flock.network.openWalks.getFirst().release();
        assertTrue(discovery.flushed(Optional.empty()));
    }

    @Test
    void aTimeLimitEndsTheWaitWithFalse() throws Exception {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, SERVER);
        assertFalse(discovery.flushed(Optional.of(Duration.ofMillis(5))));
    }

    @Test
    void aThousandRoundsOfJoiningAndLeavingLeaveNothingBehind() throws Exception {
        Member flock = lab.member();
        for (int i = 0; i < 300; i++) {
            flock.swarm.join(TOPIC, i % 2 == 0 ? BOTH : CLIENT);
            if (i % 3 == 0) {
                flock.swarm.leave(TOPIC);
            }
        }
        flock.swarm.leave(TOPIC).await();
        lab.settle();
        assertEquals(List.of(), flock.swarm.topics());
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        assertEquals(0, lab.alarms.waiting());
    }
}
