package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Options are values that cannot be wrong: what cannot be is refused, with the value in the message. */
class OptionsTest {

    private static final PeerAddress NODE = new PeerAddress("127.0.0.1", 4000);

    @Test
    void connectOptionsHaveTheDefaultsThatAreDocumented() {
        ConnectOptions options = ConnectOptions.DEFAULT;
        assertEquals(Optional.empty(), options.keyPair());
        assertEquals(Duration.ofSeconds(60), options.timeout());
        assertEquals(List.of(), options.relayAddresses());
        assertTrue(options.localConnection());
        assertEquals(List.of(), options.relayThrough());
        assertTrue(options.toDialOptions().mayBeRelayed());
    }

    @Test
    void eachConnectOptionIsSetAloneAndLeavesTheOriginalAsItWas() {
        KeyPair key = KeyPair.generate();
        List<PeerAddress> nodes = new ArrayList<>(List.of(NODE));
        ConnectOptions options = ConnectOptions.DEFAULT.withKeyPair(key).withTimeout(Duration.ofMillis(5))
                .withRelayAddresses(nodes).withLocalConnection(false);
        nodes.clear();
        assertSame(key, options.keyPair().orElseThrow());
        assertEquals(Duration.ofMillis(5), options.timeout());
        assertEquals(List.of(NODE), options.relayAddresses());
        assertFalse(options.localConnection());
        PublicKey relay = key.publicKey();
        ConnectOptions relayed = options.withRelayThrough(relay).withKeyPair(key).withTimeout(Duration.ofMillis(6))
                .withRelayAddresses(List.of()).withLocalConnection(true);
        assertEquals(List.of(relay), relayed.relayThrough());
        assertEquals(List.of(relay), relayed.toDialOptions().relayThrough());
        assertEquals(List.of(), options.relayThrough());
        assertEquals(List.of(), relayed.withRelayThrough().relayThrough());
        assertEquals(Duration.ofSeconds(60), ConnectOptions.DEFAULT.timeout());
        assertTrue(ConnectOptions.DEFAULT.keyPair().isEmpty());
    }

    @Test
    void connectOptionsRefuseWhatCannotBe() {
        assertRefused("PT0S", () -> ConnectOptions.DEFAULT.withTimeout(Duration.ZERO));
        assertRefused("PT-1S", () -> ConnectOptions.DEFAULT.withTimeout(Duration.ofSeconds(-1)));
        assertThrows(NullPointerException.class, () -> ConnectOptions.DEFAULT.withTimeout(null));
        assertThrows(NullPointerException.class, () -> ConnectOptions.DEFAULT.withKeyPair(null));
        assertThrows(NullPointerException.class, () -> ConnectOptions.DEFAULT.withRelayAddresses(null));
        assertThrows(NullPointerException.class, () -> ConnectOptions.DEFAULT.withRelayThrough((PublicKey) null));
    }

    @Test
    void serverOptionsHaveTheDefaultsThatAreDocumented() {
        ServerOptions options = ServerOptions.DEFAULT;
        assertFalse(options.firewall().test(KeyPair.generate().publicKey()));
        assertTrue(options.shareLocalAddress());
        assertEquals(256, options.backlog());
        assertEquals(256, options.toPeerServerOptions().backlog());
    }

    @Test
    void eachServerOptionIsSetAloneAndReachesTheServer() {
        Predicate<PublicKey> nobody = key -> true;
        ServerOptions options = ServerOptions.DEFAULT.withFirewall(nobody).withShareLocalAddress(false).withBacklog(3);
        assertSame(nobody, options.firewall());
        assertFalse(options.shareLocalAddress());
        assertEquals(3, options.backlog());
        assertSame(nobody, options.toPeerServerOptions().firewall());
        assertFalse(options.toPeerServerOptions().shareLocalAddress());
        assertEquals(3, options.toPeerServerOptions().backlog());
        PublicKey relay = KeyPair.generate().publicKey();
        ServerOptions relayed = options.withRelayThrough(relay).withFirewall(nobody).withShareLocalAddress(true).withBacklog(4);
        assertEquals(List.of(relay), relayed.relayThrough());
        assertEquals(List.of(relay), relayed.toPeerServerOptions().relayThrough().get());
        assertEquals(List.of(), options.relayThrough());
    }

    @Test
    void serverOptionsRefuseWhatCannotBe() {
        assertRefused("0", () -> ServerOptions.DEFAULT.withBacklog(0));
        assertThrows(NullPointerException.class, () -> ServerOptions.DEFAULT.withFirewall(null));
    }

    @Test
    void announceOptionsHaveDefaultsAndKeepACopy() {
        assertEquals(List.of(), AnnounceOptions.DEFAULT.seeds());
        assertFalse(AnnounceOptions.DEFAULT.clear());
        List<PeerAddress> seeds = new ArrayList<>(List.of(NODE));
        AnnounceOptions options = AnnounceOptions.DEFAULT.withClear(true).withSeeds(seeds).withBump(5);
        seeds.clear();
        assertEquals(List.of(NODE), options.seeds());
        assertTrue(options.clear());
        assertEquals(5, options.bump());
        assertThrows(IllegalArgumentException.class, () -> options.withBump(-1));
    }

    @Test
    void theBuilderRefusesWhatCannotBe() {
        assertRefused("-1", () -> Gateway.builder().port(-1));
        assertRefused("65536", () -> Gateway.builder().port(65536));
        assertRefused("31", () -> Gateway.builder().seed(new byte[31]));
        assertRefused("PT-1S", () -> Gateway.builder().connectionKeepAlive(Duration.ofSeconds(-1)));
        assertRefused("no port", () -> Gateway.builder().bootstrap("no port").open().close());
        assertRefused("not an address", () -> Gateway.builder().bootstrap().host("not an address").port(0).open().close());
        assertThrows(NullPointerException.class, () -> Gateway.builder().keyPair(null));
        assertThrows(NullPointerException.class, () -> Gateway.builder().connectionKeepAlive(null));
        assertThrows(NullPointerException.class, () -> Gateway.builder().bootstrap((List<String>) null));
    }

    @Test
    void figuresAddUpAndAreSnapshots() {
        Map<String, Long> drops = new java.util.HashMap<>(Map.of("rpc.MALFORMED", 2L, "dht.INCOMPLETE", 3L));
        GatewayStats stats = new GatewayStats(Map.of(), Map.of(), drops);
        drops.clear();
        assertEquals(5, stats.dropped());
        assertEquals("{dht.INCOMPLETE=3, rpc.MALFORMED=2}", stats.drops().toString(), "in the order of the names");
        assertThrows(UnsupportedOperationException.class, stats.drops()::clear);
    }

    private static void assertRefused(String value, Executable use) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, use);
        assertTrue(refused.getMessage().contains(value), refused.getMessage());
    }
}
