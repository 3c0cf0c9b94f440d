package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import omega.flock.base.PublicKey;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import org.junit.jupiter.api.Test;

class RecordCacheTest {

    private static final Duration AGE = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId TOPIC = NodeId.of(bytes(1));
    private static final NetworkSource SOURCE = source("8.8.8.8");

    private final RandomGenerator random = new SplittableRandom(7);
    private final RecordCache cache = new RecordCache(200, 40, AGE, 0);

    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(32).putInt(value).array();
    }

    private static PublicKey key(int value) {
        return PublicKey.of(bytes(value));
    }

    private Set<Integer> sampled(int limit, long now) {
        Set<Integer> values = new HashSet<>();
        List<byte[]> sample = cache.sample(TOPIC, limit, random, now);
        sample.forEach(record -> values.add(ByteBuffer.wrap(record).getInt()));
        assertEquals(sample.size(), values.size(), "a record twice in one sample");
        return values;
    }

    private void put(int value, long now) {
        cache.put(TOPIC, key(value), bytes(value), SOURCE, random, now);
    }

    @Test
    void announcingAgainReplacesTheRecordAtOnce() {
        cache.put(TOPIC, key(1), bytes(10), SOURCE, random, 0);
        cache.put(TOPIC, key(1), bytes(11), SOURCE, random, SECOND);
        assertEquals(1, cache.size(SECOND));
        assertArrayEquals(bytes(11), cache.sample(TOPIC, 20, random, SECOND).get(0));
    }

    @Test
    void aSampleIsDrawnFromBothGenerations() {
        put(1, 0);
        put(2, 25 * SECOND);
        assertEquals(Set.of(1, 2), sampled(20, 25 * SECOND));
    }

    @Test
    void aLargeTopicShowsEveryRecordSoonerOrLaterButAtMostTheLimitAtOnce() {
        for (int i = 0; i < 35; i++) {
            put(i, i % 2 == 0 ? 0 : 20 * SECOND);
        }
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Set<Integer> sample = sampled(20, 20 * SECOND);
            assertEquals(20, sample.size());
            seen.addAll(sample);
        }
        assertEquals(35, seen.size());
    }

    @Test
    void recordsAgeUnlessTheyAreAnnouncedAgain() {
        put(1, 0);
        put(2, 0);
        put(1, 25 * SECOND);
        assertEquals(Set.of(1), sampled(20, 41 * SECOND));
        assertEquals(0, cache.size(100 * SECOND));
    }

    @Test
    void aRecordThatIsAnnouncedAgainAfterATurnIsThereOnce() {
        put(1, 0);
        put(1, 25 * SECOND);
        assertEquals(1, cache.size(25 * SECOND));
        assertEquals(Set.of(1), sampled(20, 25 * SECOND));
    }

    @Test
    void aRemovedRecordIsGoneAndItsTopicWithIt() {
        put(1, 0);
        put(2, 25 * SECOND);
        assertTrue(cache.remove(TOPIC, key(1), 25 * SECOND));
        assertTrue(cache.remove(TOPIC, key(2), 25 * SECOND));
        assertFalse(cache.remove(TOPIC, key(2), 25 * SECOND));
        assertEquals(0, cache.size(25 * SECOND));
        assertEquals(List.of(), cache.sample(TOPIC, 20, random, 25 * SECOND));
    }

    @Test
    void removingKeepsTheOthersReachable() {
        for (int i = 0; i < 10; i++) {
            put(i, 0);
        }
        cache.remove(TOPIC, key(0), 0);
        cache.remove(TOPIC, key(9), 0);
        cache.remove(TOPIC, key(4), 0);
        assertEquals(Set.of(1, 2, 3, 5, 6, 7, 8), sampled(20, 0));
    }

    @Test
    void oneTopicCannotPushOutAllOthers() {
        NodeId quiet = NodeId.of(bytes(2));
        cache.put(quiet, key(1), bytes(1), SOURCE, random, 0);
        for (int i = 0; i < 1000; i++) {
            put(i, 0);
        }
        assertEquals(41, cache.size(0));
        assertEquals(1, cache.sample(quiet, 20, random, 0).size());
        assertEquals(960, cache.takeEvicted());
    }

    @Test
    void manyTopicsNeverExceedTheBound() {
        for (int i = 0; i < 1000; i++) {
            cache.put(NodeId.of(bytes(i)), key(i), bytes(i), SOURCE, random, 0);
            assertTrue(cache.size(0) <= 200);
        }
        assertEquals(800, cache.takeEvicted());
    }

    @Test
    void theRecordsOfOtherSourcesOutlastAFloodOfTopics() {
        cache.put(TOPIC, key(1), bytes(1), source("9.9.9.9"), random, 0);
        for (int i = 0; i < 10_000; i++) {
            cache.put(NodeId.of(bytes(100 + i)), key(i), bytes(i), source("8.8.8." + i % 256), random, 0);
        }
        assertEquals(Set.of(1), sampled(20, 0));
    }

    @Test
    void mostRecordsOfOtherSourcesOutlastAFloodOfTheirTopic() {
        for (int i = 0; i < 10; i++) {
            cache.put(TOPIC, key(i), bytes(i), source("9.9." + i + ".9"), random, 0);
        }
        for (int i = 0; i < 1000; i++) {
            cache.put(TOPIC, key(1000 + i), bytes(1000 + i), source("8.8.8.8"), random, 0);
        }
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.addAll(sampled(20, 0));
        }
        assertEquals(40, seen.size());
        assertEquals(10, seen.stream().filter(value -> value < 10).count());
    }

    private static NetworkSource source(String host) {
        return NetworkSource.of(new InetSocketAddress(host, 4711));
    }
}
