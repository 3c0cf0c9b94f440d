package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import org.junit.jupiter.api.Test;

/** The pure tables of a server: handshakes, admission, relays. */
class HandshakeBookkeepingTest {

    /** Against a plain map: any sequence of adding and removing keeps numbers unique, lowest first, and found both ways. */
    @Property(tries = 300)
    void aTableFindsByNoiseAndByNumber(@ForAll @Size(max = 80) List<@IntRange(min = 0, max = 40) Integer> steps) {
        HandshakeTable<String> table = new HandshakeTable<>(1000, 1000);
        Map<Integer, Integer> numbers = new HashMap<>(); // noise to number
        for (int step : steps) {
            byte[] noise = {(byte) step, 1, 2};
            if (numbers.containsKey(step)) {
                assertEquals(Optional.of("h" + step), table.byNoise(noise));
                int number = numbers.remove(step);
                assertTrue(table.remove(number, table.byNumber(number).orElseThrow()));
                assertEquals(Optional.empty(), table.byNoise(noise));
            } else {
                int lowest = 0;
                while (numbers.containsValue(lowest)) {
                    lowest++;
                }
                assertEquals(lowest, table.nextNumber());
                assertEquals(lowest, table.add(noise, "h" + step));
                numbers.put(step, lowest);
            }
            assertEquals(numbers.size(), table.size());
            numbers.forEach((key, number) -> assertEquals(Optional.of("h" + key), table.byNumber(number)));
        }
    }

    @Test
    void aNumberThatSomebodyElseHasNowIsNotRemoved() {
        HandshakeTable<String> table = new HandshakeTable<>(2, 2);
        String first = new String("first");
        int number = table.add(new byte[] {1}, first);
        assertTrue(table.remove(number, first));
        assertEquals(number, table.add(new byte[] {2}, "second"));
        assertFalse(table.remove(number, first));
        assertEquals(Optional.of("second"), table.byNumber(number));
        assertThrows(IllegalStateException.class, () -> table.add(new byte[] {2}, "again"));
    }

    @Test
    void numbersOfStrangersAreHarmless() {
        HandshakeTable<String> table = new HandshakeTable<>(1, 1);
        table.add(new byte[] {1}, "one");
        assertFalse(table.makeRoom());
        for (long number : new long[] {-1, 1, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertEquals(Optional.empty(), table.byNumber(number));
        }
        assertEquals(List.of("one"), table.clear());
        assertEquals(0, table.size());
    }

    /** Whoever comes in a flood that has filled the table with memories of others is let in. */
    @Test
    void theHandshakeThatEndedFirstIsForgottenForANewOneAndNoneThatIsUnderWay() {
        HandshakeTable<String> table = new HandshakeTable<>(3, 3);
        for (String each : List.of("first", "second", "third")) {
            table.add(each.getBytes(StandardCharsets.US_ASCII), each);
        }
        assertFalse(table.makeRoom(), "all are under way");
        assertTrue(table.end(1, "second"));
        assertTrue(table.end(0, "first"));
        assertTrue(table.makeRoom());
        assertEquals(Optional.empty(), table.byNumber(1), "it ended before the first one");
        assertEquals(Optional.of("first"), table.byNumber(0));
        table.add(new byte[] {4}, "fourth");
        assertTrue(table.makeRoom());
        assertEquals(0, table.add(new byte[] {5}, "fifth"));
        assertFalse(table.makeRoom(), "the third, the fourth and the fifth are under way");
        assertFalse(table.end(0, "first"), "a number that another one has now");
    }

    @Test
    void noMoreThanSoManyThatHaveEndedAreRememberedWhateverRoomThereIs() {
        HandshakeTable<String> table = new HandshakeTable<>(10, 2);
        for (String each : List.of("first", "second", "third")) {
            assertTrue(table.end(table.add(each.getBytes(StandardCharsets.US_ASCII), each), each));
        }
        assertEquals(2, table.size());
        assertEquals(Optional.empty(), table.byNoise("first".getBytes(StandardCharsets.US_ASCII)));
        assertTrue(table.remove(1, "second"));
        table.add(new byte[] {4}, "fourth");
        assertTrue(table.end(0, "fourth"), "the second, which was removed, takes none of the room");
        assertEquals(Optional.of("third"), table.byNumber(2));
    }

    @Test
    void relaysCountForTwoMoreCycles() {
        PeerAddress relay = new PeerAddress("192.0.2.1", 1);
        PeerAddress other = new PeerAddress("192.0.2.2", 2);
        PeerAddress us = new PeerAddress("192.0.2.3", 3);
        RelayGenerations generations = new RelayGenerations();
        generations.shift();
        generations.add(relay, us);
        assertEquals(Map.of(relay, us), generations.currentSeenAs());
        generations.shift();
        generations.add(other, us);
        assertEquals(List.of(relay), generations.abandoned());
        assertTrue(generations.contains(relay));
        generations.shift();
        generations.add(other, us);
        assertEquals(List.of(), generations.abandoned());
        assertTrue(generations.contains(relay));
        generations.shift();
        assertFalse(generations.contains(relay));
        assertTrue(generations.contains(other));
    }

    @Test
    void theLeastRecentlyUsedPeerLeavesTheRelayCache() {
        RelayCache cache = new RelayCache();
        PublicKey first = KeyPair.generate().publicKey();
        cache.put(first, List.of(new PeerAddress("192.0.2.1", 1)));
        PublicKey second = PublicKey.of(new byte[32]);
        cache.put(second, List.of());
        for (int i = 1; i < PeerConstants.RELAY_CACHE; i++) {
            cache.lookup(first);
            byte[] key = new byte[32];
            key[0] = (byte) i;
            key[1] = (byte) (i >> 8);
            cache.put(PublicKey.of(key), List.of(new PeerAddress("192.0.2.2", 2)));
        }
        assertEquals(1, cache.lookup(first).size());
        assertEquals(List.of(), cache.lookup(second));
    }
}
