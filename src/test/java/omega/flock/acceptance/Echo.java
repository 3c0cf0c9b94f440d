package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import omega.flock.gateway.Connection;
import omega.flock.runtime.Ticker;

/**
 * The conversation of the acceptance tests: 300,000 random bytes there and back, within five seconds from a standing start.
 * A build, which other tests and other programs share the machine with, only asks that they meet soon.
 */
final class Echo {
    static final int BYTES = 300_000;

    private static final String REPETITIONS = "omega.flock.acceptance.repetitions";
    private static final boolean ACCEPTANCE_RUN = System.getProperty(REPETITIONS) != null;

    /** What a meeting may take. */
    static final Duration LIMIT = limit(Duration.ofSeconds(5), Duration.ofSeconds(30));

    private Echo() {
    }

    /** How often each pairing is tried: twice in a build, twenty times in the acceptance run. */
    static int repetitions() {
        return Integer.getInteger(REPETITIONS, 2);
    }

    /** What is promised counts in the acceptance run; a build on a busy machine has its own patience. */
    static Duration limit(Duration promised, Duration patience) {
        return ACCEPTANCE_RUN ? promised : patience;
    }

    /** The server's half: returns everything, then ends its own side. */
    static void serve(Connection connection) throws IOException {
        try (connection) {
            connection.getInputStream().transferTo(connection.getOutputStream());
            connection.shutdownOutput();
        }
    }

    /** The client's half: writes on a thread of its own, because neither side has room for all of it. */
    static void roundTrip(Connection connection, long seed) throws Exception {
        byte[] sent = new byte[BYTES];
        new Random(seed).nextBytes(sent);
        try (connection) {
            connection.setReadTimeout(LIMIT);
            var written = new FutureTask<>((Callable<Void>) () -> {
                connection.getOutputStream().write(sent);
                connection.shutdownOutput();
                return null;
            });
            Thread.ofVirtual().name("echo writer").start(written);
            byte[] received = connection.getInputStream().readAllBytes();
            written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertArrayEquals(sent, received, "seed " + seed);
        }
    }

    /** One meeting, whatever it takes from its first call to its last. */
    @FunctionalInterface
    interface Meeting {
        void run(int round) throws Exception;
    }

    /** Runs a meeting as often as asked for, each within the limit. */
    static void repeat(Meeting meeting) throws Exception {
        for (int round = 0; round < repetitions(); round++) {
            long started = Ticker.SYSTEM.nanoTime();
            meeting.run(round);
            Duration took = Duration.ofNanos(Ticker.SYSTEM.nanoTime() - started);
            assertTrue(took.compareTo(LIMIT) < 0, "round " + round + " took " + took.toMillis() + " ms");
        }
    }
}
