package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DialTurnsTest {

    private static final PublicKey OWN = KeyPair.generate().publicKey();
    private static final PublicKey PEER = KeyPair.generate().publicKey();
    private static final PublicKey OTHER = KeyPair.generate().publicKey();
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final ManualTicker ticker = new ManualTicker();
    private final DialTurns turns = new DialTurns(ticker);

    @AfterEach
    void nothingIsKept() {
        assertEquals(0, turns.crowds());
    }

    @Test
    void theOthersGoOnWhenTheFirstHasFoundThePeer() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Task<Void>> others = new ArrayList<>();
        try (TaskScope scope = new TaskScope("test")) {
            try (DialTurns.Turn first = turns.enter(OWN, PEER, false, FOR_EVER)) {
                for (int i = 0; i < 200; i++) {
                    others.add(scope.fork("dial", () -> {
                        try (DialTurns.Turn turn = turns.enter(OWN, PEER, false, FOR_EVER)) {
                            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                            Thread.yield();
                            atWork.decrementAndGet();
                            turn.found();
                        }
                    }));
                }
                for (List<PublicKey> pair : List.of(List.of(OWN, OTHER), List.of(OTHER, PEER))) { // they wait for nobody
                    try (DialTurns.Turn another = turns.enter(pair.get(0), pair.get(1), false, FOR_EVER)) {
                        another.found();
                    }
                }
                assertEquals(0, most.get());
                first.found();
            }
            for (Task<Void> each : others) {
                each.join();
            }
        }
        assertTrue(most.get() <= PeerConstants.HANDSHAKES_AT_ONCE, "at work at once: " + most.get());
    }

    @Test
    void oneAfterTheOtherLooksForAPeerThatIsNotFound() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        List<Task<Integer>> dials = new ArrayList<>();
        try (TaskScope scope = new TaskScope("test")) {
            for (int i = 0; i < 10; i++) {
                dials.add(scope.forkCallable("dial", () -> {
                    DialTurns.Turn turn = turns.enter(OWN, PEER, false, FOR_EVER);
                    int present = atWork.incrementAndGet();
                    Thread.yield();
                    atWork.decrementAndGet();
                    turn.close();
                    return present;
                }));
            }
            for (Task<Integer> dial : dials) {
                assertEquals(1, dial.join());
            }
        }
    }

    @Test
    void dialsToAPeerWithKnownRelaysBeginAtOnce() throws Exception {
        List<DialTurns.Turn> all = new ArrayList<>();
        for (int i = 0; i < PeerConstants.HANDSHAKES_AT_ONCE; i++) {
            all.add(turns.enter(OWN, PEER, true, FOR_EVER));
        }
        all.forEach(DialTurns.Turn::close);
    }

    @Test
    void nobodyWaitsForOnesThatDoNotComeFurther() throws Exception {
        DialTurns.Turn first = turns.enter(OWN, PEER, false, FOR_EVER);
        ticker.advance(PeerConstants.TURN_PATIENCE);
        DialTurns.Turn second = turns.enter(OWN, PEER, false, FOR_EVER);
        second.close();
        first.close();
    }

    @Test
    void nobodyWaitsBeyondItsDeadline() throws Exception {
        DialTurns.Turn first = turns.enter(OWN, PEER, false, FOR_EVER);
        DialTurns.Turn second = turns.enter(OWN, PEER, false, Duration.ZERO);
        second.close();
        first.close();
    }

    @Test
    void whoIsInterruptedLeavesHisPlaceToTheNext() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope("test")) {
            DialTurns.Turn first = turns.enter(OWN, PEER, false, FOR_EVER);
            TaskScope givenUp = scope.child("given up");
            Task<Void> second = givenUp.fork("second", () -> {
                begun.countDown();
                turns.enter(OWN, PEER, false, FOR_EVER).close();
            });
            begun.await();
            givenUp.close();
            assertThrows(Exception.class, () -> second.join());
            Task<Void> third = scope.fork("third", () -> turns.enter(OWN, PEER, false, FOR_EVER).close());
            first.close();
            third.join();
        }
    }
}
