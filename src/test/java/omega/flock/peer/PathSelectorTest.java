package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.net.UdpPort;
import omega.flock.peer.PathSelector.Action;
import omega.flock.peer.PathSelector.Evidence;
import org.junit.jupiter.api.Test;

class PathSelectorTest {

    private static final Duration PATIENCE = Duration.ofMillis(400);
    private static final Duration MOVE_PATIENCE = Duration.ofSeconds(6);
    private static final long MUCH_LATER = MOVE_PATIENCE.toNanos();
    private static final long LATER = PATIENCE.toNanos();
    private static final UdpPort[] PORTS = {new NoPort(), new NoPort(), new NoPort(), new NoPort()};
    private static final Path LAN = path(1);
    private static final Path PUNCHED = path(2);
    private static final Path RELAY = new Path(PORTS[0], new InetSocketAddress("192.0.2.77", 77), OptionalInt.of(7));

    private final PathSelector selector = new PathSelector(PATIENCE, MOVE_PATIENCE);

    @Test
    void thePathOfThePacketThatCameBeforeTheReplyIsTaken() {
        assertKeeps(selector.found(0, PUNCHED, Evidence.PACKET));
        assertKeeps(selector.found(1, LAN, Evidence.PACKET));
        assertFalse(selector.isBound());
        assertEquals(new Action.Bind(PUNCHED), selector.ready(2));
        assertKeeps(selector.ready(3));
    }

    @Test
    void theFirstCandidateIsTriedAndTheSecondWaits() {
        selector.ready(0);
        assertEquals(new Action.Bind(LAN), selector.found(1, LAN, Evidence.GUESS));
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertKeeps(selector.found(2, PUNCHED, Evidence.PROBE));
        assertEquals(Optional.of(1 + LATER), selector.nextDeadline());
        assertKeeps(selector.tick(LATER));
        assertEquals(new Action.Move(PUNCHED), selector.tick(1 + LATER));
    }

    @Test
    void aPacketOfThePeerTellsWhereItIs() {
        selector.ready(0);
        selector.found(1, LAN, Evidence.GUESS);
        assertEquals(new Action.Move(PUNCHED), selector.found(2, PUNCHED, Evidence.PACKET));
        // One on the other path now moves nothing at once: both ways work.
        assertKeeps(selector.found(3, LAN, Evidence.PACKET));
    }

    @Test
    void oncePeerHasSpokenNothingMovesAnyMore() {
        selector.ready(0);
        selector.found(1, LAN, Evidence.GUESS);
        selector.found(2, PUNCHED, Evidence.PROBE);
        selector.confirmed(9);
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertKeeps(selector.tick(10 * LATER));
        assertKeeps(selector.found(10 * LATER, PUNCHED, Evidence.PACKET));
        assertEquals(Optional.of(LAN), selector.path());
    }

    @Test
    void candidatesTakeTurnsForAsLongAsNothingComesBack() {
        selector.ready(0);
        selector.found(0, LAN, Evidence.GUESS);
        selector.found(0, PUNCHED, Evidence.GUESS);
        assertEquals(new Action.Move(PUNCHED), selector.tick(LATER));
        assertEquals(new Action.Move(LAN), selector.tick(2 * LATER));
        assertEquals(new Action.Move(PUNCHED), selector.tick(3 * LATER));
    }

    @Test
    void aGuessThatHadItsTurnDoesNotGetAnotherFromAProvenPath() {
        selector.ready(0);
        selector.found(0, LAN, Evidence.GUESS);
        selector.found(0, PUNCHED, Evidence.PROBE);
        assertEquals(new Action.Move(PUNCHED), selector.tick(LATER));
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertKeeps(selector.tick(9 * LATER));
    }

    @Test
    void aRelayGetsItsTurnWhateverSpeaksForAPathThatStaysSilent() {
        selector.ready(0);
        selector.found(0, PUNCHED, Evidence.PACKET);
        assertKeeps(selector.found(1, RELAY, Evidence.RELAY));
        assertEquals(new Action.Move(RELAY), selector.tick(LATER));
        // What the peer sent first may be stuck at the relay; here it comes.
        assertEquals(new Action.Move(RELAY), selector.found(LATER + 1, RELAY, Evidence.PACKET));
        assertEquals(new Action.Upgrade(PUNCHED), selector.confirmed(9));
        assertEquals(Optional.of(PUNCHED), selector.path());
    }

    @Test
    void whatWeSentIntoARelayBeforeThePeerHadWrittenThereIsSentAgainOnce() {
        selector.ready(0);
        assertEquals(new Action.Bind(RELAY), selector.found(0, RELAY, Evidence.RELAY));
        assertEquals(new Action.Move(RELAY), selector.found(1, RELAY, Evidence.PACKET));
        assertKeeps(selector.found(2, RELAY, Evidence.PACKET));
        assertKeeps(selector.confirmed(3));
        assertKeeps(selector.found(4, RELAY, Evidence.PACKET));
    }

    @Test
    void aRelayWhereThePeerHasWrittenAlreadyGetsOursOnce() {
        assertKeeps(selector.found(0, RELAY, Evidence.PACKET));
        assertEquals(new Action.Bind(RELAY), selector.ready(1));
        assertKeeps(selector.found(2, RELAY, Evidence.PACKET));
    }

    @Test
    void aRelayGivesWayToADirectPathOnceThePeerHasSpoken() {
        selector.ready(0);
        assertEquals(new Action.Bind(RELAY), selector.found(0, RELAY, Evidence.RELAY));
        assertKeeps(selector.confirmed(9));
        assertKeeps(selector.found(1, LAN, Evidence.GUESS));
        assertEquals(new Action.Upgrade(PUNCHED), selector.found(2, PUNCHED, Evidence.PROBE));
        assertKeeps(selector.found(3, RELAY, Evidence.PACKET));
        assertKeeps(selector.found(4, LAN, Evidence.PACKET));
    }

