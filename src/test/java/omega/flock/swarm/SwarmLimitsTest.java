package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.DialBudget;
import omega.flock.swarm.machine.Drop;
import omega.flock.swarm.machine.JoinModes;
import omega.flock.swarm.machine.SwarmConstants;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How many are dialled and taken: limits of the flock, of a session, and of what strangers may fill memory with. */
class SwarmLimitsTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private List<Member> servers(int count) {
        List<Member> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Member server = lab.member();
            server.swarm.join(TOPIC, SERVER);
            servers.add(server);
        }
        lab.settle();
        return servers;
    }

    private Member joined(DialBudget budget, int limit) {
        Member client = lab.member(budget);
        client.swarm.join(TOPIC, new JoinModes(false, true, limit));
        lab.settle();
        return client;
    }

    @Test
    void maxPeersEndsTheDialling() {
        servers(5);
        Member client = joined(new DialBudget(2, Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 3), Integer.MAX_VALUE);
        assertEquals(2, client.links().size());
        client.links().getFirst().finish();
        lab.settle();
        assertEquals(2, client.links().size(), "a place that becomes free is taken");
        assertEquals(3, client.dialled().stream().distinct().count());
    }

    @Test
    void maxPeersOfZeroDialsNobody() {
        servers(2);
        Member client = joined(new DialBudget(0, Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 3), Integer.MAX_VALUE);
        assertEquals(List.of(), client.dialled());
    }

    @Test
    void maxPeersRefusesNobodyFromOutside() throws Exception {
        Member server = lab.member(new DialBudget(1, Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 3));
        lab.listen(server);
        for (int i = 0; i < 3; i++) {
            lab.member().swarm.joinPeer(server.key());
        }
        lab.settle();
        assertEquals(3, server.links().size());
    }

    @Test
    void maxClientConnectionsCountsOwnDialsOnly() throws Exception {
        servers(4);
        Member client = lab.member(new DialBudget(64, 2, Integer.MAX_VALUE, 256, 3));
        lab.listen(client);
        lab.member().swarm.joinPeer(client.key());
        lab.settle();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(3, client.links().size());
        assertEquals(2, client.network.dials.size());
    }

    /** Upstream stores this limit and never looks at it. */
    @Test
    void maxServerConnectionsIsEnforced() throws Exception {
        Member server = lab.member(new DialBudget(64, Integer.MAX_VALUE, 2, 256, 3));
        lab.listen(server);
        List<Member> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Member client = lab.member();
            client.swarm.joinPeer(server.key());
            clients.add(client);
            lab.settle();
        }
        assertEquals(2, server.links().size());
        assertEquals(2, server.swarm.stats().drops().get(Drop.SERVER_LIMIT));
        clients.getFirst().link().finish();
        lab.settle();
        lab.advance(Duration.ofMinutes(1));
        assertEquals(2, server.links().size(), "another one took the place");
    }

    /** Attack: a few hosts, each within its own limit, take all connections that there may be. */
    @Test
    void whoeverHoldsMostGivesWayWhereAllAreTaken() throws Exception {
        Member server = lab.member(new DialBudget(64, Integer.MAX_VALUE, 4, 256, 3));
        lab.listen(server);
        List<Member> strangers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            strangers.add(connectFrom("8.8.8.8", server));
        }
        assertEquals(4, server.links().size());
        assertEquals(1, server.swarm.stats().drops().get(Drop.SERVER_LIMIT), "it does not take its own");
        connectFrom("9.9.9.9", server);
        connectFrom("7.7.7.7", server);
        assertEquals(4, server.links().size());
        assertEquals(3, server.swarm.stats().drops().get(Drop.SERVER_LIMIT));
        assertTrue(strangers.get(0).links().isEmpty() && strangers.get(1).links().isEmpty(), "its oldest went");
        connectFrom("6.6.6.6", server);
        connectFrom("5.5.5.5", server);
        assertEquals(4, server.links().size());
        assertEquals(5, server.swarm.stats().drops().get(Drop.SERVER_LIMIT), "of three hosts one holds two: the fourth gets in, the fifth does not");
    }

    /** Attack: one host with a key for each connection. */
    @Test
    void oneHostTakesItsShareOfTheConnectionsAndOthersStillGetIn() throws Exception {
        Member server = lab.member(new DialBudget(64, Integer.MAX_VALUE, Integer.MAX_VALUE, 2, 3));
        lab.listen(server);
        List<Member> strangers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            strangers.add(connectFrom("8.8.8.8", server));
        }
        assertEquals(2, server.links().size());
        assertEquals(2, server.swarm.stats().drops().get(Drop.SERVER_LIMIT));
        connectFrom("9.9.9.9", server);
        assertEquals(3, server.links().size());
        strangers.getFirst().link().finish();
        lab.settle();
        connectFrom("8.8.8.8", server);
        assertEquals(3, server.links().size(), "its place is free again");
    }

    /** Attack: the same, against a flock that looks for peers. */
    @Test
    void strangersWhoConnectDoNotKeepAFlockFromDialling() throws Exception {
        Member member = lab.member();
        lab.listen(member);
        for (int i = 0; i < 80; i++) {
            connectFrom("8.8.8." + i % 256, member);
        }
        servers(20);
        member.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(16, member.dialled().stream().distinct().count(), "a quarter of 64");
    }

    private Member connectFrom(String host, Member server) {
        Member client = lab.member();
        client.network.host = Optional.of(host);
        client.swarm.joinPeer(server.key());
        lab.settle();
        return client;
    }

    /** Many handshakes may have passed the firewall before the first of them is a connection. */
    @Test
    void connectionsThatCameTogetherAreCountedWhenTheyArrive() throws Exception {
        Member server = lab.member(new DialBudget(64, Integer.MAX_VALUE, 2, Integer.MAX_VALUE, 3));
        lab.listen(server);
        List<FakeLink> links = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            FakeLink link = FakeLink.pair(KeyPair.generate().publicKey(), server.key());
            links.add(link);
            server.network.listeners.getFirst().deliver(link.peer());
        }
        lab.settle();
        assertEquals(2, server.links().size());
        assertEquals(2, links.stream().filter(FakeLink::isOpen).count());
        assertEquals(3, server.swarm.stats().drops().get(Drop.SERVER_LIMIT));
    }

    @Test
    void aReplacementTakesNoPlaceOfItsOwn() throws Exception {
        Member server = lab.member(new DialBudget(64, Integer.MAX_VALUE, 1, 256, 3));
        lab.listen(server);
        Member client = lab.member();
        FakeLink old = client.network.connect(server.key(), client.key());
        lab.settle();
        old.chat();
        FakeLink fresh = client.network.connect(server.key(), client.key());
        lab.settle();
        assertTrue(fresh.isOpen());
        assertEquals(1, server.links().size());
    }

    @Test
    void aLimitOfTheTopicCountsDistinctPeersOverAllRefreshes() throws Exception {
        servers(6);
        Member client = joined(DialBudget.DEFAULT, 2);
        assertEquals(2, client.links().size());
        client.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        lab.settle();
        assertEquals(2, client.links().size(), "upstream grants the limit again with each refresh");
    }

    /** Pitfall 7: upstream forgets a limit when somebody joins without one, or refreshes. */
    @Test
    void theLargestLimitOfTheSessionsHolds() throws Exception {
        servers(6);
        Member client = joined(DialBudget.DEFAULT, 1);
        assertEquals(1, client.links().size());
        DiscoveryHandle three = client.swarm.join(TOPIC, new JoinModes(false, true, 3));
        lab.settle();
        assertEquals(3, client.links().size());
        three.destroy().await();
        client.links().forEach(FakeLink::finish);
        client.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        lab.advance(Duration.ofSeconds(1));
        long dialledOrWaiting = client.swarm.peers().size();
        assertTrue(dialledOrWaiting <= 3, "no new ones are taken in: " + dialledOrWaiting);
    }

    @Test
    void aServerSessionSetsNoLimitForClients() {
        servers(3);
        Member client = joined(DialBudget.DEFAULT, 1);
        client.swarm.join(TOPIC, SERVER);
        lab.settle();
        assertEquals(1, client.links().size());
    }

    @Test
    void aLimitOfZeroDialsNobody() {
        servers(3);
        Member client = joined(DialBudget.DEFAULT, 0);
        assertEquals(List.of(), client.dialled());
        assertEquals(0, client.swarm.peers().size());
    }

    @Test
    void aLimitThatBecameFreeIsFilledByTheNextLookup() throws Exception {
        List<Member> servers = servers(2);
        Member client = joined(DialBudget.DEFAULT, 1);
        Member connected = servers.stream().filter(server -> !server.links().isEmpty()).findFirst().orElseThrow();
        connected.swarm.close();
        lab.advance(Duration.ofMinutes(2));
        assertEquals(0, client.links().size());
        client.swarm.status(TOPIC).orElseThrow().refresh(Optional.empty());
        lab.settle();
        assertEquals(1, client.links().size());
    }

    @Test
    void negativeLimitsAreTheCallersMistake() {
        assertThrows(IllegalArgumentException.class, () -> new JoinModes(true, true, -1));
        assertThrows(IllegalArgumentException.class, () -> new JoinModes(false, false, 1));
        assertThrows(IllegalArgumentException.class, () -> new DialBudget(1, 1, 1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DialBudget(-1, 1, 1, 256, 1));
        assertThrows(IllegalArgumentException.class, () -> new DialBudget(1, -1, 1, 256, 1));
        assertThrows(IllegalArgumentException.class, () -> new DialBudget(1, 1, -1, 256, 1));
        assertThrows(IllegalArgumentException.class, () -> new DialBudget(1, 1, 1, 256, 0));
    }

    @Test
    void nodesThatNameThousandsOfPeersFillNoMemory() {
        for (int i = 0; i < SwarmConstants.MAX_DISCOVERED_PEERS + 100; i++) {
            byte[] key = new byte[32];
            key[0] = (byte) i;
            key[1] = (byte) (i >> 8);
            lab.world.announce(TOPIC, new FoundPeer(omega.flock.base.PublicKey.of(key), List.of()));
        }
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(SwarmConstants.MAX_DISCOVERED_PEERS, client.swarm.peers().size());
        assertTrue(client.swarm.stats().drops().get(Drop.PEERS_FULL) >= 100);
        client.network.heldDials.values().forEach(dial -> dial.fail(new FlockException(Code.PEER_CONNECTION_FAILED, "test")));
    }

    @Test
    void aPeerOfTheWorldIsFoundByMember() {
        KeyPair keys = KeyPair.generate();
        assertEquals(keys.publicKey(), lab.member(keys).key());
    }
}
