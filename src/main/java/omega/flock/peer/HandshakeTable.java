package omega.flock.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The handshakes of one server, found by the bytes of the first Noise message, which is how copies of it are told, and by
 * the number that the client was told for its rounds. Pure; not thread-safe.
 *
 * <p>A number is the lowest free one, as in hyperdht, so that it stays short on the wire. How many handshakes are under way
 * is bounded by {@link HandshakeAdmission}; how many are remembered after their end, here.
 *
 * @param <H> a handshake
 */
final class HandshakeTable<H> {

    /** Comparable, because whoever writes the bytes chooses their hash: maps find equal hashes among each other in logarithmic time. */
    private record Noise(byte[] bytes) implements Comparable<Noise> {

        @Override
        public boolean equals(Object other) {
            return other instanceof Noise noise && Arrays.equals(bytes, noise.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public int compareTo(Noise other) {
            return Arrays.compareUnsigned(bytes, other.bytes);
        }
    }

    private record Slot<H>(Noise noise, H handshake) {}

    private final int maxSlots;
    private final Map<Noise, Integer> numbers = new HashMap<>();
    private final Map<Integer, Slot<H>> slots = new HashMap<>();
    private final BitSet taken = new BitSet();

    HandshakeTable(int maxSlots) {
        this.maxSlots = maxSlots;
    }

    /** Tells whether another handshake fits. */
    boolean hasRoom() {
        return slots.size() < maxSlots;
    }

    /** Returns the number that {@link #add} will give next. */
    int nextNumber() {
        return taken.nextClearBit(0);
    }

    /** Adds a handshake under the lowest free number. */
    int add(byte[] noise, H handshake) {
        Noise key = new Noise(noise.clone());
        int number = nextNumber();
        if (numbers.putIfAbsent(key, number) != null) {
            throw new IllegalStateException("the handshake is known already");
        }
        taken.set(number);
        slots.put(number, new Slot<>(key, handshake));
        return number;
    }

    Optional<H> byNoise(byte[] noise) {
        return Optional.ofNullable(numbers.get(new Noise(noise))).map(slots::get).map(Slot::handshake);
    }

    /** Finds a handshake by the number that some sender wrote. */
    Optional<H> byNumber(long number) {
        return number < 0 || number > Integer.MAX_VALUE
                ? Optional.empty() : Optional.ofNullable(slots.get((int) number)).map(Slot::handshake);
    }

    /** Removes a handshake, unless its number has gone to another one meanwhile. */
    boolean remove(int number, H handshake) {
        Slot<H> slot = slots.get(number);
        if (slot == null || slot.handshake() != handshake) {
            return false;
        }
        slots.remove(number);
        numbers.remove(slot.noise());
        taken.clear(number);
        return true;
    }

    /** Removes and returns all. */
    List<H> clear() {
        List<H> all = new ArrayList<>();
        slots.values().forEach(slot -> all.add(slot.handshake()));
        slots.clear();
        numbers.clear();
        taken.clear();
        return all;
    }

    int size() {
        return slots.size();
    }
}
