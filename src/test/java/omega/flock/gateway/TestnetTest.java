package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A private network in this process. */
@Timeout(60)
class TestnetTest {

    @Test
    void itsNodesKeepRecordsForEachOther() throws Exception {
        try (Testnet testnet = Testnet.start(5)) {
            assertEquals(1, testnet.bootstrap().size());
            Gateway gateway = testnet.createNode();
            assertTrue(gateway.awaitReady(Pair.PATIENCE));
            assertTrue(gateway.ephemeral());
            assertEquals(5, new HashSet<>(gateway.nodes()).size());
            assertTrue(gateway.nodes().contains(PeerAddress.parse(testnet.bootstrap().getFirst())));
            byte[] hash = gateway.immutablePut(new byte[] {1});
            assertArrayEquals(new byte[] {1}, testnet.createNode().immutableGet(hash).orElseThrow());
        }
    }

    @Test
    void oneNodeIsANetworkToo() throws Exception {
        try (Testnet testnet = Testnet.start(1)) {
            Gateway host = testnet.createNode();
            Gateway guest = testnet.createNode();
            try (GatewayServer server = host.listen(KeyPair.generate()); Connection client = guest.connect(server.publicKey())) {
                client.writeMessage(new byte[] {7});
                assertArrayEquals(new byte[] {7}, server.accept().readMessage());
            }
        }
    }

    @Test
    void aPairIsOneConnectionAndLeavesNothingBehind() throws Exception {
        try (Testnet testnet = Testnet.start(1)) {
            Connection left;
            try (Testnet.Pair pair = testnet.pair()) {
                left = pair.server();
                assertEquals(left.remotePublicKey(), pair.client().publicKey());
                assertTrue(pair.client().isInitiator());
                pair.client().writeMessage(new byte[] {7});
                assertArrayEquals(new byte[] {7}, left.readMessage());
                left.close();
                assertNull(pair.client().readMessage());
            }
            assertFalse(left.isOpen());
            testnet.pair().close();
        }
    }

    @Test
    void twoNetworksKnowNothingOfEachOther() throws Exception {
        try (Testnet one = Testnet.start(2); Testnet other = Testnet.start(2)) {
            byte[] hash = one.createNode().immutablePut(new byte[] {1});
            assertTrue(other.createNode().immutableGet(hash).isEmpty());
        }
    }

    @Test
    void itStartsAndClosesWithinSecondsAndMayBeClosedTwice() throws Exception {
        long started = Ticker.SYSTEM.nanoTime();
        Testnet testnet = Testnet.start(8);
        Gateway gateway = testnet.createNode();
        gateway.listen(KeyPair.generate());
        testnet.close();
        testnet.close();
        assertFalse(gateway.isOpen());
        IllegalStateException closed = assertThrows(IllegalStateException.class, testnet::createNode);
        assertTrue(closed.getMessage().contains("closed"), closed.getMessage());
        assertTrue(Ticker.SYSTEM.nanoTime() - started < Duration.ofSeconds(10).toNanos());
    }

    @Test
    void aBootstrapperOfOnesOwnHoldsUpANetwork() throws Exception {
        int port;
        try (Testnet free = Testnet.start(1)) {
            port = PeerAddress.parse(free.bootstrap().getFirst()).port();
        }
        try (Gateway first = Gateway.bootstrapper("127.0.0.1", port)) {
            assertEquals(new PeerAddress("127.0.0.1", port), first.localAddress());
            assertEquals(first.localAddress(), first.remoteAddress().orElseThrow());
            assertTrue(first.awaitReady(Pair.PATIENCE));
            assertFalse(first.ephemeral());
            assertThrows(IOException.class, () -> Gateway.bootstrapper("127.0.0.1", port).close());
            try (Gateway second = Gateway.builder().bootstrap("127.0.0.1:" + port).host("127.0.0.1").port(0).open()) {
                byte[] hash = second.immutablePut(new byte[] {3});
                assertArrayEquals(new byte[] {3}, second.immutableGet(hash).orElseThrow());
            }
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        IllegalArgumentException none = assertThrows(IllegalArgumentException.class, () -> Testnet.start(0));
        assertTrue(none.getMessage().contains("0"), none.getMessage());
        // 192.0.2.0/24 is for documentation: no machine has it.
        assertThrows(IOException.class, () -> Testnet.start(1, "192.0.2.1", 0));
        assertThrows(UncheckedIOException.class, () -> Gateway.builder().bootstrap().host("192.0.2.1").port(0).open());
    }
}
