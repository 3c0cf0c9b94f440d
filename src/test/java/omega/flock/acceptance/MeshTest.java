package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import omega.flock.Flock;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Testnet;
import omega.flock.interop.JavaPeer;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many flocks on one topic: everybody knows everybody, once; and they find back to who crashed. */
class MeshTest {

    private static final Topic TOPIC = Topic.hash("a mesh");

    private final List<Flock> flocks = new ArrayList<>();
    /** A permit for each update of any flock: what the waits of this test wake up for. */
    private final Semaphore updates = new Semaphore(0);
    private Testnet testnet;

    @BeforeEach
    void startTheNetwork() throws Exception {
        testnet = Testnet.start(5);
    }

    @AfterEach
    void endEverything() {
        flocks.forEach(Flock::closeNow);
        testnet.close();
    }

    @Test
    void tenFlocksFormAFullMeshWithOneConnectionForEachPair() throws Exception {
        for (int i = 0; i < 10; i++) {
            joined();
        }
        awaitUpdates(Duration.ofSeconds(30), () -> flocks.stream().allMatch(flock -> others(flock).equals(keysBut(flock))));
        for (Flock flock : flocks) {
            assertEquals(9, flock.connections().size(), "one connection for each of the nine others");
        }
    }

    @Test
    void aKilledProcessIsNoticedAndFoundAgainWhenItIsBack() throws Exception {
        byte[] seed = new byte[32];
        seed[0] = 7;
        PublicKey mortal = KeyPair.fromSeed(seed).publicKey();
        joined();
        joined();
        BooleanSupplier met = () -> flocks.stream().allMatch(flock -> others(flock).contains(mortal));
        String[] arguments = {testnet.bootstrap().getFirst(), TOPIC.toString(), HexFormat.of().formatHex(seed)};
        try (var first = JavaPeer.start(MemberProgram.class, arguments)) {
            awaitUpdates(Duration.ofSeconds(30), met);
            first.kill();
        }
        awaitUpdates(Duration.ofSeconds(90), () -> flocks.stream().noneMatch(flock -> others(flock).contains(mortal)));
        try (var second = JavaPeer.start(MemberProgram.class, arguments)) {
            awaitUpdates(Duration.ofSeconds(60), met);
        }
    }

    private void joined() {
        Flock flock = Flock.builder().bootstrap(testnet.bootstrap()).open();
        flocks.add(flock);
        flock.onUpdate(updates::release);
        flock.join(TOPIC);
    }

    private static Set<PublicKey> others(Flock flock) {
        var keys = new TreeSet<PublicKey>();
        flock.connections().stream().map(Connection::remotePublicKey).forEach(keys::add);
        return keys;
    }

    private Set<PublicKey> keysBut(Flock flock) {
        var keys = new TreeSet<PublicKey>();
        flocks.forEach(each -> keys.add(each.keyPair().publicKey()));
        keys.remove(flock.keyPair().publicKey());
        return keys;
    }

    private void awaitUpdates(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long deadline = Ticker.SYSTEM.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - Ticker.SYSTEM.nanoTime();
            assertTrue(left > 0 && updates.tryAcquire(left, TimeUnit.NANOSECONDS), () -> "waited " + patience + " in vain: "
                    + flocks.stream().map(flock -> others(flock).size()).toList());
        }
    }
}
