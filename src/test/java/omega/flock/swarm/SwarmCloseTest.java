package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.BOTH;
import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a flock: graceful, bounded, idempotent, the same for all callers. */
@Timeout(60)
class SwarmCloseTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    @Test
    void itWithdrawsWhatIsAnnouncedAndStopsListening() {
        Member server = lab.joined(BOTH);
        server.swarm.close();
        assertEquals(List.of(TOPIC), server.network.unannounced);
        assertEquals(Optional.empty(), lab.world.listener(server.key()));
        assertEquals(List.of("close"), server.network.life);
        assertEquals(0, server.scope.live());
        assertEquals(0, lab.alarms.waiting());
    }

    @Test
    void closeNowWithdrawsNothing() {
        Member server = lab.joined(BOTH);
        server.swarm.closeNow();
        assertEquals(List.of(), server.network.unannounced);
        assertEquals(List.of("closeNow"), server.network.life);
        assertEquals(0, lab.alarms.waiting(), "pitfall 18: no timer survives");
    }

    @Test
    void connectionsAreReset() {
        Member server = lab.joined(BOTH);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink link = client.link();
        client.swarm.close();
        assertEquals(CloseReason.Kind.SHUT_DOWN, link.reason().orElseThrow().kind());
        assertEquals(List.of(), client.links());
        lab.settle();
        assertEquals(CloseReason.Kind.RESET_BY_PEER, link.peer().reason().orElseThrow().kind());
        assertEquals(List.of(), server.links());
    }

    @Test
    void aConnectionThatStillDeliversItsLastBytesIsNotAmongTheOpenOnes() {
        Member server = lab.joined(BOTH);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink link = client.link();
        link.closeSlowly();
        assertEquals(List.of(), client.links());
        assertEquals(List.of(link.peer()), server.links());
    }

    @Test
    void aFlockThatFailsClosesAndTellsWhoeverWaits() throws Exception {
        Member flock = lab.silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.empty());
        CompletableFuture<Object> accepting = SwarmLab.async(() -> flock.swarm.accept(Optional.empty()));
        flock.scope.fail(new OutOfMemoryError("on purpose"));
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> accepting.get(20, TimeUnit.SECONDS));
        assertEquals("the flock failed: java.lang.OutOfMemoryError: on purpose", thrown.getCause().getMessage());
        assertTrue(flock.swarm.closed());
        assertEquals(0, flock.scope.live());
        assertEquals(List.of("closeNow"), flock.network.life);
        IllegalStateException late = assertThrows(IllegalStateException.class, () -> flock.swarm.join(TOPIC, BOTH));
        assertTrue(late.getMessage().contains("on purpose"), late.getMessage());
    }

    @Test
    void whoeverWaitsToListenHearsOfAnErrorToo() {
        Member flock = lab.member();
        flock.network.breaksListen = Optional.of(new StackOverflowError("on purpose"));
        IOException thrown = assertThrows(IOException.class, flock.swarm::listen);
        assertTrue(thrown.getMessage().contains("on purpose"), thrown.getMessage());
        assertFalse(flock.swarm.closed(), "it fails alone");
    }

    @Test
    void aFlockIsNotFlushedWhileNobodyOfTheNetworkAnswers() throws Exception {
        Member flock = lab.joined(CLIENT);
        flock.network.online = false;
        assertFalse(flock.swarm.flush(Optional.of(Duration.ofSeconds(20))));
        flock.network.online = true;
        assertTrue(flock.swarm.flush(Optional.of(Duration.ofSeconds(20))));
    }

    /** Pitfall 17: upstream's second call returns while the first is at work. */
    @Test
    void everyCallerWaitsForTheSameEnd() throws Exception {
        Member server = lab.joined(BOTH);
        FakeWorld.Held<Boolean> gate = lab.world.held();
        server.network.holdsUnannounce = Optional.of(gate);
        CompletableFuture<Boolean> first = SwarmLab.async(() -> close(server));
        lab.until("the first is at work", server.swarm::closed);
        CompletableFuture<Boolean> second = SwarmLab.async(() -> close(server));
        assertFalse(first.isDone());
        assertFalse(second.isDone());
        gate.complete(true);
        assertTrue(first.get());
        assertTrue(second.get());
        server.swarm.close();
        assertEquals(List.of("close"), server.network.life);
    }

    @Test
    void anUnannounceThatHangsIsGivenUp() {
        Member server = lab.joined(BOTH);
        server.network.holdsUnannounce = Optional.of(lab.world.held());
        server.swarm.close();
        assertEquals(0, server.scope.live());
    }

    @Test
    void aNetworkThatDoesNotCloseIsForced() {
        Member server = lab.joined(BOTH);
        server.network.holdsClose = Optional.of(lab.world.held());
        server.swarm.close();
        assertEquals(List.of("close", "closeNow"), server.network.life);
    }

    @Test
    void closeNowHastensACloseUnderWay() throws Exception {
        Member server = lab.joined(BOTH);
        server.network.holdsUnannounce = Optional.of(lab.world.held());
        CompletableFuture<Boolean> slow = SwarmLab.async(() -> close(server));
        lab.until("the first is at work", server.swarm::closed);
        server.swarm.closeNow();
        assertTrue(slow.get());
        assertEquals(List.of("closeNow"), server.network.life);
    }

    @Test
    void anInterruptShortensItAndStaysSet() {
        Member server = lab.joined(BOTH);
        server.network.holdsUnannounce = Optional.of(lab.world.held());
        Thread.currentThread().interrupt();
        server.swarm.close();
        assertTrue(Thread.interrupted());
        assertEquals(List.of("closeNow"), server.network.life);
        assertEquals(Map.of(), server.swarm.peers());
    }

    /** Pitfall 19: upstream spends about four seconds on a network that it has let go of. */
    @Test
    void whileSuspendedItUsesNoNetwork() throws Exception {
        Member server = lab.joined(BOTH);
        server.swarm.suspend().await();
        server.network.unannounced.clear();
        server.swarm.close();
        assertEquals(List.of(), server.network.unannounced);
    }

    @Test
    void peersOfOpenConnectionsAreToldWhileAnnouncementsAreStillWithdrawn() throws Exception {
        Member server = lab.joined(BOTH);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink open = server.link();
        FakeWorld.Held<Boolean> gate = lab.world.held();
        server.network.holdsUnannounce = Optional.of(gate);
        CompletableFuture<Boolean> closing = SwarmLab.async(() -> close(server));
        lab.until("half a second is over", () -> {
            lab.alarms.step(lab.alarms.nanoTime() + Duration.ofMillis(500).toNanos());
            return open.reason().isPresent();
        });
        assertFalse(closing.isDone());
        assertEquals(CloseReason.Kind.SHUT_DOWN, open.reason().orElseThrow().kind());
        assertEquals(CloseReason.Kind.RESET_BY_PEER, open.peer().reason().orElseThrow().kind());
        gate.complete(true);
        assertTrue(closing.get());
    }

    @Test
    void whatTheProgramClosedMayDeliverItsLastBytes() throws Exception {
        Member server = lab.joined(BOTH);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink delivering = server.link();
        delivering.closeSlowly();
        CompletableFuture<Boolean> closing = SwarmLab.async(() -> close(server));
        lab.until("the close is at work", server.swarm::closed);
        assertTrue(delivering.reason().isEmpty());
        delivering.finish();
        assertTrue(closing.get());
        assertEquals(CloseReason.Kind.FINISHED, delivering.reason().orElseThrow().kind());
    }

    @Test
    void whatDeliversForEverIsResetAfterASecond() {
        Member server = lab.joined(BOTH);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink delivering = server.link();
        delivering.closeSlowly();
        CompletableFuture<Boolean> closing = SwarmLab.async(() -> close(server));
        lab.until("the grace is over", () -> {
            lab.alarms.step(lab.alarms.nanoTime() + Duration.ofSeconds(1).toNanos());
            return closing.isDone();
        });
        assertEquals(CloseReason.Kind.SHUT_DOWN, delivering.reason().orElseThrow().kind());
    }

    @Test
    void aClosedFlockRefusesWhatBeginsAndAllowsWhatEnds() throws Exception {
        Member flock = lab.joined(BOTH);
        DiscoveryHandle discovery = flock.swarm.status(TOPIC).orElseThrow();
        flock.swarm.close();
        assertThrows(IllegalStateException.class, () -> flock.swarm.join(TOPIC, BOTH));
        assertThrows(IllegalStateException.class, flock.swarm::listen);
        assertThrows(IllegalStateException.class, () -> flock.swarm.onUpdate(() -> { }));
        assertThrows(IllegalStateException.class, () -> discovery.refresh(Optional.empty()));
        flock.swarm.leave(TOPIC).await();
        flock.swarm.clear().await();
        discovery.destroy().await();
        assertTrue(discovery.flushed(Optional.empty()));
        assertEquals(Optional.empty(), flock.swarm.status(TOPIC));
        assertEquals(List.of(), flock.swarm.topics());
        assertEquals(0, flock.swarm.connecting());
    }

    @Test
    void aHandlerMayCloseTheFlock() throws Exception {
        Member server = lab.joined(BOTH);
        Member client = lab.silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.empty());
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        client.swarm.onConnection((link, peer) -> closed.complete(close(client)));
        client.swarm.join(TOPIC, CLIENT);
        assertTrue(closed.get());
        assertEquals(List.of(), client.links());
        lab.until("the server sees it", () -> server.links().isEmpty());
    }

    @Test
    void aCloseInTheMiddleOfListeningEndsCleanly() {
        Member server = lab.member();
        server.network.holdsWalks = true;
        DiscoveryHandle discovery = server.swarm.join(TOPIC, SERVER);
        CompletableFuture<Boolean> flushed = SwarmLab.async(() -> discovery.flushed(Optional.empty()));
        server.swarm.close();
        assertTrue(flushed.join(), "nobody needs it any more");
        assertEquals(0, server.scope.live());
    }

    private static boolean close(Member member) {
        member.swarm.close();
        return true;
    }
}
