package omega.flock.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Peers joined by key: hyperswarm's test/all/peer-join.js on the fake network. */
class SwarmExplicitTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private Member listener() throws Exception {
        Member server = lab.member();
        lab.listen(server);
        return server;
    }

    @Test
    void aPeerIsConnectedByItsKeyAndAgainWhenTheConnectionEnded() throws Exception {
        Member server = listener();
        Member client = lab.member();
        assertTrue(client.swarm.joinPeer(server.key()));
        assertTrue(client.swarm.flush(java.util.Optional.empty()));
        assertTrue(client.peer(server.key()).orElseThrow().explicit());
        client.link().finish();
        lab.advance(Duration.ofSeconds(3));
        assertEquals(2, client.events.size());
        assertEquals(2, server.events.size());
    }

    @Test
    void theOwnKeyIsNotJoined() {
        Member alone = lab.member();
        assertFalse(alone.swarm.joinPeer(alone.key()));
        assertEquals(Set.of(), alone.swarm.peers().keySet());
    }

    @Test
    void leavingKeepsTheConnectionAndEndsTheReconnecting() throws Exception {
        Member server = listener();
        Member client = lab.member();
        client.swarm.joinPeer(server.key());
        lab.settle();
        assertTrue(client.swarm.leavePeer(server.key()));
        assertEquals(1, client.links().size());
        client.link().finish();
        lab.advance(Duration.ofMinutes(20));
        assertEquals(1, client.events.size());
        assertEquals(Set.of(), client.swarm.peers().keySet());
    }

    @Test
    void leavingWhatWasNotJoinedDoesNothing() throws Exception {
        Member server = listener();
        Member client = lab.member();
        assertFalse(client.swarm.leavePeer(server.key()));
        client.swarm.close();
        assertFalse(client.swarm.leavePeer(server.key()));
    }

    @Test
    void nothingStaysBehindWhenTheOtherSideClosedFirst() throws Exception {
        Member server = listener();
        Member client = lab.member();
        client.swarm.joinPeer(server.key());
        lab.settle();
        server.swarm.close();
        lab.settle();
        assertEquals(Set.of(server.key()), client.swarm.peers().keySet(), "kept while explicit");
        client.swarm.leavePeer(server.key());
        assertEquals(Set.of(), client.swarm.peers().keySet());
    }

    /** Pitfall 21: upstream never forgets a peer that was left while it waited in the longest timer. */
    @Test
    void nothingStaysBehindWhenLeftInTheLongestBackoff() {
        KeyPair nobody = KeyPair.generate();
        Member client = lab.member();
        client.swarm.joinPeer(nobody.publicKey());
        lab.settle();
        lab.advance(Duration.ofMinutes(2));
        assertEquals(4, client.network.dials.size());
        client.swarm.leavePeer(nobody.publicKey());
        assertEquals(Set.of(), client.swarm.peers().keySet());
        lab.advance(Duration.ofMinutes(30));
        assertEquals(4, client.network.dials.size());
    }

    @Test
    void anExplicitPeerIsTriedForEverThoughSeldom() {
        KeyPair nobody = KeyPair.generate();
        Member client = lab.member();
        client.swarm.joinPeer(nobody.publicKey());
        lab.advance(Duration.ofHours(2));
        int tries = client.network.dials.size();
        assertTrue(tries >= 8 && tries <= 30, "tries in two hours: " + tries);
        lab.advance(Duration.ofHours(2));
        assertTrue(client.network.dials.size() >= tries + 7);
    }

    @Test
    void explicitPeersIgnoreMaxPeers() throws Exception {
        Member first = listener();
        Member second = listener();
        Member client = lab.member(new DialBudget(1, 0, Integer.MAX_VALUE, 256, 3));
        client.swarm.joinPeer(first.key());
        client.swarm.joinPeer(second.key());
        lab.settle();
        assertEquals(2, client.links().size());
    }

    @Test
    void aBannedPeerIsRememberedAsExplicitAndNotDialled() throws Exception {
        Member server = listener();
        Member client = lab.member();
        client.swarm.joinPeer(server.key());
        lab.settle();
        client.swarm.ban(client.peer(server.key()).orElseThrow(), true);
        client.link().finish();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, client.network.dials.size());
        client.swarm.ban(client.peer(server.key()).orElseThrow(), false);
        client.swarm.joinPeer(server.key());
        lab.settle();
        assertEquals(1, client.links().size(), "unbanned and joined again");
    }

    @Test
    void aDialOfAPeerThatWasBannedMeanwhileCountsAsAnAttempt() throws Exception {
        Member server = lab.member();
        Member other = lab.member();
        lab.listen(server);
        lab.listen(other);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.joinPeer(server.key());
        lab.settle();
        client.swarm.ban(client.peer(server.key()).orElseThrow(), true);
        client.network.heldDials.get(server.key()).fail(new FlockException(Code.PEER_NOT_FOUND, "test"));
        lab.settle();
        client.network.holdsDials = false;
        client.swarm.ban(client.peer(server.key()).orElseThrow(), false);
        client.swarm.joinPeer(other.key());
        lab.settle();
        assertEquals(List.of(server.key(), other.key()), client.dialled(), "it rests for a second");
    }

    @Test
    void aDialThatTheFirewallRejectedIsNoAttempt() throws Exception {
        Member server = lab.member();
        Member other = lab.member();
        lab.listen(server);
        lab.listen(other);
        AtomicBoolean closed = new AtomicBoolean(true);
        Member client = lab.member(key -> closed.get());
        client.swarm.joinPeer(server.key());
        lab.settle();
        assertEquals(List.of(), client.dialled());
        closed.set(false);
        client.swarm.ban(client.peer(server.key()).orElseThrow(), false);
        client.swarm.joinPeer(other.key());
        lab.settle();
        assertEquals(Set.of(server.key(), other.key()), Set.copyOf(client.dialled()), "it need not rest");
    }

    @Test
    void aClosedFlockJoinsNoPeer() {
        Member client = lab.member();
        client.swarm.close();
        assertThrows(IllegalStateException.class, () -> client.swarm.joinPeer(KeyPair.generate().publicKey()));
    }

    @Test
    void joiningTwiceDialsOnce() throws Exception {
        Member server = listener();
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.joinPeer(server.key());
        client.swarm.joinPeer(server.key());
        lab.settle();
        assertEquals(1, client.network.dials.size());
    }
}
