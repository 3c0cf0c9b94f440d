package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a node makes of the addresses of its machine. */
class InterfaceWatchTest {

    private Optional<List<String>> addresses = Optional.of(List.of());

    @Test
    void whoHadANetworkAndHasNoneIsCutOffUntilThereIsOne() {
        InterfaceWatch watch = new InterfaceWatch(() -> addresses, "0.0.0.0");
        assertFalse(watch.hasChanged());
        assertFalse(watch.isCutOff(), "a machine that never had one may be all that there is");
        addresses = Optional.of(List.of("192.168.0.2"));
        assertTrue(watch.hasChanged());
        addresses = Optional.empty();
        assertFalse(watch.hasChanged(), "a look that failed says nothing");
        assertFalse(watch.isCutOff());
        addresses = Optional.of(List.of());
        assertTrue(watch.hasChanged());
        assertTrue(watch.isCutOff());
        assertFalse(watch.hasChanged());
        assertTrue(watch.isCutOff());
        addresses = Optional.of(List.of("192.168.7.3"));
        assertTrue(watch.hasChanged());
        assertFalse(watch.isCutOff());
    }

    @Test
    void aNodeOfLoopbackNeedsNoNetwork() {
        InterfaceWatch watch = new InterfaceWatch(() -> addresses, "127.0.0.1");
        addresses = Optional.of(List.of("192.168.0.2"));
        watch.hasChanged();
        addresses = Optional.of(List.of());
        assertTrue(watch.hasChanged());
        assertFalse(watch.isCutOff());
    }
}
