package omega.flock.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.Gateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a swarm sees of its gateway. */
class GatewayNetworkTest {

    /** An unchecked exception would be a fault of ours to every task of the swarm, and be logged as one. */
    @Test
    void aGatewayThatSomebodyHasClosedIsAFailureOfTheNetwork() {
        Gateway gateway = Gateway.builder().bootstrap(List.of()).host("127.0.0.1").port(0).open();
        GatewayNetwork network = new GatewayNetwork(gateway);
        gateway.close();
        KeyPair key = KeyPair.generate();
        Topic topic = Topic.filled("closed");
        for (Executable question : List.<Executable>of(
                () -> network.dial(KeyPair.generate().publicKey(), key, List.of(), List.of(), Duration.ofSeconds(1)),
                () -> network.listen(key, rejected -> false, List::of),
                () -> network.lookup(topic, List.of()),
                () -> network.announce(topic, key, List.of(), AnnounceOptions.DEFAULT),
                () -> network.lookupAndUnannounce(topic, key, List.of()),
                () -> network.unannounce(topic, key, List.of()))) {
            assertEquals("SHUT_DOWN", assertThrows(FlockException.class, question).code());
        }
        network.close();
    }
}
