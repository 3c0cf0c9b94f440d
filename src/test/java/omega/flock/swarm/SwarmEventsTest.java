package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.Subscription;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.Drop;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the program is told, on which threads, and what waits when nobody listens. */
class SwarmEventsTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private Member silent() throws Exception {
        Member member = lab.silent(KeyPair.generate(), DialBudget.DEFAULT, Optional.empty());
        lab.listen(member);
        return member;
    }

    private FakeLink dial(Member member) throws Exception {
        FakeLink link = member.network.connect(member.key(), KeyPair.generate().publicKey());
        lab.settle();
        return link;
    }

    @Test
    void acceptYieldsConnectionsInTheirOrder() throws Exception {
        Member server = silent();
        FakeLink first = dial(server).peer();
        FakeLink second = dial(server).peer();
        assertEquals(first, server.swarm.accept(Optional.empty()).orElseThrow().link());
        assertEquals(second, server.swarm.accept(Optional.of(Duration.ofSeconds(1))).orElseThrow().link());
        assertTrue(server.swarm.accept(Optional.of(Duration.ofMillis(1))).isEmpty());
    }

    @Test
    void acceptBlocksUntilThereIsOne() throws Exception {
        Member server = silent();
        CompletableFuture<Optional<LinkEvent>> accepted = SwarmLab.async(() -> server.swarm.accept(Optional.empty()));
        FakeLink link = dial(server).peer();
        assertEquals(link, accepted.get().orElseThrow().link());
    }

    @Test
    void theNewestIsResetWhenSixtyFourWait() throws Exception {
        Member server = silent();
        List<FakeLink> links = new ArrayList<>();
        for (int i = 0; i < 66; i++) {
            links.add(dial(server));
        }
        assertEquals(64, links.stream().filter(FakeLink::isOpen).count());
        assertFalse(links.get(64).isOpen());
        assertFalse(links.get(65).isOpen());
        assertEquals(2, server.swarm.stats().drops().get(Drop.BACKLOG_FULL));
        assertEquals(64, server.links().size());
    }

    @Test
    void aHandlerTakesWhatHasWaited() throws Exception {
        Member server = silent();
        dial(server);
        dial(server);
        server.recording();
        lab.settle();
        assertEquals(2, server.events.size());
    }

    @Test
    void acceptAndHandlersExcludeEachOther() throws Exception {
        Member server = silent();
        CompletableFuture<Optional<LinkEvent>> waiting = SwarmLab.async(() -> server.swarm.accept(Optional.empty()));
        Subscription handler = server.swarm.onConnection((link, peer) -> { });
        assertThrows(IllegalStateException.class, () -> server.swarm.accept(Optional.empty()));
        assertTrue(assertThrows(ExecutionException.class, waiting::get).getCause() instanceof IllegalStateException);
        handler.close();
        FakeLink link = dial(server).peer();
        assertEquals(link, server.swarm.accept(Optional.empty()).orElseThrow().link());
    }

    @Test
    void closeWakesWhoAccepts() throws Exception {
        Member server = silent();
        CompletableFuture<Optional<LinkEvent>> waiting = SwarmLab.async(() -> server.swarm.accept(Optional.empty()));
        server.swarm.close();
        FlockException woken = assertInstanceOf(FlockException.class, assertThrows(ExecutionException.class, waiting::get).getCause());
        assertEquals("SHUT_DOWN", woken.code());
        FlockException late = assertThrows(FlockException.class, () -> server.swarm.accept(Optional.empty()));
        assertEquals("SHUT_DOWN", late.code(), "before or while it waits: the same");
    }

    @Test
    void anInterruptWakesWhoAccepts() throws Exception {
        Member server = silent();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> server.swarm.accept(Optional.empty()));
    }

    @Test
    void aConnectionWhoseHandlerThrowsIsResetWithThatReason() throws Exception {
        isResetWhenItsHandler((link, peer) -> {
            throw new IllegalStateException("on purpose");
        });
        isResetWhenItsHandler((link, peer) -> {
            throw new IOException("on purpose");
        });
        isResetWhenItsHandler((link, peer) -> {
            throw new StackOverflowError("on purpose");
        });
        isResetWhenItsHandler((link, peer) -> {
            throw new InterruptedException("on purpose"); // of something of its own: nobody closes the flock
        });
    }

    private void isResetWhenItsHandler(LinkHandler throwing) throws Exception {
        Member member = silent();
        member.swarm.onConnection(throwing);
        FakeLink link = dial(member).peer();
        lab.until("the connection is reset", () -> link.reason().isPresent());
        assertTrue(link.reason().get().message().contains("on purpose"), link.reason().toString());
    }

    @Test
    void aHandlerThatBlocksHoldsNobodyUp() throws Exception {
        Member server = silent();
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        server.swarm.onConnection((link, peer) -> {
            threads.add(Thread.currentThread());
            if (calls.incrementAndGet() == 1) {
                release.await();
            }
        });
        server.network.connect(server.key(), KeyPair.generate().publicKey());
        server.network.connect(server.key(), KeyPair.generate().publicKey());
        lab.until("both handlers run", () -> calls.get() == 2);
        assertTrue(threads.stream().allMatch(Thread::isVirtual));
        assertNotEquals(threads.getFirst(), threads.getLast());
        release.countDown();
    }

    @Test
    void everyHandlerGetsEveryConnectionUntilItsRegistrationEnds() throws Exception {
        Member server = silent();
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        LinkHandler counting = (link, peer) -> first.incrementAndGet();
        Subscription one = server.swarm.onConnection(counting);
        Subscription twin = server.swarm.onConnection(counting);
        server.swarm.onConnection((link, peer) -> second.incrementAndGet());
        dial(server);
        assertEquals(2, first.get());
        one.close();
        one.close();
        dial(server);
        assertEquals(3, first.get(), "a registration ends once");
        twin.close();
        dial(server);
        assertEquals(3, first.get());
        assertEquals(3, second.get());
    }

    @Test
    void aHandlerIsInterruptedByTheClose() throws Exception {
        Member server = silent();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        server.swarm.onConnection((link, peer) -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        server.network.connect(server.key(), KeyPair.generate().publicKey());
        running.await();
        server.swarm.close();
        interrupted.await();
    }

    @Test
    void updatesThatPileUpBecomeOneCallAndAreAllCounted() throws Exception {
        Member server = silent();
        server.recording();
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        server.swarm.onUpdate(() -> {
            seen.add(server.links().size());
            if (calls.incrementAndGet() == 1) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        server.network.connect(server.key(), KeyPair.generate().publicKey());
        lab.until("the first call runs", () -> calls.get() == 1);
        for (int i = 0; i < 5; i++) {
            server.network.connect(server.key(), KeyPair.generate().publicKey());
        }
        lab.until("all are connected", () -> server.links().size() == 6);
        release.countDown();
        lab.settle();
        assertEquals(List.of(1, 6), seen);
        assertEquals(6, server.swarm.stats().updates());
    }

    @Test
    void anUpdateListenerThatThrowsIsIsolated() throws Exception {
        Member server = silent();
        AtomicInteger calls = new AtomicInteger();
        server.swarm.onUpdate(() -> {
            throw new IllegalStateException("a listener of the test");
        });
        Subscription counting = server.swarm.onUpdate(calls::incrementAndGet);
        dial(server);
        dial(server);
        assertEquals(2, calls.get());
        counting.close();
        dial(server);
        assertEquals(2, calls.get());
    }

    @Test
    void startOpenAndEndOfADialAreUpdates() throws Exception {
        Member server = lab.member();
        server.swarm.join(TOPIC, SERVER);
        lab.settle();
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(2, client.swarm.stats().updates());
        assertEquals(1, server.swarm.stats().updates());
        client.link().finish();
        lab.settle();
        assertEquals(3, client.swarm.stats().updates());
        assertEquals(2, server.swarm.stats().updates());
    }

    @Test
    void aListenerMayCallTheFlock() throws Exception {
        Member server = silent();
        List<KeyPair> joined = new CopyOnWriteArrayList<>();
        // Pitfall 24: joining peers from a listener while explicit peers are gone through.
        server.swarm.onUpdate(() -> {
            if (joined.size() < 20) {
                KeyPair keys = KeyPair.generate();
                joined.add(keys);
                server.swarm.joinPeer(keys.publicKey());
                server.swarm.leavePeer(joined.getFirst().publicKey());
            }
        });
        dial(server);
        lab.until("the listener has had its calls", () -> joined.size() == 20);
        lab.settle();
        assertTrue(server.swarm.peers().size() >= 19);
    }
}
