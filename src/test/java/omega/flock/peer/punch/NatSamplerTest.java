package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class NatSamplerTest {

    @Test
    void aSmallTableIsAskedFromTheNewestOn() {
        List<PeerAddress> nodes = onNetworks(7);
        assertEquals(nodes.subList(0, 4), new NatSampler().choose(nodes, 4));
    }

    @Test
    void theFiveNewestOfALargeTableAreSkipped() {
        List<PeerAddress> nodes = onNetworks(8);
        assertEquals(nodes.subList(5, 8), new NatSampler().choose(nodes, 4));
    }

    @Test
    void theSecondChoiceLeavesOutTheFirst() {
        List<PeerAddress> nodes = onNetworks(7);
        NatSampler sampler = new NatSampler();
        sampler.choose(nodes, 4);
        assertEquals(nodes.subList(4, 7), sampler.choose(nodes, 4));
        assertEquals(List.of(), sampler.choose(nodes, 4));
    }

    @Test
    void nodesOnDifferentNetworksComeFirst() {
        List<PeerAddress> nodes = List.of(PeerAddress.parse("5.5.5.1:1"), PeerAddress.parse("5.5.5.1:2"),
                PeerAddress.parse("5.5.5.2:1"), PeerAddress.parse("6.6.6.6:1"), PeerAddress.parse("7.7.7.7:1"));
        assertEquals(List.of(nodes.get(0), nodes.get(3), nodes.get(4), nodes.get(1)), new NatSampler().choose(nodes, 4));
    }

    @Property
    void neverMoreThanWantedNeverTwiceAndAllThatThereAreIfFew(
            @ForAll @IntRange(max = 60) int size, @ForAll @IntRange(max = 6) int wanted, @ForAll @IntRange(min = 1, max = 9) int networks) {
        List<PeerAddress> nodes = IntStream.range(0, size)
                .mapToObj(i -> new PeerAddress("5.5." + i % networks + ".1", i + 1)).toList();
        NatSampler sampler = new NatSampler();
        List<PeerAddress> all = new ArrayList<>(sampler.choose(nodes, wanted));
        assertTrue(all.size() <= wanted);
        int askable = size >= 8 ? size - 5 : size;
        assertEquals(Math.min(wanted, askable), all.size());
        all.addAll(sampler.choose(nodes, wanted));
        assertEquals(new HashSet<>(all).size(), all.size());
    }

    private static List<PeerAddress> onNetworks(int count) {
        return IntStream.range(0, count).mapToObj(i -> new PeerAddress("5.5." + i + ".1", 49737)).toList();
    }
}
