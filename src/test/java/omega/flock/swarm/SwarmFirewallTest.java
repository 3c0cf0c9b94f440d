package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.Drop;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Who is turned away: hyperswarm's test/all/firewall.js on the fake network, and pitfalls 9, 31 and 38. */
class SwarmFirewallTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();
    private final AtomicInteger asked = new AtomicInteger();

    private boolean reject(PublicKey key) {
        asked.incrementAndGet();
        return true;
    }

    private Member serving(Member server) {
        server.swarm.join(TOPIC, SERVER);
        lab.settle();
        return server;
    }

    @Test
    void aBadClientMakesNoConnection() {
        Member server = serving(lab.member(this::reject));
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(0, server.events.size());
        assertEquals(0, client.events.size());
        assertEquals(1, server.swarm.stats().bannedPeers());
    }

    @Test
    void aBadServerIsAskedAboutOnceAndNotDialled() {
        serving(lab.member());
        Member client = lab.member(this::reject);
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, asked.get());
        assertEquals(List.of(), client.dialled());
        assertEquals(0, client.swarm.stats().dialsAttempted());
        assertEquals(0, client.swarm.connecting());
    }

    @Test
    void aRejectionTriggersNoCascadeOfRetries() {
        serving(lab.member(this::reject));
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.advance(Duration.ofMinutes(2));
        assertEquals(4, client.network.dials.size());
        assertEquals(1, asked.get(), "a banned key is rejected without asking");
    }

    @Test
    void theBanEventNamesThePeerAndTheReason() {
        Member server = lab.member(this::reject);
        List<String> bans = new CopyOnWriteArrayList<>();
        server.swarm.onBan((peer, reason) -> bans.add(peer.publicKey() + " " + reason.code() + " " + reason.getMessage()));
        serving(server);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(List.of(client.key() + " PEER_FIREWALLED Peer is firewalled"), bans);
        server.swarm.ban(server.peer(client.key()).orElseThrow(), true);
        lab.settle();
        assertEquals(1, bans.size(), "a ban by the program is no event");
        assertEquals(1, server.swarm.stats().bannedPeers());
    }

    /** Pitfall 31: a ban lasts until it is lifted, whatever the firewall says later. */
    @Test
    void aFirewallThatOpensLaterDoesNotLiftTheBan() {
        AtomicBoolean closed = new AtomicBoolean(true);
        Member server = serving(lab.member(key -> closed.get()));
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        closed.set(false);
        lab.advance(Duration.ofMinutes(1));
        assertEquals(0, server.events.size());
        server.swarm.ban(server.peer(client.key()).orElseThrow(), false);
        client.swarm.joinPeer(server.key());
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, server.events.size());
    }

    /** Pitfall 9: upstream never dials again after a predicate threw. */
    @Test
    void aPredicateThatThrowsRejectsWithoutABanAndStopsNothing() {
        Member bad = serving(lab.member());
        Member good = serving(lab.member());
        Member client = lab.member(key -> {
            if (key.equals(bad.key())) {
                throw new IllegalStateException("a predicate of the test");
            }
            return false;
        });
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(good.key(), client.link().remotePublicKey());
        assertFalse(client.dialled().contains(bad.key()));
        assertFalse(client.peer(bad.key()).orElseThrow().banned());
        assertEquals(1, client.swarm.stats().drops().get(Drop.FIREWALL_FAILED));
        assertEquals(0, client.swarm.stats().bannedPeers());
        lab.advance(Duration.ofMinutes(2));
        assertEquals(4, client.swarm.stats().drops().get(Drop.FIREWALL_FAILED), "it counts as an attempt, four in all");
    }

    @Test
    void aPredicateThatThrowsForAnExplicitPeerIsNotAskedInALoop() throws Exception {
        Member bad = lab.member();
        lab.listen(bad);
        Member client = lab.member(key -> {
            asked.incrementAndGet();
            throw new IllegalStateException("a predicate of the test");
        });
        client.swarm.joinPeer(bad.key());
        lab.settle();
        assertEquals(1, asked.get());
    }

    @Test
    void aPredicateThatThrowsForAHandshakeRejectsWithoutABan() {
        Member server = serving(lab.member(key -> {
            throw new IllegalStateException("a predicate of the test");
        }));
        Member client = lab.member();
        assertThrows(FlockException.class, () -> client.network.connect(server.key(), client.key()));
        lab.settle();
        assertEquals(Optional.empty(), server.peer(client.key()));
        assertEquals(1, server.swarm.stats().drops().get(Drop.FIREWALL_FAILED));
    }

    @Test
    void flushDoesNotWaitForThoseWhoAreRejected() throws Exception {
        serving(lab.member());
        Member client = lab.member(this::reject);
        client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.flush(Optional.empty()));
    }

    @Test
    void ourOwnKeyIsRejectedWithoutAsking() {
        Member server = serving(lab.member(this::reject));
        assertThrows(FlockException.class, () -> server.network.connect(server.key(), server.key()));
        assertEquals(0, asked.get());
        assertEquals(0, server.swarm.stats().bannedPeers());
    }

    @Test
    void aPeerThatWasBannedByTheProgramIsRejectedFromOutside() {
        Member server = serving(lab.member());
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        server.swarm.ban(server.events.getFirst().peer(), true);
        assertEquals(1, server.links().size(), "a ban closes nothing");
        client.link().finish();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(1, server.events.size());
        assertTrue(server.peer(client.key()).isPresent());
    }

    /** The ban may come after the handshake's firewall has let the peer pass. */
    @Test
    void aConnectionOfAPeerThatWasBannedMeanwhileIsReset() throws Exception {
        Member server = serving(lab.member());
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink old = client.link();
        server.swarm.ban(server.events.getFirst().peer(), true);
        client.swarm.close();
        lab.settle();
        assertFalse(old.isOpen());
        FakeLink link = FakeLink.pair(client.key(), server.key());
        server.network.listeners.getFirst().deliver(link.peer());
        lab.settle();
        assertEquals(CloseReason.Kind.RESET_BY_PEER, link.reason().orElseThrow().kind());
        assertEquals(1, server.swarm.stats().drops().get(Drop.BANNED));
        assertEquals(List.of(), server.links());
    }

    /** A peer that waits to be dialled connects by itself, is rejected, and is not dialled any more, whatever the firewall says then. */
    @Test
    void whoIsBannedWhileQueuedIsNotDialled() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        List<Member> servers = List.of(serving(lab.member()), serving(lab.member()));
        Member client = lab.silent(KeyPair.generate(), new DialBudget(64, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, 1),
                Optional.of(key -> closed.get()));
        lab.listen(client);
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, client.dialled().size());
        PublicKey dialled = client.dialled().getFirst();
        PublicKey queued = servers.stream().map(Member::key).filter(key -> !key.equals(dialled)).findFirst().orElseThrow();
        closed.set(true);
        assertThrows(FlockException.class, () -> servers.getFirst().network.connect(client.key(), queued));
        closed.set(false);
        client.network.holdsDials = false;
        client.network.heldDials.get(dialled).fail(new FlockException(Code.PEER_NOT_FOUND, "test"));
        lab.settle();
        assertTrue(client.peer(queued).orElseThrow().banned());
        lab.advance(Duration.ofMinutes(1));
        assertFalse(client.dialled().contains(queued));
        assertEquals(0, client.swarm.connecting());
    }

    @Test
    void thePredicateMayCallTheFlock() {
        Member[] self = new Member[1];
        Member server = lab.member((PublicKey key) -> self[0].links().size() > 10);
        self[0] = server;
        serving(server);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, server.events.size());
    }

    @Test
    void aPredicateIsAskedOnceForKeysThatItLetsPassToo() {
        KeyPair keys = KeyPair.generate();
        Member client = lab.silent(keys, DialBudget.DEFAULT, Optional.of(key -> {
            asked.incrementAndGet();
            return false;
        }));
        serving(lab.member());
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, asked.get());
        assertEquals(1, client.links().size());
    }
}
