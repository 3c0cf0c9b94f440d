package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        HandshakeTable<String> table = new HandshakeTable<>(1000);
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
        HandshakeTable<String> table = new HandshakeTable<>(2);
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
        HandshakeTable<String> table = new HandshakeTable<>(1);
        table.add(new byte[] {1}, "one");
        assertFalse(table.hasRoom());
        for (long number : new long[] {-1, 1, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertEquals(Optional.empty(), table.byNumber(number));
        }
        assertEquals(List.of("one"), table.clear());
        assertEquals(0, table.size());
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
