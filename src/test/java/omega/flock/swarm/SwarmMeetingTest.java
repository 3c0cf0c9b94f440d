package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.BOTH;
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
import omega.flock.base.PublicKey;
import omega.flock.swarm.SwarmLab.Member;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Flocks meet by topic: the first half of hyperswarm's test/all/swarm.js on the fake network. */
class SwarmMeetingTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    @Test
    void aClientFindsAServer() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);

        assertEquals(1, client.events.size());
        assertEquals(1, server.events.size());
        assertTrue(client.events.getFirst().link().initiator());
        assertFalse(server.events.getFirst().link().initiator());
        assertEquals(List.of(TOPIC), List.copyOf(client.events.getFirst().peer().topics()));
        assertEquals(List.of(), List.copyOf(server.events.getFirst().peer().topics()));
        assertTrue(client.events.getFirst().peer().client());
        assertFalse(server.events.getFirst().peer().client());
    }

    @Test
    void twoThatAreBothServerAndClientShareOneConnection() {
        Member one = lab.member();
        one.swarm.join(TOPIC, BOTH);
        lab.settle();
        Member two = lab.member();
        two.swarm.join(TOPIC, BOTH);
        lab.settle();

        assertEquals(1, one.links().size());
        assertEquals(1, two.links().size());
        assertEquals(1, one.events.size());
        assertEquals(1, two.events.size());
    }

    @Test
    void aServerSeesTwoClientsAndEachClientTheServer() {
        Member server = lab.joined(SERVER);
        Member first = lab.joined(CLIENT);
        Member second = lab.joined(CLIENT);

        assertEquals(Set.of(first.key(), second.key()), server.swarm.peers().keySet());
        assertEquals(Set.of(server.key()), first.swarm.peers().keySet());
        assertEquals(Set.of(server.key()), second.swarm.peers().keySet());
    }

    @Test
    void nobodyDialsItself() {
        Member alone = lab.member();
        alone.swarm.join(TOPIC, BOTH);
        lab.settle();
        alone.swarm.join(TOPIC, BOTH);
        lab.settle();

        assertEquals(List.of(), alone.dialled());
        assertEquals(Set.of(), alone.swarm.peers().keySet());
    }

    @Test
    void oneConnectionServesSeveralTopics() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.join(OTHER, SERVER);
        lab.settle();
        Member client = lab.joined(CLIENT);
        client.swarm.join(OTHER, CLIENT);
        assertTrue(client.swarm.flush(Optional.empty()));
        lab.settle();

        assertEquals(1, client.events.size());
        assertEquals(List.of(TOPIC, OTHER), List.copyOf(client.events.getFirst().peer().topics()));
        client.swarm.leave(TOPIC).await();
        assertEquals(List.of(TOPIC, OTHER), List.copyOf(client.events.getFirst().peer().topics()), "topics never shrink");
    }

    @Test
    void whoJoinsAfterTheServerLeftFindsNobodyWhileEarlierConnectionsLast() throws Exception {
        Member server = lab.joined(SERVER);
        Member early = lab.joined(CLIENT);
        server.swarm.leave(TOPIC).await();
        Member late = lab.joined(CLIENT);

        assertEquals(1, early.links().size());
        assertEquals(List.of(), late.dialled());
    }

    @Test
    void aRefreshFindsAServerThatCameLater() throws Exception {
        Member client = lab.member();
        DiscoveryHandle discovery = client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        Member server = lab.joined(SERVER);
        assertEquals(List.of(), client.links());

        assertTrue(discovery.refresh(Optional.empty()));
        assertTrue(client.swarm.flush(Optional.empty()));

        assertEquals(server.key(), client.link().remotePublicKey());
    }

    @Test
    void theTopicIsLookedUpAgainEveryTenToTwelveMinutes() {
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        lab.advance(Duration.ofMinutes(10).minusSeconds(1));
        assertEquals(1, client.network.walks.size());
        lab.advance(Duration.ofMinutes(2).plusSeconds(2));
        assertEquals(List.of("lookup seeds=0", "lookup seeds=2"), client.network.walks, "it begins with the nodes it met");
    }

    /** Pitfall 40: all laptops of a region wake together and must not ask together. */
    @Test
    void aRefreshThatTheMachineSleptThroughIsSpreadOverTwoMinutes() {
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        lab.alarms.sleep(Duration.ofHours(8));
        lab.advance(Duration.ofMinutes(12));
        assertTrue(client.network.walks.size() <= 2);
        lab.advance(Duration.ofMinutes(2));
        assertEquals(2, client.network.walks.size());
        lab.advance(Duration.ofMinutes(12));
        assertEquals(3, client.network.walks.size(), "and then it goes on as before");
    }

    @Test
    void theFirstAnnouncementClearsStaleRecordsAndLaterOnesDoNot() throws Exception {
        Member server = lab.member();
        DiscoveryHandle discovery = server.swarm.join(TOPIC, SERVER);
        lab.settle();
        discovery.refresh(Optional.empty());
        assertEquals(List.of("announce clear=true seeds=0", "announce clear=false seeds=2"), server.network.walks);
    }

    @Test
    void anAnnouncementCarriesTheRelaysOfTheListener() {
        lab.joined(SERVER);
        assertEquals(1, lab.world.lookup(TOPIC).getFirst().relayAddresses().size());
        Member client = lab.joined(CLIENT);
        assertEquals(1, client.network.dials.getFirst().relays().size());
    }

    /** Pitfall 29: an empty list of relays must not make good ones forgotten. */
    @Test
    void joiningAPeerByKeyKeepsTheRelaysThatALookupFound() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.link().finish();
        client.swarm.joinPeer(server.key());
        lab.advance(Duration.ofSeconds(3));
        assertTrue(client.network.dials.size() >= 2);
        assertTrue(client.network.dials.stream().allMatch(dial -> dial.relays().size() == 1));
    }

    @Test
    void theServerForgetsAPeerThatWentAway() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        client.swarm.closeNow();
        lab.settle();
        assertEquals(Set.of(), server.swarm.peers().keySet());
    }

    @Test
    void theCountersTellBothSides() {
        Member server = lab.joined(SERVER);
        Member client = lab.joined(CLIENT);
        assertEquals(1, client.swarm.stats().dialsAttempted());
        assertEquals(1, client.swarm.stats().dialsOpened());
        assertEquals(0, client.swarm.stats().dialsClosed());
        assertEquals(1, server.swarm.stats().inboundOpened());
        client.link().finish();
        lab.settle();
        assertEquals(1, client.swarm.stats().dialsClosed());
        assertEquals(1, server.swarm.stats().inboundClosed());
    }

    @Test
    void connectingIsOneWhileADialIsUnderWay() {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        assertEquals(0, client.swarm.connecting());
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(1, client.swarm.connecting());
        assertEquals(List.of(), client.links());
        client.network.heldDials.get(server.key()).complete(FakeLink.pair(client.key(), server.key()));
        lab.settle();
        assertEquals(0, client.swarm.connecting());
        assertEquals(1, client.links().size());
    }

    @Test
    void peersKeepTheKeyOfTheTopicOrder() {
        Member flock = lab.member();
        flock.swarm.join(OTHER, CLIENT);
        flock.swarm.join(TOPIC, CLIENT);
        flock.swarm.join(OTHER, CLIENT);
        lab.settle();
        assertEquals(List.of(OTHER, TOPIC), flock.swarm.topics().stream().map(DiscoveryHandle::topic).toList());
    }

    @Test
    void atMostThreeDialsAreUnderWay() {
        Member[] servers = {lab.joined(SERVER), lab.joined(SERVER), lab.joined(SERVER), lab.joined(SERVER), lab.joined(SERVER)};
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        assertEquals(3, client.swarm.connecting());
        PublicKey first = client.dialled().getFirst();
        client.network.heldDials.get(first).complete(FakeLink.pair(client.key(), first));
        lab.settle();
        assertEquals(3, client.swarm.connecting());
        assertEquals(4, client.dialled().size());
        assertEquals(5, servers.length);
    }

    @Test
    void aDumpTellsWhatRunsForWhomSinceWhenAndUntilWhen() {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        lab.advance(Duration.ofMillis(1500));
        String dialling = client.swarm.dump();
        assertTrue(dialling.contains("topic " + TOPIC + ", client: Resting"), dialling);
        assertTrue(dialling.contains("peer " + server.key() + ": Dialling"), dialling);
        String dial = "flock-dial " + server.key().toString().substring(0, 8);
        assertTrue(dialling.contains(dial + ", since 1.5 s, until in 58.5 s"), dialling);
        assertTrue(dialling.contains("\n  " + dial + "\n    " + dial), "its thread is in its scope, which is in the flock's: " + dialling);
        String listening = server.swarm.dump();
        assertTrue(listening.contains("for as long as the flock"), listening);
        server.swarm.close();
        assertFalse(server.swarm.dump().contains("flock-listen"));
    }
}
