package omega.flock;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import omega.flock.gateway.Testnet;

/** Flocks on a private network of real sockets on loopback, and waiting for what they do. */
final class FlockNet implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

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

    /** Waits for something, and says what if it does not happen. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        LinkedBlockingQueue<Object> never = new LinkedBlockingQueue<>();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("it did not happen within " + PATIENCE + ": " + what);
            }
            never.poll(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        flocks.forEach(Flock::closeNow);
        testnet.close();
    }
}
