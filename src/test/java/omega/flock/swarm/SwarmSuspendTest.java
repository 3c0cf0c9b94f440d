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
import java.util.concurrent.ExecutionException;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.swarm.SwarmLab.Member;
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
        client.swarm.suspend().get();
        lab.settle();
        assertEquals(CloseReason.Kind.SUSPENDED, first.reason().orElseThrow().kind());
        assertEquals(List.of(), server.swarm.connections());
        lab.advance(Duration.ofMinutes(30));
        assertEquals(1, client.network.walks.size(), "no refresh while suspended");
        client.swarm.resume().get();
        lab.settle();
        assertEquals(2, client.events.size());
        assertEquals(2, server.events.size());
    }

    @Test
    void theAnnouncementIsWithdrawnAndMadeAgain() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.suspend().get();
        assertEquals(List.of(TOPIC), server.network.unannounced);
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        server.swarm.resume().get();
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
        client.swarm.suspend().get();
        assertEquals(0, client.swarm.peers().size());
        client.network.holdsDials = false;
        client.swarm.resume().get();
        lab.settle();
        assertEquals(servers.size(), client.swarm.connections().size());
    }

    /** Pitfall 6: upstream strands an explicit peer after a quick suspend and resume. */
    @Test
    void anExplicitPeerIsDialledAtOnceAfterAQuickSuspendAndResume() throws Exception {
        Member server = lab.member();
        lab.listen(server);
        Member client = lab.member();
        client.swarm.joinPeer(server.key());
        lab.settle();
        client.swarm.suspend().get();
        client.swarm.resume().get();
        lab.settle();
        assertEquals(1, client.swarm.connections().size());
    }

    @Test
    void anExplicitPeerThatNobodyReachesIsTriedAfreshAfterAResume() throws Exception {
        KeyPair nobody = KeyPair.generate();
        Member client = lab.member();
        client.swarm.joinPeer(nobody.publicKey());
        lab.advance(Duration.ofMinutes(5));
        int before = client.network.dials.size();
        client.swarm.suspend().get();
        client.swarm.resume().get();
        lab.settle();
        assertEquals(before + 1, client.network.dials.size());
    }

    @Test
    void whatIsJoinedWhileSuspendedBeginsWithTheResume() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.suspend().get();
        DiscoveryHandle discovery = client.swarm.join(TOPIC, CLIENT);
        assertTrue(client.swarm.joinPeer(KeyPair.generate().publicKey()));
        lab.settle();
        assertEquals(List.of(), client.network.walks);
        assertEquals(List.of(), client.network.dials);
        assertTrue(discovery.flushed(Optional.empty()), "nothing is under way");
        assertFalse(discovery.refresh(Optional.empty()), "nothing was refreshed");
        client.swarm.resume().get();
        lab.settle();
        assertEquals(server.key(), client.link().remotePublicKey());
        assertEquals(2, client.network.dials.size());
    }

    @Test
    void whatIsLeftWhileSuspendedNeedsNoNetwork() throws Exception {
        Member server = lab.joined(SERVER);
        server.swarm.suspend().get();
        server.swarm.leave(TOPIC).get();
        assertEquals(1, server.network.unannounced.size(), "only by the suspend itself");
        server.swarm.resume().get();
        lab.settle();
        assertEquals(List.of(), lab.world.lookup(TOPIC));
    }

    @Test
    void whoConnectsToASuspendedFlockIsRefused() throws Exception {
        Member server = lab.joined(SERVER);
        FakeListener door = server.network.listeners.getFirst();
        server.swarm.suspend().get();
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
        server.swarm.suspend().get();
        CompletableFuture<Boolean> listening = SwarmLab.async(() -> {
            server.swarm.listen();
            return true;
        });
        lab.settle();
        assertFalse(listening.isDone());
        server.swarm.resume().get();
        assertTrue(listening.get());
    }

    /** Pitfall 20: upstream lets a resume run into a suspend. */
    @Test
    void overlappingCallsRunOneAfterTheOther() throws Exception {
        Member server = lab.joined(SERVER);
        FakeWorld.Held<Boolean> gate = lab.world.held();
        server.network.holdsSuspend = Optional.of(gate);
        CompletableFuture<?> suspended = server.swarm.suspend();
        CompletableFuture<?> resumed = server.swarm.resume();
        CompletableFuture<?> again = server.swarm.suspend();
        CompletableFuture<?> last = server.swarm.resume();
        lab.until("the first one has come to the network", () -> !server.network.life.isEmpty());
        assertFalse(resumed.isDone());
        gate.complete(true);
        suspended.get();
        resumed.get();
        again.get();
        last.get();
        lab.settle();
        assertEquals(List.of("suspend", "suspended", "resume", "suspend", "suspended", "resume"), server.network.life);
        assertEquals(1, lab.world.lookup(TOPIC).size());
    }

    @Test
    void inTheWrongStateTheyDoNothing() throws Exception {
        Member flock = lab.member();
        flock.swarm.resume().get();
        assertEquals(List.of(), flock.network.life);
        flock.swarm.suspend().get();
        flock.swarm.suspend().get();
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
        server.swarm.suspend().get();
        server.network.failsResume = true;
        ExecutionException failure = assertThrows(ExecutionException.class, () -> server.swarm.resume().get());
        assertTrue(failure.getCause() instanceof UncheckedIOException);
        assertEquals(List.of(), lab.world.lookup(TOPIC));
        server.network.failsResume = false;
        server.swarm.resume().get();
        lab.settle();
        assertEquals(1, lab.world.lookup(TOPIC).size());
    }

    @Test
    void bansSurvive() throws Exception {
        Member server = lab.joined(SERVER);
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        client.events.getFirst().peer().ban(true);
        client.swarm.suspend().get();
        client.swarm.resume().get();
        lab.settle();
        assertEquals(List.of(), client.swarm.connections());
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
        client.swarm.suspend().get();
        lab.settle();
        assertEquals(0, client.swarm.connecting());
    }

    @Test
    void severalTopicsComeBackInTheirOrder() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(OTHER, BOTH);
        flock.swarm.join(TOPIC, BOTH);
        lab.settle();
        flock.swarm.suspend().get();
        flock.swarm.resume().get();
        lab.settle();
        assertEquals(List.of(OTHER, TOPIC), flock.swarm.topics().stream().map(DiscoveryHandle::topic).toList());
        assertEquals(2, flock.network.walks.stream().filter("announce clear=false seeds=2"::equals).count());
    }
}
