package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

class GenerationCacheTest {

    private static final Duration AGE = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final NetworkSource SOURCE = source("8.8.8.8");

    private final GenerationCache<String, String> cache = new GenerationCache<>(8, AGE, 0);

    @Test
    void anEntryLivesForAtLeastTwoThirdsOfItsAge() {
        cache.put("a", "1", SOURCE, 19 * SECOND);
        assertEquals(Optional.of("1"), cache.get("a", 39 * SECOND));
    }

    @Test
    void anEntryThatNobodyAsksForIsGoneAfterFourThirdsOfItsAge() {
        cache.put("a", "1", SOURCE, 0);
        assertEquals(1, cache.size(39 * SECOND));
        assertEquals(0, cache.size(40 * SECOND));
        assertEquals(Optional.empty(), cache.get("a", 40 * SECOND));
    }

    @Test
    void anEntryThatIsAskedForStays() {
        cache.put("a", "1", SOURCE, 0);
        for (int second = 10; second < 300; second += 15) {
            assertEquals(Optional.of("1"), cache.get("a", second * SECOND), "at " + second);
        }
    }

    @Test
    void everythingIsGoneAfterALongSleep() {
        cache.put("a", "1", SOURCE, 0);
        assertEquals(0, cache.size(100_000 * SECOND));
        cache.put("b", "2", SOURCE, 100_000 * SECOND);
        assertEquals(Optional.of("2"), cache.get("b", 100_019 * SECOND));
    }

    @Test
    void whenItIsFullTheOldestOfAnOnlySourceLeaves() {
        for (int i = 0; i < 9; i++) {
            cache.put("k" + i, "v", SOURCE, 0);
        }
        assertEquals(Optional.empty(), cache.get("k0", 0));
        assertEquals(Optional.of("v"), cache.get("k1", 0));
        assertEquals(List.of(new GenerationCache.Evicted<>("k0", "v", SOURCE)), cache.takeEvicted());
        assertEquals(List.of(), cache.takeEvicted());
    }

    @Test
    void whatHasAgedMakesRoom() {
        for (int i = 0; i < 8; i++) {
            cache.put("k" + i, "v", SOURCE, 0);
        }
        cache.put("k8", "v", SOURCE, 40 * SECOND);
        assertEquals(List.of(), cache.takeEvicted());
        assertEquals(1, cache.size(40 * SECOND));
    }

    @Test
    void whoeverStoresMostLosesFirst() {
        cache.put("honest", "v", source("9.9.9.9"), 0);
        for (int i = 0; i < 1000; i++) {
            cache.put("k" + i, "v", source("8.8.8." + i % 256), 0);
        }
        assertEquals(Optional.of("v"), cache.get("honest", 0));
        assertEquals(8, cache.size(0));
    }

    @Test
    void weightBoundsItToo() {
        GenerationCache<String, String> heavy = new GenerationCache<>(100, 14, String::length, AGE, 0);
        heavy.put("a", "123456", SOURCE, 0);
        heavy.put("b", "123456", SOURCE, 0);
        heavy.put("c", "123456", SOURCE, 0);
        assertEquals(2, heavy.size(0));
        assertEquals(Optional.empty(), heavy.get("a", 0));
    }

    @Test
    void aReplacedEntryNoLongerWeighs() {
        GenerationCache<String, String> heavy = new GenerationCache<>(100, 14, String::length, AGE, 0);
        heavy.put("b", "1234", SOURCE, 0);
        for (int i = 0; i < 10; i++) {
            heavy.put("a", "123456", SOURCE, 0);
        }
        assertEquals(2, heavy.size(0));
        assertEquals(List.of(), heavy.takeEvicted());
    }

    @Test
    void whatHasAgedNoLongerWeighs() {
        GenerationCache<String, String> heavy = new GenerationCache<>(100, 14, String::length, AGE, 0);
        heavy.put("a", "123456789", SOURCE, 0);
        heavy.put("b", "123456", SOURCE, 40 * SECOND);
        heavy.put("c", "123456", SOURCE, 40 * SECOND);
        assertEquals(2, heavy.size(40 * SECOND));
        assertEquals(List.of(), heavy.takeEvicted());
    }

    @Test
    void aRemovedEntryNoLongerWeighs() {
        GenerationCache<String, String> heavy = new GenerationCache<>(100, 14, String::length, AGE, 0);
        heavy.put("b", "1234", SOURCE, 0);
        for (int i = 0; i < 10; i++) {
            heavy.put("a" + i, "123456", SOURCE, 0);
            assertTrue(heavy.remove("a" + i, 0));
        }
        assertEquals(1, heavy.size(0));
        assertEquals(List.of(), heavy.takeEvicted());
    }

    @Test
    void aRemovedEntryIsGoneFromBothGenerations() {
        cache.put("a", "1", SOURCE, 0);
        assertTrue(cache.remove("a", 25 * SECOND));
        assertFalse(cache.remove("a", 25 * SECOND));
        assertEquals(0, cache.size(25 * SECOND));
    }

    @Property
    void getsAndPutsInAnyOrderNeverExceedTwoGenerations(
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 40) Integer> steps) {
        GenerationCache<Integer, Integer> bounded = new GenerationCache<>(10, AGE, 0);
        Map<Integer, Integer> everPut = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            int key = steps.get(i) / 2;
            if (steps.get(i) % 2 == 0) {
                bounded.put(key, i, SOURCE, 0);
                everPut.put(key, i);
                assertEquals(Optional.of(i), bounded.get(key, 0));
            } else {
                Optional<Integer> found = bounded.get(key, 0);
                assertTrue(found.isEmpty() || found.get().equals(everPut.get(key)));
            }
            assertTrue(bounded.size(0) <= 10, "size " + bounded.size(0));
        }
    }

    private static NetworkSource source(String host) {
        return NetworkSource.of(new InetSocketAddress(host, 4711));
    }
}
