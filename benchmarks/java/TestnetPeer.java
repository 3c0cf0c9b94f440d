import java.util.concurrent.CountDownLatch;
import omega.flock.gateway.Testnet;

/**
 * A private DHT of Java nodes on one address, until the process is killed; {@code benchmarks/js/testnet.js} is its twin and says what it prints.
 *
 * <pre>
 * HOST NODES
 * </pre>
 */
public final class TestnetPeer {

    private TestnetPeer() {}

    /** Starts the nodes. */
    public static void main(String[] arguments) throws Exception {
        try (Testnet testnet = Testnet.start(Integer.parseInt(arguments[1]), arguments[0], 0)) {
            System.out.println(testnet.bootstrap().getFirst());
            new CountDownLatch(1).await();
        }
    }
}