    @Test
    void aRelayDoesNotGiveWayToAGuess() {
        selector.ready(0);
        selector.found(0, LAN, Evidence.GUESS);
        selector.found(1, RELAY, Evidence.RELAY);
        assertEquals(new Action.Move(RELAY), selector.tick(LATER));
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertKeeps(selector.confirmed(9));
        assertEquals(Optional.of(RELAY), selector.path());
    }

    @Test
    void aPunchedPathAndARelayTakeTurnsUntilThePeerSpeaks() {
        selector.ready(0);
        selector.found(0, RELAY, Evidence.RELAY);
        assertKeeps(selector.found(0, PUNCHED, Evidence.PROBE));
        assertEquals(new Action.Move(PUNCHED), selector.tick(LATER));
        assertEquals(new Action.Move(RELAY), selector.tick(2 * LATER));
        // It had its turn; now the peer has to come there.
        assertKeeps(selector.confirmed(9));
        assertEquals(new Action.Upgrade(PUNCHED), selector.found(3 * LATER, PUNCHED, Evidence.PACKET));
        assertEquals(Optional.empty(), selector.nextDeadline());
    }

    @Test
    void aDirectPathThatHasNotBeenTriedYetIsAsSoonAsThePeerHasSpoken() {
        selector.ready(0);
        selector.found(0, RELAY, Evidence.RELAY);
        assertKeeps(selector.found(1, PUNCHED, Evidence.PROBE));
        assertEquals(new Action.Upgrade(PUNCHED), selector.confirmed(2));
    }

    @Test
    void aDirectPathThatStaysSilentGivesTheStreamBackToTheRelay() {
        selector.ready(0);
        selector.found(0, RELAY, Evidence.RELAY);
        selector.confirmed(1);
        assertEquals(new Action.Upgrade(PUNCHED), selector.found(2, PUNCHED, Evidence.PROBE));
        assertKeeps(selector.found(3, RELAY, Evidence.PACKET));
        assertKeeps(selector.tick(1 + MUCH_LATER));
        assertEquals(new Action.Move(RELAY), selector.tick(2 + MUCH_LATER));
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertEquals(new Action.Upgrade(PUNCHED), selector.found(3 + MUCH_LATER, PUNCHED, Evidence.PACKET));
    }

    @Test
    void aDirectPathOnWhichThePeerComesKeepsTheStream() {
        selector.ready(0);
        selector.found(0, RELAY, Evidence.RELAY);
        selector.confirmed(1);
        selector.found(2, PUNCHED, Evidence.PROBE);
        assertEquals(Optional.of(2 + MUCH_LATER), selector.nextDeadline());
        assertKeeps(selector.found(3, PUNCHED, Evidence.PACKET));
        assertEquals(Optional.empty(), selector.nextDeadline());
        assertKeeps(selector.tick(2 * MUCH_LATER));
    }

    /** Whatever happens in whatever order: one bind, then moves only, never to where the stream is, none after the end. */
    @Property(tries = 500)
    void thereIsOneBindAndEveryMoveGoesSomewhereElseOrToARelayThatHasOpened(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = 99) Integer> events) {
        PathSelector any = new PathSelector(PATIENCE, MOVE_PATIENCE);
        long now = 0;
        int binds = 0;
        boolean confirmed = false;
        Optional<Path> at = Optional.empty();
        for (int event : events) {
            now += event % 7 * LATER / 3;
            Path candidate = path(1 + event % 3);
            Action action = switch (event % 6) {
                case 0 -> any.ready(now);
                case 1 -> any.tick(now);
                case 2 -> any.found(now, candidate, Evidence.GUESS);
                case 3 -> any.found(now, candidate, Evidence.PROBE);
                case 4 -> any.found(now, RELAY, event % 12 == 4 ? Evidence.RELAY : Evidence.PACKET);
                default -> any.found(now, candidate, Evidence.PACKET);
            };
            switch (action) {
                case Action.Keep() -> { }
                case Action.Bind(Path path) -> {
                    binds++;
                    at = Optional.of(path);
                }
                case Action.Move(Path path) -> {
                    assertTrue(!confirmed || path.isRelayed());
                    assertTrue(at.isPresent());
                    assertTrue(!at.get().equals(path) || path.isRelayed());
                    at = Optional.of(path);
                }
                case Action.Upgrade(Path path) -> at = Optional.of(assertUpgrade(at, path, confirmed));
            }
            assertTrue(binds <= 1);
            assertEquals(at, any.path());
            if (event > 95 && any.isBound()) {
                if (any.confirmed(now) instanceof Action.Upgrade(Path path)) {
                    at = Optional.of(assertUpgrade(at, path, true));
                }
                confirmed = true;
            }
        }
    }

    /** From a relay only, and only once the peer has spoken. */
    private static Path assertUpgrade(Optional<Path> from, Path to, boolean confirmed) {
        assertTrue(confirmed);
        assertTrue(from.orElseThrow().isRelayed());
        assertFalse(to.isRelayed());
        return to;
    }

    private static void assertKeeps(Action action) {
        assertInstanceOf(Action.Keep.class, action);
    }

    private static Path path(int number) {
        return new Path(PORTS[number], new InetSocketAddress("192.0.2." + number, 1000 + number));
    }

    private static final class NoPort implements UdpPort {

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress("192.0.2.9", 9);
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            throw new AssertionError("a selector sends nothing");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new AssertionError("a selector closes nothing");
        }
    }
}
