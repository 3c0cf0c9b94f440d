package omega.flock;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import omega.flock.gateway.Testnet;
import omega.flock.runtime.Eventually;

/** Flocks on a private network of real sockets on loopback, and waiting for what they do. */
final class FlockNet implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A flock and the connections that it has reported. */
    static final class Member {
        final Flock flock;
        final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();

        private Member(Flock flock) {
            this.flock = flock;
        }

        ConnectionEvent event(int index) throws InterruptedException {
            until("event " + index, () -> events.size() > index);
            return events.get(index);
        }
    }

    private final Testnet testnet;
    private final List<Flock> flocks = new ArrayList<>();

    FlockNet() throws IOException, InterruptedException {
        testnet = Testnet.start(3);
    }

    Testnet testnet() {
        return testnet;
    }

    Flock.Builder builder() {
        return Flock.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").port(0)
                .backoffs(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(150), Duration.ofSeconds(1))
                .jitter(Duration.ZERO);
    }

    /** Opens a flock whose connections the test takes by itself. */
    Flock open(Consumer<Flock.Builder> settings) {
        Flock.Builder builder = builder();
        settings.accept(builder);
        Flock flock = builder.open();
        flocks.add(flock);
        return flock;
    }

    Flock open() {
        return open(builder -> { });
    }

    /** Opens a flock that records its connections and leaves them open. */
    Member member(Consumer<Flock.Builder> settings) {
        Member member = new Member(open(settings));
        member.flock.onConnection((connection, peer) -> member.events.add(new ConnectionEvent(connection, peer)));
        return member;
    }

    Member member() {
        return member(builder -> { });
    }

    /** Waits for something that takes dials and retries. */
    static void until(String what, BooleanSupplier condition) {
        Eventually.holds(what, PATIENCE, condition, () -> "it does not");
    }

    @Override
    public void close() {
        flocks.forEach(Flock::closeNow);
        testnet.close();
    }
}
