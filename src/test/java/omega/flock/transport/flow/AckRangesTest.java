package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AckRangesTest {
    /** The same set, the slow way: distances from a base, grouped into runs. */
    private static List<String> runs(TreeSet<Integer> distances, int base) {
        List<String> runs = new ArrayList<>();
        Integer start = null;
        Integer previous = null;
        for (int distance : distances) {
            if (start != null && distance != previous + 1) {
                runs.add((base + start) + ".." + (base + previous + 1));
                start = distance;
            }
            start = start == null ? distance : start;
            previous = distance;
        }
        if (start != null) {
            runs.add((base + start) + ".." + (base + previous + 1));
        }
        return runs;
    }

    private static List<String> runs(AckRanges ranges) {
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < ranges.count(); i++) {
            runs.add(ranges.start(i) + ".." + ranges.end(i));
        }
        return runs;
    }

    @Property
    void rangesHoldExactlyTheNumbersAddedAlsoAcrossTheWrap(
            @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 90) Integer> distances, @ForAll @IntRange(max = 100) int advance) {
        int base = -40; // the numbers run through 2³²−1 and 0
        AckRanges ranges = new AckRanges();
        TreeSet<Integer> model = new TreeSet<>();
        for (int distance : distances) {
            if (model.add(distance)) {
                ranges.add(base + distance);
            }
        }
        assertEquals(runs(model, base), runs(ranges));
        ranges.advanceTo(base + advance);
        model.headSet(advance).clear();
        assertEquals(runs(model, base), runs(ranges));
    }

    @Test
    void aNumberBetweenTwoRangesJoinsThem() {
        AckRanges ranges = new AckRanges();
        ranges.add(5);
        ranges.add(7);
        ranges.add(6);
        assertEquals(List.of("5..8"), runs(ranges));
        ranges.clear();
        assertTrue(ranges.isEmpty());
    }
}
