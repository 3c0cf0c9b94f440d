package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.BOTH;
import static omega.flock.swarm.SwarmLab.CLIENT;
import static omega.flock.swarm.SwarmLab.OTHER;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.Drop;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Suspend and resume, and section 1.9's column for a suspended flock. */
class SwarmSuspendTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    @Test
    void eachSideSeesTwoConnectionsInAll() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink first = client.link();
        client.swarm.suspend().await();
        lab.settle();
        assertEquals(CloseReason.Kind.SUSPENDED, first.reason().orElseThrow().kind());
        assertEquals(List.of(), server.links());
        lab.advance(Duration.ofMinutes(30));
        assertEquals(1, client.network.walks.size(), "no refresh while suspended");
        client.swarm.resume().await();
        lab.settle();
        assertEquals(2, client.events.size());
        assertEquals(2, server.events.size());
    }

    @Test
    void theAnnouncementIsWithdrawnAndMadeAgain() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.suspend().await();
        assertEquals(List.of(TOPIC), server.network.unannounced);
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        server.swarm.resume().await();
        lab.settle();
        assertEquals(1, lab.world.lookup(TOPIC).size());
        assertEquals(List.of("suspend", "suspended", "resume"), server.network.life);
    }

    /** Pitfall 4: upstream's peers that were queued at the suspend can never be queued again. */
    @Test
    void whoWasQueuedAtTheSuspendIsDialledAfterTheResume() throws Exception {
        List<Member> servers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            servers.add(lab.joined(SERVER));
        }
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        client.swarm.suspend().await();
        assertEquals(0, client.swarm.peers().size());
        client.network.holdsDials = false;
        client.swarm.resume().await();
        lab.settle();
        assertEquals(servers.size(), client.links().size());
    }

    /** Pitfall 6: upstream strands an explicit peer after a quick suspend and resume. */
    @Test
    void anExplicitPeerIsDialledAtOnceAfterAQuickSuspendAndResume() throws Exception {
        Member server = lab.member();
        lab.listen(server);
        Member client = lab.member();
        client.swarm.joinPeer(server.key());
        lab.settle();
        client.swarm.suspend().await();
        client.swarm.resume().await();
        lab.settle();
        assertEquals(1, client.links().size());
    }

    @Test
    void anExplicitPeerThatNobodyReachesIsTriedAfreshAfterAResume() throws Exception {
        KeyPair nobody = KeyPair.generate();
        Member client = lab.member();
        client.swarm.joinPeer(nobody.publicKey());
        lab.advance(Duration.ofMinutes(5));
        int before = client.network.dials.size();
        client.swarm.suspend().await();
        client.swarm.resume().await();
        lab.settle();
        assertEquals(before + 1, client.network.dials.size());
    }

    @Test
    void whatIsJoinedWhileSuspendedBeginsWithTheResume() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.suspend().await();
        DiscoveryHandle discovery = client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.joinPeer(KeyPair.generate().publicKey()));
        lab.settle();
        assertEquals(List.of(), client.network.walks);
        assertEquals(List.of(), client.network.dials);
        assertTrue(discovery.flushed(Optional.empty()), "nothing is under way");
        assertFalse(discovery.refresh(Optional.empty()), "nothing was refreshed");
        client.swarm.resume().await();
        lab.settle();
        assertEquals(server.key(), client.link().remotePublicKey());
        assertEquals(2, client.network.dials.size());
    }

    @Test
    void whatIsLeftWhileSuspendedNeedsNoNetwork() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.suspend().await();
        server.swarm.leave(TOPIC).await();
        assertEquals(1, server.network.unannounced.size(), "only by the suspend itself");
        server.swarm.resume().await();
        lab.settle();
        assertEquals(List.of(), lab.world.lookup(TOPIC));
    }

    @Test
    void whoConnectsToASuspendedFlockIsRefused() throws Exception {
        Member server = lab.joined(SERVER);
        FakeListener door = server.network.listeners.getFirst();
        server.swarm.suspend().await();
        assertTrue(door.rejects(KeyPair.generate().publicKey()));
        FakeLink late = FakeLink.pair(KeyPair.generate().publicKey(), server.key());
        door.deliver(late.peer());
        lab.settle();
        assertFalse(late.isOpen());
        assertEquals(1, server.swarm.stats().drops().get(Drop.NOT_OPEN));
    }

    @Test
    void listenWaitsForTheResume() throws Exception {
        Member server = lab.member();
        server.swarm.suspend().await();
        CompletableFuture<Boolean> listening = SwarmLab.async(() -> {
            server.swarm.listen();
            return true;
        });
        lab.settle();
        assertFalse(listening.isDone());
        server.swarm.resume().await();
        assertTrue(listening.get());
    }

    /** Pitfall 20: upstream lets a resume run into a suspend. */
    @Test
    void overlappingCallsRunOneAfterTheOther() throws Exception {
        Member server = lab.joined(SERVER);
        FakeWorld.Held<Boolean> gate = lab.world.held();
        server.network.holdsSuspend = Optional.of(gate);
        Pending suspended = server.swarm.suspend();
        Pending resumed = server.swarm.resume();
        Pending again = server.swarm.suspend();
        Pending last = server.swarm.resume();
        lab.until("the first one has come to the network", () -> !server.network.life.isEmpty());
        assertFalse(resumed.await(Duration.ZERO));
        gate.complete(true);
        suspended.await();
        resumed.await();
        again.await();
        last.await();
        lab.settle();
        assertEquals(List.of("suspend", "suspended", "resume", "suspend", "suspended", "resume"), server.network.life);
        assertEquals(1, lab.world.lookup(TOPIC).size());
    }

    @Test
    void inTheWrongStateTheyDoNothing() throws Exception {
        Member flock = lab.member();
        flock.swarm.resume().await();
        assertEquals(List.of(), flock.network.life);
        flock.swarm.suspend().await();
        flock.swarm.suspend().await();
        assertEquals(List.of("suspend", "suspended"), flock.network.life);
    }

    @Test
    void aClosedFlockIsNotSuspended() {
        Member flock = lab.member();
        flock.swarm.close();
        assertThrows(IllegalStateException.class, flock.swarm::suspend);
        assertThrows(IllegalStateException.class, flock.swarm::resume);
    }

    @Test
    void aResumeThatFailsSaysSoAndCanBeTriedAgain() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.suspend().await();
        server.network.failsResume = true;
        assertThrows(UncheckedIOException.class, () -> server.swarm.resume().await());
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        server.network.failsResume = false;
        server.swarm.resume().await();
        lab.settle();
        assertEquals(1, lab.world.lookup(TOPIC).size());
    }

    @Test
    void bansSurvive() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        client.swarm.ban(client.events.getFirst().peer(), true);
        client.swarm.suspend().await();
        client.swarm.resume().await();
        lab.settle();
        assertEquals(List.of(), client.links());
        assertTrue(client.peer(server.key()).orElseThrow().banned());
    }

    @Test
    void aDialUnderWayIsGivenUp() throws Exception {
        lab.joined(SERVER);
        Member client = lab.member();
        client.network.holdsDials = true;
        client.swarm.join(TOPIC, BOTH);
        lab.settle();
        assertEquals(1, client.swarm.connecting());
        client.swarm.suspend().await();
        lab.settle();
        assertEquals(0, client.swarm.connecting());
    }

    /** Pitfall 36: upstream's gateway hands out a connection that is destroyed already, whose end comes later. */
    @Test
    void aDialThatTheNetworkRefusesEndsAsAnyOther() throws Exception {
        Member server = lab.member();
        lab.listen(server);
        Member client = lab.member();
        client.network.failsDials = Optional.of("SUSPENDED");
        client.swarm.joinPeer(server.key());
        assertTrue(client.swarm.flush(Optional.empty()));
        lab.settle();
        assertEquals(0, client.swarm.connecting());
        assertEquals(List.of(1L, 0L, 1L), List.of(client.swarm.stats().dialsAttempted(), client.swarm.stats().dialsOpened(),
                client.swarm.stats().dialsClosed()));
        client.network.failsDials = Optional.empty();
        lab.advance(Duration.ofSeconds(7));
        assertEquals(server.key(), client.link().remotePublicKey(), "it is tried again");
    }

    @Test
    void severalTopicsComeBackInTheirOrder() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(OTHER, BOTH);
        flock.swarm.join(TOPIC, BOTH);
        lab.settle();
        flock.swarm.suspend().await();
        flock.swarm.resume().await();
        lab.settle();
        assertEquals(List.of(OTHER, TOPIC), flock.swarm.topics().stream().map(DiscoveryHandle::topic).toList());
        assertEquals(2, flock.network.walks.stream().filter("announce clear=false seeds=2"::equals).count());
    }
}
