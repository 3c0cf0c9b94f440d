package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

/** Attempts, proof, priorities and retry timers: sections 2.1, 2.4, 2.5 and 2.7, and hyperswarm's test/all/retry-timer.js. */
class PeerTest {

    private final Peer peer = new Peer(KeyPair.generate().publicKey());
    private long now = 1_000_000_000L;

    private void failedDial() {
        peer.dialClosed(now);
    }

    private void connectionOf(Duration length) {
        peer.dialOpened(now);
        now += length.toNanos();
        peer.dialClosed(now);
    }

    private List<Optional<Backoff>> backoffsOfFourFailures() {
        List<Optional<Backoff>> backoffs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            failedDial();
            backoffs.add(Backoff.after(peer));
        }
        return backoffs;
    }

    @Test
    void prioritiesFollowTheAttempts() {
        List<Priority> priorities = new ArrayList<>();
        while (peer.consider()) {
            priorities.add(peer.priority());
            failedDial();
        }
        assertEquals(List.of(Priority.NORMAL, Priority.VERY_HIGH, Priority.HIGH, Priority.LOW), priorities);
        assertEquals(4, peer.attempts);
        assertFalse(peer.priority().prioritized());
    }

    @Test
    void anExplicitPeerIsConsideredForEver() {
        peer.explicit = true;
        for (int i = 0; i < 20; i++) {
            assertTrue(peer.consider());
            failedDial();
        }
        assertEquals(Priority.LOW, peer.priority());
    }

    @Test
    void whoIsBannedOrQueuedIsNotConsidered() {
        peer.banned = true;
        assertFalse(peer.consider());
        peer.banned = false;
        peer.standing = new PeerStanding.Queued(1);
        assertFalse(peer.consider());
    }

    @Test
    void retriesOfAPeerThatWasNeverReached() {
        assertEquals(List.of(Optional.of(Backoff.MEDIUM), Optional.of(Backoff.LARGE), Optional.of(Backoff.LARGE), Optional.empty()),
                backoffsOfFourFailures());
    }

    @Test
    void retriesOfAPeerThatWasReached() {
        peer.dialOpened(now);
        assertEquals(List.of(Optional.of(Backoff.SMALL), Optional.of(Backoff.MEDIUM), Optional.of(Backoff.LARGE), Optional.empty()),
                backoffsOfFourFailures());
    }

    @Test
    void retriesOfAnExplicitPeerEndInTheLongestTimer() {
        peer.explicit = true;
        assertEquals(Optional.of(Backoff.EXTRA_LARGE), backoffsOfFourFailures().getLast());
    }

    @Test
    void whoIsBannedOrNotToBeReconnectedIsNotRetried() {
        failedDial();
        peer.reconnecting(false);
        assertEquals(Optional.empty(), Backoff.after(peer));
        peer.reconnecting(true);
        peer.banned = true;
        assertEquals(Optional.empty(), Backoff.after(peer));
    }

    @Test
    void aConnectionOfFifteenSecondsResetsTheAttempts() {
        failedDial();
        failedDial();
        connectionOf(Duration.ofMillis(14_999));
        assertEquals(3, peer.attempts);
        connectionOf(Duration.ofSeconds(15));
        assertEquals(1, peer.attempts);
    }

    @Test
    void inboundConnectionsChangeNeitherAttemptsNorProof() {
        failedDial();
        peer.inboundOpened();
        assertEquals(1, peer.attempts);
        assertFalse(peer.proven);
        assertFalse(peer.client());
    }

    @Test
    void aRediscoveredPeerBeginsAfreshUnlessItsLastConnectionWasOurDialAndItIsPrioritized() {
        peer.dialOpened(now);
        peer.dialClosed(now);
        peer.consider();
        peer.rediscovered();
        assertEquals(1, peer.attempts);
        assertTrue(peer.proven);
        peer.inboundOpened();
        peer.rediscovered();
        assertEquals(0, peer.attempts);
        assertFalse(peer.proven);
    }

    @Test
    void aPeerThatLostItsPriorityBeginsAfreshWhenRediscovered() {
        peer.dialOpened(now);
        for (int i = 0; i < 3; i++) {
            peer.dialClosed(now);
            peer.consider();
        }
        assertFalse(peer.priority().prioritized());
        peer.rediscovered();
        assertEquals(0, peer.attempts);
    }

    @Test
    void anExplicitPeerRestsOneSecondForEachAttempt() {
        assertFalse(peer.resting(now));
        failedDial();
        failedDial();
        assertTrue(peer.resting(now + 1_999_000_000L));
        assertFalse(peer.resting(now + 2_000_000_000L));
        peer.startAfresh();
        assertFalse(peer.resting(now));
    }

    @Test
    void noRelaysAtAllTellNothingNew() {
        List<PeerAddress> relays = List.of(new PeerAddress("10.0.0.1", 1));
        peer.updateRelayAddresses(relays);
        peer.updateRelayAddresses(List.of());
        assertEquals(relays, peer.relayAddresses());
    }
}
