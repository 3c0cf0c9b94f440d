package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NatSamplerTest {

    private static final String US = "1.2.3.4";
    private static final String OTHER = "5.6.7.8";

    @Test
    void nothingIsKnownAtFirstAndOneOpinionIsEnough() {
        NatSampler sampler = new NatSampler();
        assertEquals(Optional.empty(), sampler.host());
        assertTrue(sampler.add(US, 1000));
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(1000, sampler.port());
        assertFalse(sampler.add(US, 1000), "nothing new");
    }

    @Test
    void portsThatDifferLeaveTheHostKnown() {
        NatSampler sampler = new NatSampler();
        sampler.add(US, 1000);
        assertTrue(sampler.add(US, 1001));
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(0, sampler.port());
    }

    @Test
    void hostsThatDifferLeaveNothingKnown() {
        NatSampler sampler = new NatSampler();
        sampler.add(US, 1000);
        sampler.add(OTHER, 1000);
        assertEquals(Optional.empty(), sampler.host());
    }

    @Test
    void oneOfFourMayBeWrong() {
        NatSampler sampler = new NatSampler();
        sampler.add(US, 1000);
        sampler.add(US, 1000);
        sampler.add(OTHER, 9);
        assertEquals(Optional.empty(), sampler.host(), "one of three may not");
        sampler.add(US, 1000);
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(1000, sampler.port());
    }

    @Test
    void aStableHistoryIsReplacedByThirteenNewOpinionsWithNothingKnownInBetween() {
        NatSampler sampler = new NatSampler();
        for (int i = 0; i < 16; i++) {
            sampler.add(US, 1000);
        }
        boolean unknown = false;
        for (int i = 1; i <= 12; i++) {
            sampler.add(OTHER, 2000);
            unknown |= sampler.host().isEmpty();
            assertFalse(sampler.host().equals(Optional.of(OTHER)), "after " + i);
        }
        assertTrue(unknown);
        sampler.add(OTHER, 2000);
        assertEquals(Optional.of(OTHER), sampler.host());
        assertEquals(2000, sampler.port());
    }

    @Property
    void agreementIsAlwaysKnownInTheEnd(@ForAll List<@IntRange(min = 1, max = 65535) Integer> noise) {
        NatSampler sampler = new NatSampler();
        noise.forEach(port -> sampler.add(port % 2 == 0 ? US : OTHER, port));
        for (int i = 0; i < 16; i++) {
            sampler.add(US, 4242);
        }
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(4242, sampler.port());
    }
}
