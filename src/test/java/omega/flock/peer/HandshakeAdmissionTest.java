package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

class HandshakeAdmissionTest {

    private static final HandshakePlaces PLACES = HandshakePlaces.of(Long.MAX_VALUE);
    private static final long SECOND = 1_000_000_000L;

    private final HandshakeAdmission<Integer> admission = new HandshakeAdmission<>(6, 4, 0);
    private final AtomicInteger next = new AtomicInteger();
    private long now;

    @Test
    void soManyHandshakesOfOneStrangerAreUnderWayAndNoMore() {
        for (int i = 0; i < 4; i++) {
            assertTrue(direct("8.8.8.8").handshake().isPresent());
        }
        assertEquals(Optional.of(PeerDrop.TOO_MANY_HALF_OPEN), direct("8.8.8.8").refusal());
        admission.settled(0, false, now);
        assertTrue(direct("8.8.8.8").handshake().isPresent());
        assertEquals(4, admission.inFlight());
    }

    @Test
    void anotherStrangerTakesThePlaceOfTheGreedyOnesOldest() {
        for (int i = 0; i < 4; i++) {
            direct("8.8.8.8");
        }
        assertEquals(Optional.of(PeerDrop.TOO_MANY_HALF_OPEN), direct("9.9.9.9").refusal(), "it has not had its second yet");
        now += SECOND;
        assertEquals(Optional.of(0), direct("9.9.9.9").displaced());
        admission.settled(0, false, now); // which ends, but has given its place back
        assertEquals(4, admission.inFlight());
    }

    /** Attack: valid first messages from one source, each claiming another client. */
    @Test
    void claimedAddressesOfAStrangerDoNotMakeManyOfIt() {
        for (int i = 0; i < 100; i++) {
            direct("8.8.8.8");
        }
        now += SECOND;
        assertTrue(relayed("1.1.1.1", "5.5.5.5").handshake().isPresent());
        assertTrue(direct("9.9.9.9").handshake().isPresent());
    }

    /** Attack: the same from a thousand forged sources. */
    @Test
    void forgedSourcesDoNotTakeThePlacesOfTheRelays() {
        relayed("1.1.1.1", "5.5.5.5");
        for (int i = 0; i < 1000; i++) {
            now += SECOND;
            assertEquals(Optional.empty(), direct("8." + (i >> 8) + "." + (i & 0xff) + ".8").displaced().filter(gone -> gone == 0));
        }
        assertEquals(5, admission.inFlight());
    }

    /** Attack: one of our relays makes clients up. */
    @Test
    void aLyingRelayTakesPlacesFromItsOwnClients() {
        relayed("1.1.1.1", "5.5.5.5");
        for (int i = 0; i < 100; i++) {
            now += SECOND;
            assertEquals(Optional.empty(), relayed("2.2.2.2", "6.6." + i + ".6").displaced().filter(gone -> gone == 0));
        }
        now += SECOND;
        assertTrue(relayed("1.1.1.1", "7.7.7.7").handshake().isPresent());
    }

    @Test
    void oneHostIsHeldToItsSpeedAndOthersAreNot() {
        HandshakeAdmission<Integer> wide = new HandshakeAdmission<>(100_000, 100_000, 0);
        int admitted = 0;
        while (enter(wide, Optional.empty(), "8.8.8.8", true, 0).handshake().isPresent()) {
            admitted++;
        }
        assertTrue(admitted >= 200 && admitted <= PeerConstants.SOURCE_BURST, admitted + ": a school, and not many more");
        assertEquals(Optional.of(PeerDrop.SOURCE_TOO_FAST), enter(wide, Optional.empty(), "8.8.8.8", true, 0).refusal());
        assertTrue(enter(wide, Optional.empty(), "9.9.9.9", true, 0).handshake().isPresent());
        assertTrue(enter(wide, Optional.empty(), "8.8.8.8", false, 0).handshake().isPresent(), "who is not watched is not held up");
        assertTrue(enter(wide, Optional.empty(), "8.8.8.8", true, SECOND).handshake().isPresent());
    }

    /** Attack: garbage in place of first messages, each of which costs a Diffie-Hellman. */
    @Test
    void whoeverSendsGarbageGetsSlower() {
        HandshakeAdmission<Integer> wide = new HandshakeAdmission<>(100_000, 100_000, 0);
        int looked = 0;
        for (long now = 0; now < 60 * SECOND; now += SECOND / 100) {
            Optional<Integer> garbage = enter(wide, Optional.empty(), "8.8.8.8", true, now).handshake();
            if (garbage.isPresent()) {
                looked++;
                wide.failed(garbage.get(), now);
                wide.settled(garbage.get(), false, now);
            }
        }
        int seen = looked;
        assertTrue(seen <= PeerConstants.SOURCE_BURST / PeerConstants.FAILURE_COST + 61, () -> seen + " in a minute, of 6,000");
        assertTrue(enter(wide, Optional.empty(), "9.9.9.9", true, 60 * SECOND).handshake().isPresent());
    }

    /** Attack: a thousand forged sources, as fast as the line carries them. */
    @Test
    void forgedSourcesDoNotSlowDownWhatTheRelaysPassOn() {
        HandshakeAdmission<Integer> wide = new HandshakeAdmission<>(100_000, 100_000, 0);
        for (int i = 0; i < 5000; i++) {
            enter(wide, Optional.empty(), "8." + (i >> 8) + "." + (i & 0xff) + ".8", true, 0);
        }
        assertEquals(Optional.of(PeerDrop.SOURCE_TOO_FAST), enter(wide, Optional.empty(), "9.9.9.9", true, 0).refusal());
        for (int i = 0; i < 200; i++) {
            assertTrue(enter(wide, Optional.of("1.1.1.1"), "5.5.5.5", true, 0).handshake().isPresent());
        }
    }

