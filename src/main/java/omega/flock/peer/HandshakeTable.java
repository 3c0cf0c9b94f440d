package omega.flock.peer;

import java.util.ArrayDeque;
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
 * is bounded by {@link HandshakeAdmission}; how many are remembered after their end, here: who comes now is worth more than a memory.
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

    private record Slot<H>(int number, Noise noise, H handshake) {}

    private final int maxSlots;
    private final int maxEnded;
    private final Map<Noise, Integer> numbers = new HashMap<>();
    private final Map<Integer, Slot<H>> slots = new HashMap<>();
    private final BitSet taken = new BitSet();
    private final ArrayDeque<Slot<H>> ended = new ArrayDeque<>(); // oldest first; some are forgotten already

    /**
     * Creates an empty table.
     *
     * @param maxSlots how many it holds
     * @param maxEnded how many of these may have ended
     */
    HandshakeTable(int maxSlots, int maxEnded) {
        this.maxSlots = maxSlots;
        this.maxEnded = maxEnded;
    }

    /** Forgets those that have ended first, if it takes that for another one to fit. {@return whether one fits} */
    boolean makeRoom() {
        while (slots.size() >= maxSlots && !ended.isEmpty()) {
            remove(ended.poll());
        }
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
        slots.put(number, new Slot<>(number, key, handshake));
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

    /** A handshake has ended, and is remembered for as long as there is room. {@return false if it has been removed already} */
    boolean end(int number, H handshake) {
        Slot<H> slot = slots.get(number);
        if (slot == null || slot.handshake() != handshake) {
            return false;
        }
        ended.add(slot);
        if (ended.size() > maxEnded) {
            remove(ended.poll());
        }
        return true;
    }

    /** Removes a handshake, unless its number has gone to another one meanwhile. */
    boolean remove(int number, H handshake) {
        Slot<H> slot = slots.get(number);
        boolean removed = slot != null && slot.handshake() == handshake && remove(slot);
        // They are forgotten in the order in which they ended, but for those that were forgotten at once.
        while (!ended.isEmpty() && slots.get(ended.peek().number()) != ended.peek()) {
            ended.poll();
        }
        return removed;
    }

    private boolean remove(Slot<H> slot) {
        if (!slots.remove(slot.number(), slot)) {
            return false;
        }
        numbers.remove(slot.noise());
        taken.clear(slot.number());
        return true;
    }

    /** Removes and returns all. */
    List<H> clear() {
        List<H> all = new ArrayList<>();
        slots.values().forEach(slot -> all.add(slot.handshake()));
        slots.clear();
        numbers.clear();
        taken.clear();
        ended.clear();
        return all;
    }

    int size() {
        return slots.size();
    }
}
