package omega.flock.acceptance;

import java.util.List;
import java.util.Map;
import omega.flock.Flock;
import omega.flock.JoinOptions;
import omega.flock.base.Topic;
import omega.flock.gateway.Testnet;
import omega.flock.interop.JavaPeer;
import omega.flock.runtime.Ticker;

/** Lets two flocks with default options meet as often as its argument says, and reports how long each pair took. */
public final class MeetingProgram {

    private MeetingProgram() {
    }

    public static void main(String[] arguments) throws Exception {
        Topic topic = Topic.hash("a host with a network card");
        try (Testnet testnet = Testnet.start(5);
                Flock server = Flock.builder().bootstrap(testnet.bootstrap()).open()) {
            server.join(topic, JoinOptions.SERVER).flushed(Echo.LIMIT);
            for (int round = 0; round < Integer.parseInt(arguments[0]); round++) {
                JavaPeer.emit(System.out, "met", Map.of("millis", meet(topic, testnet.bootstrap())));
            }
        }
    }

    private static long meet(Topic topic, List<String> bootstrap) throws Exception {
        long started = Ticker.SYSTEM.nanoTime();
        try (Flock client = Flock.builder().bootstrap(bootstrap).open()) {
            client.join(topic, JoinOptions.CLIENT);
            client.accept(Echo.LIMIT).orElseThrow(() -> new IllegalStateException("no connection"));
            return (Ticker.SYSTEM.nanoTime() - started) / 1_000_000;
        }
    }
}
