package omega.flock.hostile.siege;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.runtime.TaskScope;

/** Strangers who do connect, under one key after the other, and hold what they get; each lives at an address of its own. */
final class Callers implements AutoCloseable {

    /** More of them would take the processors from the node: each runs a whole node. */
    static final int MOST_HOSTS = 32;

    private static final int AT_ONCE = 4; // dials of one host
    private static final Duration DIAL = Duration.ofSeconds(10);

    private final List<Gateway> hosts = new ArrayList<>();
    private final TaskScope scope = new TaskScope("callers");
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger connected = new AtomicInteger();

    Callers(PublicKey server, List<KeyPair> keys, int sources) throws IOException, InterruptedException {
        for (int i = 0; i < Math.min(sources, MOST_HOSTS); i++) {
            Gateway host = Gateway.builder().host(Land.stranger(4 * i)).port(Land.PORT).bootstrap(Land.node(0).toString()).open();
            hosts.add(host);
            host.awaitReady(DIAL);
            for (int j = 0; j < AT_ONCE; j++) {
                scope.fork("caller", () -> call(host, server, keys));
            }
        }
    }

    private void call(Gateway host, PublicKey server, List<KeyPair> keys) throws InterruptedException {
        while (host.isOpen()) {
            KeyPair key = keys.get(next.getAndIncrement() % keys.size());
            try {
                Connection held = host.connect(server, ConnectOptions.DEFAULT.withKeyPair(key).withTimeout(DIAL));
                connected.incrementAndGet();
                held.onClose(reason -> connected.decrementAndGet());
            } catch (IOException | IllegalStateException e) {
                System.getLogger("siege").log(System.Logger.Level.TRACE, "a caller was refused", e);
            }
        }
    }

    int tried() {
        return next.get();
    }

    int connected() {
        return connected.get();
    }

    @Override
    public void close() {
        scope.cancel();
        hosts.forEach(Gateway::closeNow);
        scope.close();
    }
}