    /** Attack: one source takes all places at once, each of them young. */
    @Test
    void whoeverHoldsManyHasNoGraceBeforeOthers() {
        HandshakeAdmission<Integer> real = real();
        for (int i = 0; i < PLACES.direct(); i++) {
            enter(real, Optional.empty(), "8.8.8.8", true, 0);
        }
        assertTrue(enter(real, Optional.empty(), "9.9.9.9", true, 0).displaced().isPresent());
    }

    /** Attack: more sources than there are places, of which none ever finishes a handshake. */
    @Test
    void aClientThatHasConnectedBeforeComesInThroughAThousandStrangers() {
        HandshakeAdmission<Integer> real = real();
        int friend = enter(real, Optional.empty(), "9.9.9.9", true, 0).handshake().orElseThrow();
        real.settled(friend, true, 0);
        for (int i = 0; i < 1000; i++) {
            enter(real, Optional.empty(), "8." + (i >> 8) + "." + (i & 0xff) + ".8", true, SECOND);
        }
        assertTrue(enter(real, Optional.empty(), "9.9.9.9", true, SECOND).handshake().isPresent());
        assertEquals(Optional.of(PeerDrop.TOO_MANY_HALF_OPEN), enter(real, Optional.empty(), "7.7.7.7", true, SECOND).refusal());
    }

    @Test
    void aClientThatLeavesAHandshakeUnfinishedIsOneLikeOthersAgain() {
        ClientStandings standings = new ClientStandings();
        NetworkSource client = source("9.9.9.9");
        standings.ended(client, true, 0);
        assertTrue(standings.hasConnected(client, SECOND) && !standings.hasUnfinished(client, SECOND));
        standings.ended(client, false, SECOND);
        assertTrue(!standings.hasConnected(client, SECOND) && standings.hasUnfinished(client, SECOND));
        assertTrue(!standings.hasUnfinished(client, 2 * SECOND + PeerConstants.UNFINISHED_MEMORY.toNanos()));
    }

    /** Attack: a thousand clients of our relays that begin one handshake a second each and finish none. */
    @Test
    void whoeverHasNotLeftAHandshakeUnfinishedComesBeforeThoseWhoHave() {
        HandshakeAdmission<Integer> wide = new HandshakeAdmission<>(100_000, 100_000, 0);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            int source = i % 1000;
            refused += enter(wide, Optional.of("1.1.1." + i % 3), "8." + (source >> 8) + "." + (source & 0xff) + ".8", true, i * SECOND / 1000)
                    .refusal().isPresent() ? 1 : 0;
        }
        assertTrue(refused > 4_000, refused + " of 10,000");
        for (int i = 0; i < 3; i++) {
            assertTrue(enter(wide, Optional.of("1.1.1." + i), "9.9.9." + i, true, 10 * SECOND).handshake().isPresent());
        }
    }

    /** Attack: a thousand sources, each of which begins one handshake a second; every one that is let in costs a key agreement. */
    @Test
    void whoeverHasLeftAHandshakeUnfinishedTakesNoPlaceFromAnybody() {
        HandshakeAdmission<Integer> real = real();
        int admitted = 0;
        for (int i = 0; i < 20_000; i++) {
            int source = i % 1000;
            admitted += enter(real, Optional.empty(), "8." + (source >> 2) + ".0." + (source & 3), true, i * SECOND / 1000).handshake().isPresent() ? 1 : 0;
        }
        assertTrue(admitted <= 1000 + PLACES.direct(), admitted + " of 20,000, by 1,000 sources within 20 s");
        assertTrue(enter(real, Optional.empty(), "9.9.9.9", true, 30 * SECOND).displaced().isPresent(), "who comes for the first time does");
    }

    @Test
    void aRelayIsHeldToItsSpeedHoweverManyClientsItNames() {
        HandshakeAdmission<Integer> wide = new HandshakeAdmission<>(100_000, 100_000, 0);
        int admitted = 0;
        for (int i = 0; i < 2000; i++) {
            admitted += enter(wide, Optional.of("1.1.1.1"), "6." + (i >> 8) + "." + (i & 0xff) + ".6", true, 0).handshake().isPresent() ? 1 : 0;
        }
        assertEquals(PeerConstants.RELAY_BURST, admitted);
    }

    @Test
    void twoHundredClientsBehindOneAddressMayComeAtOnce() {
        HandshakeAdmission<Integer> real = real();
        for (int i = 0; i < 200; i++) {
            assertTrue(enter(real, Optional.of("1.1.1." + i % 3), "5.5.5.5", true, 0).handshake().isPresent());
        }
    }

    private static HandshakeAdmission<Integer> real() {
        return new HandshakeAdmission<>(PLACES.relayed(), PLACES.direct(), 0);
    }

    private HandshakeAdmission.Decision<Integer> direct(String from) {
        return enter(admission, Optional.empty(), from, false, now);
    }

    private HandshakeAdmission.Decision<Integer> relayed(String relay, String client) {
        return enter(admission, Optional.of(relay), client, false, now);
    }

    private HandshakeAdmission.Decision<Integer> enter(HandshakeAdmission<Integer> into, Optional<String> relay, String client, boolean limit,
            long at) {
        return into.tryEnter(new HandshakeAdmission.Applicant(relay.map(HandshakeAdmissionTest::source), source(client)), limit,
                next::getAndIncrement, at);
    }

    private static NetworkSource source(String host) {
        return NetworkSource.of(new InetSocketAddress(host, 4711));
    }
}
