package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {

    private static final int SIZE = SecretConstants.REPLAY_WINDOW;

    private final ReplayWindow window = new ReplayWindow();

    @Property(tries = 500)
    void itRefusesExactlyWhatWasHereOrIsTooOld(@ForAll long first,
            @ForAll @Size(max = 200) List<@IntRange(min = -2 * SIZE, max = 2 * SIZE) Integer> steps) {
        ReplayWindow tried = new ReplayWindow();
        Set<Long> seen = new HashSet<>(Set.of(first));
        assertTrue(tried.admit(first));
        long newest = first;
        for (int step : steps) {
            long number = newest + step;
            boolean expected = step > -SIZE && seen.add(number);
            assertEquals(expected, tried.admit(number), () -> first + " " + steps);
            newest += Math.max(0, step);
        }
    }

    @Test
    void whatOvertookTheFirstOneIsTaken() {
        assertTrue(window.admit(10));
        assertTrue(window.admit(9));
        assertTrue(window.admit(10 - SIZE + 1));
        assertFalse(window.admit(10 - SIZE));
        assertFalse(window.admit(10));
    }

    /** The sender begins at eight random bytes and wraps around. */
    @Test
    void numbersGoOnBehindTheLargest() {
        assertTrue(window.admit(Long.MAX_VALUE));
        assertTrue(window.admit(Long.MIN_VALUE));
        assertFalse(window.admit(Long.MAX_VALUE));
        assertTrue(window.admit(Long.MIN_VALUE + 2));
        assertTrue(window.admit(Long.MIN_VALUE + 1));
        assertFalse(window.admit(Long.MIN_VALUE));
    }
}
