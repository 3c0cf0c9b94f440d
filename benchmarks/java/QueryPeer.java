import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.base.Topic;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;

/**
 * Queries in sequence, a user of the exported API; {@code benchmarks/js/query-peer.js} is its twin and says what it does and prints.
 *
 * <pre>
 * announce BOOTSTRAP COUNT TOPICS
 * lookup   BOOTSTRAP COUNT TOPICS
 * </pre>
 */
public final class QueryPeer {

    private QueryPeer() {}

    /** Makes the queries. */
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[2]);
        int topics = Integer.parseInt(arguments[3]);
        try (Gateway gateway = Gateway.builder().bootstrap(arguments[1]).host("127.0.0.1").firewalled(false).open()) {
            gateway.awaitReady(Duration.ofSeconds(10));
            List<Long> took = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                Topic topic = Topic.of(ByteBuffer.allocate(32).putInt(i % topics).array());
                long started = System.nanoTime();
                switch (arguments[0]) {
                    case "announce" -> announce(gateway, topic);
                    case "lookup" -> lookup(gateway, topic);
                    default -> throw new IllegalArgumentException(arguments[0]);
                }
                took.add((System.nanoTime() - started) / 1000);
            }
            System.out.println(took);
        }
    }

    private static void announce(Gateway gateway, Topic topic) throws IOException, InterruptedException {
        try (Query<LookupReply> query = gateway.announce(topic, gateway.keyPair(), List.of())) {
            query.await();
        }
    }

    private static void lookup(Gateway gateway, Topic topic) throws IOException {
        int found = 0;
        try (Query<LookupReply> query = gateway.lookup(topic)) {
            for (LookupReply reply : query) {
                found += reply.peers().size();
            }
        }
        if (found == 0) {
            throw new IOException("nobody was found");
        }
    }
}
