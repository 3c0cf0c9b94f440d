package omega.flock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.FlockNet.Member;
import omega.flock.base.FlockException;
import omega.flock.base.Topic;
import omega.flock.gateway.Gateway;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Firewalls, bans, limits and peers joined by key, over real sockets: hyperswarm's test/all/firewall.js and peer-join.js. */
@Timeout(60)
class FlockPeersTest {

    private static final Topic TOPIC = Topic.filled("peers");

    @AutoClose
    private FlockNet net;

    @BeforeEach
    void startNetwork() throws IOException, InterruptedException {
        net = new FlockNet();
    }

    private Member listening(Member member) throws IOException, InterruptedException {
        member.flock.listen();
        return member;
    }

    @Test
    void aPeerIsJoinedByItsKeyAndReconnectedUntilItIsLeft() throws Exception {
        Member server = listening(net.member());
        Member client = net.member();
        assertTrue(client.flock.joinPeer(server.flock.keyPair().publicKey()));
        assertTrue(client.flock.flush());
        assertTrue(client.event(0).peer().explicit());
        assertTrue(client.event(0).peer().isExplicit());
        assertFalse(server.event(0).peer().isExplicit());
        client.event(0).connection().abort();
        client.event(1);
        server.event(1);
        assertTrue(client.flock.leavePeer(server.flock.keyPair().publicKey()));
        assertEquals(1, client.flock.connections().size(), "leaving closes nothing");
        client.event(1).connection().abort();
        FlockNet.until("the peer is forgotten", () -> client.flock.peers().isEmpty());
        assertEquals(2, client.events.size());
    }

    @Test
    void theOwnKeyIsNotJoined() {
        Flock flock = net.open();
        assertFalse(flock.joinPeer(flock.keyPair().publicKey()));
        assertEquals(Map.of(), flock.peers());
    }

    @Test
    void aFirewalledClientMakesNoConnectionAndIsBanned() throws Exception {
        Member server = net.member(builder -> builder.firewall(key -> true));
        BlockingQueue<FlockException> bans = new LinkedBlockingQueue<>();
        server.flock.onBan((peer, reason) -> bans.add(reason));
        assertTrue(server.flock.join(TOPIC, JoinOptions.SERVER).flushed());
        Member client = net.member();
        client.flock.join(TOPIC, JoinOptions.CLIENT);
        assertEquals("PEER_FIREWALLED", bans.take().code());
        assertEquals(0, client.events.size());
        assertEquals(0, server.events.size());
        assertTrue(server.flock.peers().get(client.flock.keyPair().publicKey()).banned());
        assertEquals(1, server.flock.stats().bannedPeers());
    }

    @Test
    void aFirewalledServerIsAskedAboutOnceAndNotDialled() throws Exception {
        Member server = net.member();
        assertTrue(server.flock.join(TOPIC, JoinOptions.SERVER).flushed());
        AtomicInteger asked = new AtomicInteger();
        Member client = net.member(builder -> builder.firewall(key -> asked.incrementAndGet() > 0));
        PeerDiscovery discovery = client.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(client.flock.flush());
        assertTrue(discovery.refresh());
        assertTrue(client.flock.flush());
        assertEquals(1, asked.get());
        assertEquals(0, client.flock.stats().client().attempted());
        assertEquals(0, server.events.size());
    }

    @Test
    void flushEndsWhenMaxPeersIsReached() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertTrue(net.member().flock.join(TOPIC, JoinOptions.SERVER).flushed());
        }
        Member client = net.member(builder -> builder.maxPeers(1));
        client.flock.join(TOPIC, JoinOptions.CLIENT);
        assertTrue(client.flock.flush());
        assertEquals(1, client.flock.connections().size());
    }

    @Test
    void aLimitOfTheTopicHolds() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertTrue(net.member().flock.join(TOPIC, JoinOptions.SERVER).flushed());
        }
        Member client = net.member();
        PeerDiscovery discovery = client.flock.join(TOPIC, JoinOptions.CLIENT.withLimit(2));
        assertTrue(client.flock.flush());
        assertTrue(discovery.refresh());
        assertTrue(client.flock.flush());
        assertEquals(2, client.flock.connections().size());
    }

    @Test
    void maxServerConnectionsHolds() throws Exception {
        Member server = listening(net.member(builder -> builder.maxServerConnections(1)));
        Member first = net.member();
        first.flock.joinPeer(server.flock.keyPair().publicKey());
        server.event(0);
        Member second = net.member();
        second.flock.joinPeer(server.flock.keyPair().publicKey());
        FlockNet.until("the second is turned away", () -> server.flock.stats().drops().getOrDefault("SERVER_LIMIT", 0L) > 0);
        assertEquals(1, server.flock.connections().size());
        assertEquals(1, first.flock.connections().size());
        assertEquals(0, second.events.size());
    }

    @Test
    void twoFlocksMayShareAGatewayButNotAKey() throws Exception {
        Gateway shared = net.testnet().createNode();
        Member one = net.member(builder -> builder.dht(shared));
        one.flock.listen();
        Member twin = net.member(builder -> builder.dht(shared).keyPair(one.flock.keyPair()));
        assertEquals("KEYPAIR_ALREADY_USED", assertThrows(FlockException.class, twin.flock::listen).code());
        assertFalse(twin.flock.join(TOPIC, JoinOptions.SERVER).flushed());
        Member other = net.member(builder -> builder.dht(shared));
        other.flock.listen();
    }

    @Test
    void aSeedGivesTheSameIdentityEachTime() {
        byte[] seed = new byte[32];
        seed[0] = 9;
        assertEquals(net.open(builder -> builder.seed(seed)).keyPair(), net.open(builder -> builder.seed(seed)).keyPair());
    }
}
