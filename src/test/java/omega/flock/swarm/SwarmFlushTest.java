package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@code flush()} waits for, and what ends it. */
class SwarmFlushTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private static CompletableFuture<Boolean> flush(Member member) {
        return SwarmLab.async(() -> member.swarm.flush(Optional.empty()));
    }

    @Test
    void aFlockWithNothingToDoIsFlushedAtOnce() throws Exception {
        assertTrue(lab.member().swarm.flush(Optional.of(Duration.ZERO)));
    }

    @Test
    void itWaitsForTheLookupAndThenForItsDials() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsWalks = true;
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        CompletableFuture<Boolean> flush = flush(client);
        lab.until("the walk begins", () -> !client.network.openWalks.isEmpty());
        client.network.openWalks.getFirst().release();
        lab.settle();
        assertFalse(flush.isDone());
        FakeLink link = FakeLink.pair(client.key(), server.key());
        client.network.heldDials.get(server.key()).complete(link);
        assertTrue(flush.get());
        assertEquals(link, client.link(), "the connection is there when the wait is over (pitfall 23)");
        lab.settle();
        assertEquals(1, client.events.size());
    }

    @Test
    void aDialThatFailsIsFlushedToo() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        CompletableFuture<Boolean> flush = flush(client);
        client.network.heldDials.get(server.key()).fail(new FlockException(Code.PEER_CONNECTION_FAILED, "test"));
        assertTrue(flush.get());
    }

    /** Pitfall 2: upstream waits for ever when an explicit dial is under way. */
    @Test
    void itWaitsForADialOfAPeerThatWasJoinedByKey() throws Exception {
        Member server = lab.member();
        lab.listen(server);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.joinPeer(server.key());
        CompletableFuture<Boolean> flush = flush(client);
        lab.settle();
        assertFalse(flush.isDone());
        client.network.heldDials.get(server.key()).complete(FakeLink.pair(client.key(), server.key()));
        assertTrue(flush.get());
    }

    /** Pitfall 3: upstream leaves flushes pending when a connection listener throws. */
    @Test
    void aHandlerThatThrowsHoldsNobodyUp() throws Exception {
        lab.joined(SERVER);
        Member client = lab.silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.empty());
        client.swarm.onConnection((link, peer) -> {
            throw new IllegalStateException("a handler of the test");
        });
        client.recording();
        client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.flush(Optional.empty()));
        lab.settle();
        assertEquals(1, client.events.size(), "the other handler got it");
        assertTrue(client.swarm.stats().updates() >= 2, "the update event took place, and maybe that of the reset");
    }

    @Test
    void whatIsQueuedLaterDoesNotProlongIt() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        CompletableFuture<Boolean> flush = flush(client);
        lab.until("the flush waits", () -> client.swarm.connecting() == 1);
        lab.settle();
        KeyPair later = KeyPair.generate();
        client.swarm.joinPeer(later.publicKey());
        lab.settle();
        client.network.heldDials.get(server.key()).complete(FakeLink.pair(client.key(), server.key()));
        assertTrue(flush.get());
        assertTrue(client.network.heldDials.containsKey(later.publicKey()), "the later dial is still under way");
    }

    @Test
    void peersThatWaitForTheirNextTryAreNotWaitedFor() throws Exception {
        lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        client.link().finish();
        assertTrue(client.swarm.flush(Optional.empty()));
        assertEquals(0, client.links().size());
    }

    @Test
    void whenALimitKeepsTheRestFromBeingDialledItIsOver() throws Exception {
        lab.joined(SERVER);
        lab.joined(SERVER);
        lab.joined(SERVER);
        Member client = lab.member(new DialBudget(1, Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 3));
        client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.flush(Optional.empty()));
        assertEquals(1, client.links().size());
        assertTrue(client.swarm.flush(Optional.empty()), "a second one too");
    }

    @Test
    void aTimeLimitEndsTheWaitWithFalse() throws Exception {
        lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertFalse(client.swarm.flush(Optional.of(Duration.ofMillis(5))));
    }

    @Test
    void aTimeLimitHoldsForTheLookupToo() throws Exception {
        Member client = lab.member();
        client.network.holdsWalks = true;
        client.swarm.join(TOPIC, CLIENT);
        assertFalse(client.swarm.flush(Optional.of(Duration.ofMillis(5))));
    }

    /** Pitfall 8: upstream leaves it pending until the flock is destroyed. */
    @Test
    void aSuspendEndsItWithFalse() throws Exception {
        lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        CompletableFuture<Boolean> flush = flush(client);
        client.swarm.suspend().await();
        assertFalse(flush.get());
        assertFalse(client.swarm.flush(Optional.empty()), "while suspended nothing is flushed");
    }

    /** Pitfall 10: upstream waits for ever after destroy when a peer was joined after it. */
    @Test
    void aCloseEndsItWithFalseAndSoDoesACallAfterwards() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        CompletableFuture<Boolean> flush = flush(client);
        client.swarm.close();
        assertFalse(flush.get());
        assertFalse(client.swarm.flush(Optional.empty()));
        assertThrows(IllegalStateException.class, () -> client.swarm.joinPeer(server.key()));
    }

    @Test
    void aFailedLookupIsNoReasonToWait() throws Exception {
        Member client = lab.member();
        client.network.failsWalks = true;
        DiscoveryHandle discovery = client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.flush(Optional.empty()));
        assertFalse(discovery.flushed(Optional.empty()), "whether it succeeded is told by flushed()");
    }

    @Test
    void anInterruptEndsTheWaitOnly() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> client.swarm.flush(Optional.empty()));
        client.network.heldDials.get(server.key()).complete(FakeLink.pair(client.key(), server.key()));
        lab.settle();
        assertEquals(1, client.links().size());
    }

    @Test
    void whoIsConnectedFromOutsideIsNoLongerWaitedFor() throws Exception {
        Member busy = lab.member();
        lab.listen(busy);
        Member other = lab.member();
        lab.listen(other);
        Member client = lab.member(new DialBudget(64, Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 1));
        lab.listen(client);
        client.network.holdsDials = true;
        client.swarm.joinPeer(busy.key());
        client.swarm.joinPeer(other.key());
        lab.settle();
        CompletableFuture<Boolean> flush = flush(client);
        lab.settle();
        FakeLink fromOther = other.network.connect(client.key(), other.key());
        lab.settle();
        assertTrue(fromOther.isOpen());
        client.network.heldDials.get(busy.key()).complete(FakeLink.pair(client.key(), busy.key()));
        assertTrue(flush.get());
        assertEquals(1, client.network.dials.size());
    }
}
