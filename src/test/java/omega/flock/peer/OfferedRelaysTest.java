package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.IntFunction;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

/** How often strangers have a node look for relays that they name. */
class OfferedRelaysTest {

    private static final long SECOND = 1_000_000_000L;

    private final OfferedRelays<Object> relays = new OfferedRelays<>(0);

    /** Attack: handshakes that name relays which do not exist, each of which is looked for in vain. */
    @Test
    void aThousandStrangersHaveUsLookForAFewRelaysASecond() {
        int direct = lookedFor(10, 1000, i -> new HandshakeAdmission.Applicant(Optional.empty(), source("8." + i % 250 + "." + i / 250 + ".8")));
        assertEquals(11 * PeerConstants.OFFERED_DIRECT, direct, 2);
        int relayed = lookedFor(10, 1000, i -> new HandshakeAdmission.Applicant(Optional.of(source("1.1.1." + i % 3)),
                source("8." + i % 250 + "." + i / 250 + ".8")));
        assertEquals(11 * PeerConstants.OFFERED_THROUGH_RELAYS, relayed, 2, "which the others do not slow down");
    }

    @Test
    void oneStrangerLeavesHalfOfThatToOthers() {
        NetworkSource relay = source("1.1.1.1");
        lookedFor(10, 1000, i -> new HandshakeAdmission.Applicant(Optional.of(relay), source("8.8.8.8")));
        HandshakeAdmission.Applicant other = new HandshakeAdmission.Applicant(Optional.of(relay), source("9.9.9.9"));
        for (int i = 0; i < PeerConstants.OFFERED_THROUGH_RELAYS / 2; i++) {
            assertTrue(relays.enter(new Object(), other, 10 * SECOND).isPresent());
        }
    }

    /** Attack: relays that are looked for without end. */
    @Test
    void whoeverNamesMostGivesHisOldestUpForOthersAndPushesNobodyOut() {
        Optional<NetworkSource> relay = Optional.of(source("1.1.1.1"));
        HandshakeAdmission.Applicant stranger = new HandshakeAdmission.Applicant(relay, source("8.8.8.8"));
        for (int i = 0; i < PeerConstants.MAX_OFFERED_RELAYS; i++) {
            assertEquals(Optional.empty(), relays.enter(i, stranger, i * SECOND).orElseThrow().displaced());
        }
        assertEquals(Optional.empty(), relays.enter(16, stranger, 16 * SECOND));
        HandshakeAdmission.Applicant other = new HandshakeAdmission.Applicant(relay, source("9.9.9.9"));
        assertEquals(Optional.of(0), relays.enter(17, other, 17 * SECOND).orElseThrow().displaced());
        relays.leave(1, stranger);
        assertTrue(relays.enter(18, stranger, 18 * SECOND).isPresent(), "a place that was given back is free");
        assertEquals(Optional.empty(), relays.enter(19, stranger, 19 * SECOND));
    }

    /** {@return how many of so many attempts a second were let in, each of which comes to its end at once} */
    private int lookedFor(int seconds, int perSecond, IntFunction<HandshakeAdmission.Applicant> applicants) {
        int entered = 0;
        for (int i = 0; i < seconds * perSecond; i++) {
            Object route = new Object();
            HandshakeAdmission.Applicant applicant = applicants.apply(i % perSecond);
            if (relays.enter(route, applicant, i * SECOND / perSecond).isPresent()) {
                entered++;
                relays.leave(route, applicant);
            }
        }
        return entered;
    }

    private static NetworkSource source(String host) {
        return NetworkSource.of(new InetSocketAddress(host, 4711));
    }
}
