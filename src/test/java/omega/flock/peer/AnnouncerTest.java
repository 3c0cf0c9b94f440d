package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.RpcReply;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AnnouncerTest {

    private static final PeerAddress US = new PeerAddress("192.0.2.99", 99);
    private static final PeerAddress A = new PeerAddress("192.0.2.1", 1);
    private static final PeerAddress B = new PeerAddress("192.0.2.2", 2);
    private static final PeerAddress C = new PeerAddress("192.0.2.3", 3);
    private static final PeerAddress D = new PeerAddress("192.0.2.4", 4);

    private final TaskScope scope = new TaskScope("test");
    private final FakeNode node = new FakeNode();
    private final RelayKeeper keeper = new RelayKeeper(node, Ticker.SYSTEM, scope);

    @AfterEach
    void endScope() {
        scope.close();
    }

    @Test
    void theThreeNearestBecomeRelays() throws Exception {
        keeper.announce();
        assertEquals(Set.of(A, B, C), node.holders);
        assertEquals(3, keeper.relays().addresses().size());
        assertTrue(keeper.relays().relays().stream().allMatch(relay -> relay.peerAddress().equals(US)));
        assertTrue(keeper.isRelay(A));
        assertFalse(keeper.isRelay(D));
        assertEquals(RelayKeeper.Health.WELL, keeper.check());
    }

    @Test
    void anOpenNodeIsItsOwnFirstRelayAddress() throws Exception {
        node.open = Optional.of(US);
        keeper.announce();
        assertEquals(US, keeper.relays().addresses().getFirst());
        assertEquals(3, keeper.relays().addresses().size());
        assertEquals(3, keeper.relays().relays().size());
    }

    @Test
    void theKeyIsTakenBackFromRelaysThatAreNoLongerAmongTheNearest() throws Exception {
        keeper.announce();
        node.closest = List.of(D, A, B);
        keeper.announce();
        assertEquals(Set.of(D, A, B), node.holders);
        assertTrue(keeper.isRelay(C), "clients may still come by it");
        assertEquals(List.of(A, B, C, D), node.seeds, "the walk begins where the last one ended");
    }

    @Test
    void aNodeThatRefusesIsNoRelay() throws Exception {
        node.refusing.add(B);
        keeper.announce();
        assertEquals(Set.of(A, C), node.holders);
        assertEquals(2, keeper.relays().addresses().size());
        assertFalse(keeper.isRelay(B));
    }

    @Test
    void aRelayThatSeesUsElsewhereIsNoticed() throws Exception {
        keeper.announce();
        node.seenAs = new PeerAddress("192.0.2.99", 100);
        assertEquals(RelayKeeper.Health.DRIFTED, keeper.check());
        keeper.announce();
        assertEquals(RelayKeeper.Health.WELL, keeper.check());
    }

    @Test
    void relaysThatDoNotAnswerAreNoticedAndSoAreNone() throws Exception {
        assertEquals(RelayKeeper.Health.LOST, keeper.check());
        keeper.announce();
        node.silent.add(B);
        assertEquals(RelayKeeper.Health.LOST, keeper.check());
    }

    @Test
    void aWalkThatFailsLeavesThePublishedRelays() throws Exception {
        keeper.announce();
        Relays before = keeper.relays();
        node.walkFails = true;
        keeper.announce();
        assertEquals(before, keeper.relays());
    }

    @Test
    void suspendingTakesTheKeyBackAndResumingAnnouncesIt() throws Exception {
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        announcer.start();
        announcer.awaitFirstCycle(Duration.ofSeconds(5));
        assertEquals(3, node.holders.size());
        announcer.suspend();
        assertEquals(Set.of(), node.holders);
        assertEquals(List.of(), announcer.keeper().relays().addresses());
        announcer.resume();
        Eventually.holds("the key is announced again", () -> node.holders.size() == 3);
        announcer.stop();
        assertEquals(Set.of(), node.holders);
        announcer.resume();
        announcer.suspend();
        announcer.stop();
        assertEquals(Set.of(), node.holders, "who has stopped does not come back");
    }

    @Test
    void refreshingAnnouncesAgainAtOnce() throws Exception {
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        announcer.start();
        announcer.awaitFirstCycle(Duration.ofSeconds(5));
        assertTimeout(Duration.ofSeconds(2), () -> {
            CountDownLatch again = new CountDownLatch(1);
            node.walked = again::countDown;
            announcer.refresh();
            again.await();
        });
        announcer.stop();
    }

    @Test
    void stoppingDoesNotWaitForAWalkThatHangs() throws Exception {
        node.hang = Optional.of(new CountDownLatch(1));
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        announcer.start();
        assertTimeout(Duration.ofSeconds(3), announcer::stop);
        assertEquals(Set.of(), node.holders);
    }

    @Test
    void stoppingAtOnceTellsNobody() throws Exception {
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        announcer.start();
        announcer.awaitFirstCycle(Duration.ofSeconds(5));
        announcer.stopNow();
        announcer.stop();
        assertEquals(3, node.holders.size());
    }

    @Test
    void aScopeThatEndsInTheMiddleOfACycleIsNoFailure() throws Exception {
        CompletableFuture<Thread> runner = new CompletableFuture<>();
        node.walked = () -> {
            runner.complete(Thread.currentThread());
            scope.cancel(); // which interrupts everybody but this thread: as if the interrupt had come just before
        };
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        try (ThreadErrors errors = new ThreadErrors(runner)) {
            announcer.start();
            announcer.awaitFirstCycle(Duration.ofSeconds(5)); // or the end
            assertTrue(runner.isDone());
            assertEquals(List.of(), errors.lines);
        }
    }

    @Test
    void aWithdrawalWhoseScopeHasEndedIsCutShortAsByAnInterrupt() throws Exception {
        keeper.announce();
        scope.cancel();
        assertThrows(InterruptedException.class, keeper::withdraw, "anything else would fail the node");
        assertEquals(List.of(), keeper.relays().addresses());
    }

    @Test
    void oneThatNeverStartedStopsToo() {
        Announcer announcer = new Announcer(node, Ticker.SYSTEM, scope);
        assertTimeout(Duration.ofSeconds(1), announcer::stop);
    }

    /** A DHT of four nodes. */
    private static final class FakeNode implements AnnouncerNode {

        private final Set<PeerAddress> holders = ConcurrentHashMap.newKeySet();
        private final Set<PeerAddress> refusing = ConcurrentHashMap.newKeySet();
        private final Set<PeerAddress> silent = ConcurrentHashMap.newKeySet();
        private volatile List<PeerAddress> closest = List.of(A, B, C, D);
        private volatile List<PeerAddress> seeds = List.of();
        private volatile Optional<PeerAddress> open = Optional.empty();
        private volatile Optional<CountDownLatch> hang = Optional.empty();
        private volatile PeerAddress seenAs = US;
        private volatile boolean walkFails;
        private volatile Runnable walked = () -> { };

        @Override
        public List<RpcReply> findClosest(List<PeerAddress> from) throws IOException, InterruptedException {
            seeds = from;
            if (hang.isPresent()) {
                hang.get().await();
            }
            walked.run();
            if (walkFails) {
                throw new IOException("no node answers");
            }
            List<RpcReply> replies = new ArrayList<>();
            for (PeerAddress each : closest) {
                replies.add(new RpcReply(each, Optional.empty(), seenAs, Optional.empty(), List.of(), 0, Optional.empty(),
                        Duration.ofMillis(1), new NoPort()));
            }
            return replies;
        }

        @Override
        public boolean announce(RpcReply at) {
            if (refusing.contains(at.from())) {
                return false;
            }
            holders.add(at.from());
            return true;
        }

        @Override
        public void unannounce(PeerAddress at) {
            holders.remove(at);
        }

        @Override
        public PeerAddress ping(PeerAddress at) throws IOException {
            if (silent.contains(at)) {
                throw new IOException("no answer");
            }
            return seenAs;
        }

        @Override
        public Optional<PeerAddress> openAddress() {
            return open;
        }

        @Override
        public boolean online() {
            return true;
        }
    }

    /** What one thread logs as an error. */
    private static final class ThreadErrors extends Handler implements AutoCloseable {

        private final Logger logger = Logger.getLogger("omega.flock.peer");
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Thread> thread;

        ThreadErrors(CompletableFuture<Thread> thread) {
            this.thread = thread;
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel() == Level.SEVERE && Thread.currentThread() == thread.getNow(null)) {
                lines.add(line.getMessage() + " " + line.getThrown());
            }
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    private static final class NoPort implements UdpPort {

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress(0);
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            throw new AssertionError("nothing is sent in this test");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new AssertionError("nothing is closed in this test");
        }
    }
}
