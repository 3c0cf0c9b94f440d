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

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import omega.flock.base.FlockException;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.Drop;
import omega.flock.swarm.machine.SwarmConstants;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Refreshes of a topic: who gets which result, what fails, what hangs, what a change of the network does. */
class SwarmRefreshTest {

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private static CompletableFuture<Boolean> flushed(DiscoveryHandle discovery) {
        return SwarmLab.async(() -> discovery.flushed(Optional.empty()));
    }

    /** Pitfall 13: upstream tells the second caller nothing, or throws. */
    @Test
    void everyCallerOfARefreshGetsTheSameResult() throws Exception {
        Member flock = lab.member();
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        for (boolean success : List.of(true, false)) {
            flock.network.holdsWalks = true;
            CompletableFuture<Boolean> first = SwarmLab.async(() -> discovery.refresh(Optional.empty()));
            lab.until("the walk begins", () -> !flock.network.openWalks.getLast().isClosed());
            lab.settle();
            CompletableFuture<Boolean> second = SwarmLab.async(() -> discovery.refresh(Optional.empty()));
            CompletableFuture<Boolean> third = flushed(discovery);
            lab.settle();
            if (success) {
                flock.network.openWalks.getLast().release();
            } else {
                flock.network.openWalks.getLast().fail("TOO_FEW_NODES");
            }
            assertEquals(List.of(success, success, success), List.of(first.get(), second.get(), third.get()));
            lab.settle();
        }
    }

    /** Of two that announce themselves at the same time each may look before the other's record is stored. */
    @Test
    void whoAnnouncesForTheFirstTimeAndLooksForOthersLooksOnceMore() {
        Member late = lab.member();
        late.network.holdsWalks = true;
        late.swarm.join(TOPIC, BOTH);
        lab.settle();
        late.network.openWalks.getFirst().release();
        lab.settle();
        assertEquals(List.of("announce clear=true seeds=0", "lookup seeds=2"), late.network.walks);
        Member other = lab.member();
        other.swarm.join(TOPIC, SERVER);
        lab.settle();
        late.network.openWalks.getLast().release();
        lab.settle();
        assertEquals(other.key(), late.link().remotePublicKey());
    }

    /** Pitfall 11: upstream caches a failed listen for ever and arms no further refresh. */
    @Test
    void aListenThatFailedIsTriedAgainWithTheNextRefresh() throws Exception {
        Member flock = lab.member();
        flock.network.failsListen = Optional.of("KEYPAIR_ALREADY_USED");
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        assertFalse(discovery.flushed(Optional.empty()), "pitfall 30: reported by flushed()");
        FlockException failure = assertThrows(FlockException.class, flock.swarm::listen);
        assertEquals("KEYPAIR_ALREADY_USED", failure.code());
        flock.network.failsListen = Optional.empty();
        lab.advance(Duration.ofMinutes(12));
        assertEquals(1, lab.world.lookup(TOPIC).size());
        assertTrue(discovery.flushed(Optional.empty()));
        flock.swarm.listen();
    }

    @Test
    void aListenerThatBreaksDownIsReplacedByTheNextRefresh() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, SERVER);
        lab.settle();
        flock.network.listeners.getFirst().breakDown();
        lab.settle();
        lab.advance(Duration.ofMinutes(12));
        assertEquals(2, flock.network.listeners.size());
        assertTrue(lab.world.listener(flock.key()).isPresent());
    }

    @Test
    void twoFlocksOfOneKeyOnOneNetworkCannotBothListen() throws Exception {
        Member flock = lab.member();
        lab.listen(flock);
        Member twin = lab.member(flock.keyPair);
        assertEquals("KEYPAIR_ALREADY_USED", assertThrows(FlockException.class, twin.swarm::listen).code());
    }

    /** Pitfall 39: one lost completion must not freeze a topic for ever. */
    @Test
    void aRefreshThatHangsIsEndedAndTheNextOneComes() throws Exception {
        Member flock = lab.member();
        flock.network.holdsWalks = true;
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, CLIENT);
        CompletableFuture<Boolean> flushed = flushed(discovery);
        lab.settle();
        lab.advance(SwarmConstants.REFRESH_DEADLINE);
        assertFalse(flushed.get());
        assertEquals(1, flock.swarm.stats().drops().get(Drop.REFRESH_TIMEOUT));
        assertTrue(flock.network.openWalks.getFirst().isClosed());
        flock.network.holdsWalks = false;
        lab.advance(Duration.ofSeconds(6));
        assertEquals(2, flock.network.walks.size());
        assertTrue(discovery.flushed(Optional.empty()));
    }

    @Test
    void aFailedRefreshIsTriedAgainSoon() throws Exception {
        Member flock = lab.member();
        flock.network.failsWalks = true;
        DiscoveryHandle discovery = flock.swarm.join(TOPIC, SERVER);
        assertFalse(discovery.flushed(Optional.empty()));
        lab.settle();
        flock.network.failsWalks = false;
        lab.advance(Duration.ofSeconds(6));
        assertEquals(List.of("announce clear=true seeds=0", "announce clear=true seeds=0"), flock.network.walks,
                "what was to be cleared still is");
        assertTrue(discovery.flushed(Optional.empty()));
    }

    /** Pitfall 14: upstream joins a query that began on the dead network. */
    @Test
    void aChangeOfTheNetworkBeginsEveryWalkAnewAndProbesConnectionsFirst() throws Exception {
        Member server = lab.member();
        server.swarm.join(TOPIC, SERVER);
        lab.settle();
        Member client = lab.member();
        client.swarm.join(TOPIC, CLIENT);
        lab.settle();
        FakeLink link = client.link();
        client.network.holdsWalks = true;
        DiscoveryHandle other = client.swarm.join(OTHER, CLIENT);
        CompletableFuture<Boolean> flushed = flushed(other);
        lab.settle();
        client.network.change();
        lab.settle();
        assertEquals(1, link.keepAlives.get());
        assertEquals(4, client.network.walks.size());
        assertTrue(client.network.openWalks.get(1).isClosed());
        assertFalse(flushed.isDone(), "who waited waits for the new one");
        client.network.openWalks.forEach(FakeWalk::release);
        assertTrue(flushed.get());
    }

    @Test
    void aChangeOfTheNetworkWhileSuspendedIsIgnored() throws Exception {
        Member flock = lab.member();
        flock.swarm.join(TOPIC, CLIENT);
        lab.settle();
        flock.swarm.suspend().await();
        flock.network.change();
        lab.settle();
        assertEquals(1, flock.network.walks.size());
    }
}
