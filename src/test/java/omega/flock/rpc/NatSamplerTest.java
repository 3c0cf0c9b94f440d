package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class NatSamplerTest {

    private static final String US = "1.2.3.4";
    private static final String OTHER = "5.6.7.8";

    private int voters;

    private boolean add(NatSampler sampler, String host, int port) {
        int number = voters++;
        return sampler.add(new PeerAddress("11." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255), 1), host, port);
    }

    @Test
    void oneHostHasOneVoteHoweverManyNodesItIsAndItsLastCounts() {
        NatSampler sampler = new NatSampler();
        for (int i = 0; i < 5; i++) {
            add(sampler, US, 1000);
        }
        for (int port = 1; port <= 100; port++) {
            sampler.add(new PeerAddress("198.51.100.66", port), OTHER, 9);
        }
        assertEquals(Optional.of(US), sampler.host(), "it is one of six");
        assertEquals(1000, sampler.port());
        for (int i = 0; i < 5; i++) {
            sampler.add(new PeerAddress("11.0.0." + i, 1), OTHER, 9);
        }
        assertEquals(Optional.of(OTHER), sampler.host(), "the others have changed their minds");
    }

    @Test
    void onOneMachineEveryNodeHasAVote() {
        NatSampler sampler = new NatSampler();
        for (int port = 1; port <= 3; port++) {
            sampler.add(new PeerAddress("127.0.0.1", port), US, 1000);
        }
        sampler.add(new PeerAddress("127.0.0.1", 4), OTHER, 9);
        assertEquals(Optional.of(US), sampler.host());
    }

    @Test
    void nothingIsKnownAtFirstAndOneOpinionIsEnough() {
        NatSampler sampler = new NatSampler();
        assertEquals(Optional.empty(), sampler.host());
        assertTrue(add(sampler, US, 1000));
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(1000, sampler.port());
        assertFalse(add(sampler, US, 1000), "nothing new");
    }

    @Test
    void portsThatDifferLeaveTheHostKnown() {
        NatSampler sampler = new NatSampler();
        add(sampler, US, 1000);
        assertTrue(add(sampler, US, 1001));
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(0, sampler.port());
    }

    @Test
    void hostsThatDifferLeaveNothingKnown() {
        NatSampler sampler = new NatSampler();
        add(sampler, US, 1000);
        add(sampler, OTHER, 1000);
        assertEquals(Optional.empty(), sampler.host());
    }

    @Test
    void oneOfFourMayBeWrong() {
        NatSampler sampler = new NatSampler();
        add(sampler, US, 1000);
        add(sampler, US, 1000);
        add(sampler, OTHER, 9);
        assertEquals(Optional.empty(), sampler.host(), "one of three may not");
        add(sampler, US, 1000);
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(1000, sampler.port());
    }

    @Test
    void aStableHistoryIsReplacedByThirteenNewOpinionsWithNothingKnownInBetween() {
        NatSampler sampler = new NatSampler();
        for (int i = 0; i < 16; i++) {
            add(sampler, US, 1000);
        }
        boolean unknown = false;
        for (int i = 1; i <= 12; i++) {
            add(sampler, OTHER, 2000);
            unknown |= sampler.host().isEmpty();
            assertFalse(sampler.host().equals(Optional.of(OTHER)), "after " + i);
        }
        assertTrue(unknown);
        add(sampler, OTHER, 2000);
        assertEquals(Optional.of(OTHER), sampler.host());
        assertEquals(2000, sampler.port());
    }

    @Property
    void agreementIsAlwaysKnownInTheEnd(@ForAll List<@IntRange(min = 1, max = 65535) Integer> noise) {
        NatSampler sampler = new NatSampler();
        noise.forEach(port -> add(sampler, port % 2 == 0 ? US : OTHER, port));
        for (int i = 0; i < 16; i++) {
            add(sampler, US, 4242);
        }
        assertEquals(Optional.of(US), sampler.host());
        assertEquals(4242, sampler.port());
    }
}
