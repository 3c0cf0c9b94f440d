package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RpcConfigTest {

    @Test
    void theDefaultsAreThoseOfDhtRpc() {
        RpcConfig config = RpcConfig.builder().build();
        assertEquals(80, config.maxWindow());
        assertEquals(50, config.downHintsPerTick());
        assertEquals(10_000, config.maxPingDelay());
        assertEquals(Duration.ofSeconds(1), config.requestTimeout());
        assertEquals(EphemeralMode.ADAPTIVE, config.ephemeral());
        assertTrue(config.firewalled());
    }

    @Test
    void aPortStandsForARangeOfFive() {
        RpcConfig config = RpcConfig.builder().port(49737).build();
        assertEquals(49737, config.firstPort());
        assertEquals(49742, config.boundPort());
        assertEquals(65536, RpcConfig.builder().port(65534).build().boundPort());
        assertThrows(IllegalArgumentException.class, () -> RpcConfig.builder().portRange(10, 5));
    }

    @Test
    void aBuilderDoesNotChangeWhatItBuilt() {
        RpcConfig.Builder builder = RpcConfig.builder().maxWindow(7);
        RpcConfig config = builder.build();
        builder.maxWindow(8);
        assertEquals(7, config.maxWindow());
    }

    @Test
    void aBootstrapperNeedsAnAddressThatOthersCanUse() {
        assertThrows(IllegalArgumentException.class, () -> RpcConfig.bootstrapper(49737, "0.0.0.0"));
        assertThrows(IllegalArgumentException.class, () -> RpcConfig.bootstrapper(49737, "::1"));
        assertThrows(IllegalArgumentException.class, () -> RpcConfig.bootstrapper(49737, "example.org"));
        RpcConfig config = RpcConfig.bootstrapper(49737, "1.2.3.4").build();
        assertFalse(config.anyPort());
        assertEquals(49738, config.boundPort());
    }

    @Test
    void bootstrapAddressesMayNameAnIpToTryFirst() {
        assertEquals(new BootstrapAddress(Optional.empty(), "node.example", 49737), BootstrapAddress.parse("node.example:49737"));
        assertEquals(new BootstrapAddress(Optional.of("88.99.3.86"), "node.example", 49737),
                BootstrapAddress.parse("88.99.3.86@node.example:49737"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"node.example", "node.example:0", "node.example:70000", "@node.example:1", "name@node.example:1", ":1"})
    void otherFormsOfBootstrapAddressesAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> RpcConfig.builder().bootstrap(List.of(text)).build());
    }

    @Test
    void addressesThatNobodyCanHaveAreKnown() {
        assertTrue(Addresses.isUsable(new PeerAddress("127.0.0.1", 1)));
        assertTrue(Addresses.isUsable(new PeerAddress("192.168.1.1", 65535)));
        assertTrue(Addresses.isUsable(new PeerAddress("223.255.255.255", 1)));
        assertFalse(Addresses.isUsable(new PeerAddress("1.2.3.4", 0)));
        assertFalse(Addresses.isUsable(new PeerAddress("0.0.0.0", 1)));
        assertFalse(Addresses.isUsable(new PeerAddress("224.0.0.1", 1)));
        assertFalse(Addresses.isUsable(new PeerAddress("239.255.255.255", 1)));
        assertFalse(Addresses.isUsable(new PeerAddress("240.0.0.1", 1)));
        assertFalse(Addresses.isUsable(new PeerAddress("255.255.255.255", 1)));
    }
}
