package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.OTHER;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.Backoffs;
import omega.flock.swarm.machine.Peer;
import omega.flock.swarm.machine.SwarmFailures;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Who is dialled again, when, and who is given up. Backoffs in the lab are 1 s, 5 s, 15 s and 10 min, without jitter. */
class SwarmRetryTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private FoundPeer nobody() {
        FoundPeer nobody = new FoundPeer(KeyPair.generate().publicKey(), List.of());
        lab.world.announce(TOPIC, nobody);
        return nobody;
    }

    @Test
    void aLostPeerIsDialledAgainAfterTwoTurnsOfTheSmallWheel() {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.link().finish();
        lab.settle();
        lab.advance(Duration.ofMillis(1319));
        assertEquals(0, client.links().size());
        lab.advance(Duration.ofMillis(1));
        assertEquals(1, client.links().size());
        assertEquals(2, client.events.size());
    }

    @Test
    void bothSidesSeeTheReconnectionWhenTheServerKillsIt() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        server.link().abort(SwarmFailures.closed());
        lab.settle();
        lab.advance(Duration.ofSeconds(3));
        assertEquals(2, client.events.size());
        assertEquals(2, server.events.size());
    }

    @Test
    void aPeerThatEndsEveryConnectionIsDialledFourTimesInAll() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        server.swarm.onConnection((link, peer) -> ((FakeLink) link).finish());
        client.link().finish();
        lab.advance(Duration.ofMinutes(5));
        assertEquals(4, client.events.size());
        assertEquals(Set.of(), client.swarm.peers().keySet(), "and then forgotten by the client");
        assertEquals(Set.of(), server.swarm.peers().keySet(), "and by the server");
    }

    @Test
    void aConnectionThatLastedFifteenSecondsMakesFailuresForgotten() {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        for (int i = 0; i < 6; i++) {
            lab.advance(Duration.ofSeconds(15));
            client.link().finish();
            lab.settle();
            lab.advance(Duration.ofSeconds(2));
            assertEquals(1, client.links().size(), "after loss " + i);
        }
    }

    @Test
    void whoWasNeverReachedIsTriedFourTimesAndForgotten() {
        nobody();
        Member client = lab.joined(CLIENT);
        assertEquals(1, client.swarm.peers().size());
        lab.advance(Duration.ofMinutes(2));
        assertEquals(4, client.network.dials.size());
        assertEquals(Set.of(), client.swarm.peers().keySet());
    }

    @Test
    void whatTwentyNodesSayInOneLookupIsOneDiscovery() {
        nobody();
        Member client = lab.member();
        client.network.answers = 20;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, client.network.dials.size());
        lab.advance(Duration.ofMinutes(2));
        assertEquals(4, client.network.dials.size());
    }

    @Test
    void whoWasNeverReachedWaitsForTheMediumWheelFirst() {
        nobody();
        Member client = lab.joined(CLIENT);
        lab.advance(Duration.ofMillis(6590));
        assertEquals(1, client.network.dials.size());
        lab.advance(Duration.ofMillis(20));
        assertEquals(2, client.network.dials.size());
    }

    @Test
    void aBannedPeerIsNotDialledAgain() {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.swarm.ban(client.events.getFirst().peer(), true);
        client.link().finish();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, client.events.size());
    }

    @Test
    void reconnectFalseKeepsThePeerFromBeingDialledByItself() throws Exception {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.swarm.reconnect(client.events.getFirst().peer(), false);
        client.link().finish();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, client.events.size());
        assertEquals(Set.of(), client.swarm.peers().keySet());
        client.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        lab.settle();
        assertEquals(2, client.events.size(), "a lookup that finds it dials it");
    }

    /** Pitfall 5: upstream dials those who wait in a timer even after the topic was left. */
    @Test
    void whoWaitsIsNotDialledAfterTheTopicWasLeft() throws Exception {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.link().finish();
        lab.settle();
        client.swarm.leave(TOPIC).await();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, client.network.dials.size());
        assertEquals(Set.of(), client.swarm.peers().keySet());
    }

    /** Pitfall 5, for those who are queued. */
    @Test
    void whoIsQueuedIsNotDialledAfterTheTopicWasLeft() throws Exception {
        for (int i = 0; i < 5; i++) {
            nobody();
        }
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(5, client.swarm.peers().size());
        client.swarm.leave(TOPIC).await();
        assertEquals(3, client.swarm.peers().size(), "those who are being dialled stay until that has ended");
        client.network.heldDials.values().forEach(dial -> dial.fail(new FlockException(Code.PEER_CONNECTION_FAILED, "test")));
        lab.advance(Duration.ofMinutes(1));
        assertEquals(3, client.network.dials.size());
        assertEquals(Set.of(), client.swarm.peers().keySet());
    }

    @Test
    void whoIsWantedForAnotherTopicTooIsDialledAgain() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.join(OTHER, SERVER);
        lab.settle();
        Member client = lab.joined(CLIENT);
        client.swarm.join(OTHER, CLIENT);
        lab.settle();
        client.swarm.leave(TOPIC).await();
        client.link().finish();
        lab.advance(Duration.ofSeconds(3));
        assertEquals(1, client.links().size());
    }

    @Test
    void aLookupThatFindsAWaitingPeerBypassesItsBackoff() throws Exception {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.link().finish();
        lab.settle();
        assertEquals(0, client.links().size());
        client.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        lab.settle();
        assertEquals(1, client.links().size());
        lab.advance(Duration.ofMinutes(1));
        assertEquals(2, client.network.dials.size(), "the timer then finds it connected and does nothing");
    }

    @Test
    void prioritiesFollowTheAttempts() {
        FoundPeer nobody = nobody();
        Member client = lab.joined(CLIENT);
        Peer peer = client.peer(nobody.publicKey()).orElseThrow();
        assertTrue(peer.prioritized());
        lab.advance(Duration.ofSeconds(30));
        assertTrue(peer.prioritized(), "after two failures");
        lab.advance(Duration.ofSeconds(60));
        assertFalse(peer.prioritized(), "after three");
    }

    @Test
    void aDestroyedFlockArmsNothing() {
        lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.swarm.close();
        lab.settle();
        // Pitfalls 18 and 22: no timer and no peer survives.
        assertEquals(Set.of(), client.swarm.peers().keySet());
        lab.advance(Duration.ofHours(1));
        assertEquals(1, client.network.dials.size());
        assertEquals(1, client.network.walks.size());
    }

    @Test
    void aForgottenPeerCanStillBeBanned() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        Peer seen = server.events.getFirst().peer();
        client.link().finish();
        lab.settle();
        assertEquals(Set.of(), server.swarm.peers().keySet());
        server.swarm.ban(seen, true);
        lab.advance(Duration.ofMinutes(2));
        assertEquals(1, server.events.size());
        assertEquals(Set.of(client.key()), server.swarm.peers().keySet());
        server.swarm.ban(seen, false);
        assertEquals(Set.of(), server.swarm.peers().keySet(), "once the ban is lifted nothing holds it");
    }
}
