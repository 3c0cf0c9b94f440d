package omega.flock.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import omega.flock.interop.JavaPeer;
import org.junit.jupiter.api.Test;

/** Where the JavaScript stack tries its LAN shortcut and stalls for 15 s (hyperdht issue 304), ours does not. */
class HostWithACardTest {

    private static final Duration LIMIT = Echo.limit(Duration.ofSeconds(1), Duration.ofSeconds(10));

    @Test
    void twoFlocksOnAHostWithANetworkCardMeetWithinASecond() throws Exception {
        JavaPeer.assumeHostsCanBeMade();
        int rounds = Echo.repetitions();
        try (var program = JavaPeer.startOnHostWithACard(MeetingProgram.class, String.valueOf(rounds))) {
            for (int round = 0; round < rounds; round++) {
                long millis = program.await("met", Duration.ofSeconds(20)).number("millis");
                assertTrue(millis < LIMIT.toMillis(), "round " + round + " took " + millis + " ms");
            }
        }
    }
}
