package omega.flock.dht;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import omega.flock.base.PublicKey;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;

/**
 * The encoded records of peers under topics, in two {@linkplain Generations generations}. Pure: time and chance are arguments;
 * its owner guards it.
 *
 * <p>Announcing again replaces the record at once. (In record-cache 1.2.0 a record in the young generation stays as it was
 * until the next turn; peers cannot tell the difference but for getting newer relays.)
 */
final class RecordCache {

    /** How many records of a topic that is full are looked at for one whose source has stored much. */
    private static final int CANDIDATES = 16;

    private final int maxRecords;
    private final int maxPerTopic;
    private final Generations generations;
    private final FairSlots<Entry> places;
    private Generation young = new Generation();
    private Generation old = new Generation();
    private long evicted;

    /**
     * Creates an empty cache.
     *
     * @param maxRecords most records of both generations together
     * @param maxPerTopic most records of one topic in one generation
     */
    RecordCache(int maxRecords, int maxPerTopic, Duration age, long nowNanos) {
        this.maxRecords = maxRecords;
        this.maxPerTopic = maxPerTopic;
        this.generations = new Generations(age, nowNanos);
        this.places = new FairSlots<>(maxRecords);
    }

    /**
     * Stores a record in the name of the source that has sent it. When the cache is full, the source that has stored most loses its
     * oldest record; when the topic is, a record goes that is likely to be of such a source.
     */
    void put(NodeId topic, PublicKey key, byte[] record, NetworkSource source, RandomGenerator random, long nowNanos) {
        turnWhenDue(nowNanos);
        old.remove(topic, key).ifPresent(this::leave);
        young.remove(topic, key).ifPresent(this::leave);
        if (young.sizeOf(topic) >= maxPerTopic) {
            evict(heaviest(topic, random));
        }
        if (places.held() >= maxRecords) {
            forget(places.giveWay(path(source)));
            evicted++;
        }
        Entry entry = new Entry(topic, key, record, source);
        young.put(entry);
        places.enter(entry, path(source));
    }

    private Entry heaviest(NodeId topic, RandomGenerator random) {
        Entry heaviest = young.anyOf(topic, random);
        for (int i = 1; i < CANDIDATES; i++) {
            Entry other = young.anyOf(topic, random);
            heaviest = places.held(other.source.network()) > places.held(heaviest.source.network()) ? other : heaviest;
        }
        return heaviest;
    }

    private void evict(Entry entry) {
        forget(entry);
        leave(entry);
        evicted++;
    }

    private void forget(Entry entry) {
        if (young.remove(entry.topic, entry.key).isEmpty()) {
            old.remove(entry.topic, entry.key);
        }
    }

    private void leave(Entry entry) {
        places.leave(entry, path(entry.source));
    }

    private static Object[] path(NetworkSource source) {
        return new Object[] {source.network(), source};
    }

    boolean remove(NodeId topic, PublicKey key, long nowNanos) {
        turnWhenDue(nowNanos);
        Optional<Entry> removed = young.remove(topic, key).or(() -> old.remove(topic, key));
        removed.ifPresent(this::leave);
        return removed.isPresent();
    }

    /** {@return at most {@code limit} records of the topic, each subset and order as likely as any other} */
    List<byte[]> sample(NodeId topic, int limit, RandomGenerator random, long nowNanos) {
        turnWhenDue(nowNanos);
        Topic first = young.topics.getOrDefault(topic, Topic.NONE);
        Topic second = old.topics.getOrDefault(topic, Topic.NONE);
        int total = first.entries.size() + second.entries.size();
        List<byte[]> picked = new ArrayList<>(Math.min(limit, total) + 1); // a caller may have one more
        if (total <= limit) {
            for (int index = 0; index < total; index++) {
                picked.add(record(first, second, index));
            }
        } else {
            for (int index : distinct(limit, total, random)) {
                picked.add(record(first, second, index));
            }
        }
        shuffle(picked, random);
        return picked;
    }

    private static byte[] record(Topic first, Topic second, int index) {
        int inFirst = first.entries.size();
        return (index < inFirst ? first.entries.get(index) : second.entries.get(index - inFirst)).record;
    }

    int size(long nowNanos) {
        turnWhenDue(nowNanos);
        return young.size + old.size;
    }

    /** {@return how many records left because the cache was full, since the last call} */
    long takeEvicted() {
        long count = evicted;
        evicted = 0;
        return count;
    }

    /** Robert Floyd's way to pick {@code count} distinct numbers below {@code bound} with as many draws. */
    private static Set<Integer> distinct(int count, int bound, RandomGenerator random) {
        Set<Integer> picked = HashSet.newHashSet(count);
        for (int top = bound - count; top < bound; top++) {
            if (!picked.add(random.nextInt(top + 1))) {
                picked.add(top);
            }
        }
        return picked;
    }

    private static void shuffle(List<byte[]> list, RandomGenerator random) {
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            byte[] swapped = list.get(i);
            list.set(i, list.get(j));
            list.set(j, swapped);
        }
    }

    private void turnWhenDue(long nowNanos) {
        for (int turns = generations.due(nowNanos); turns > 0; turns--) {
            old.topics.values().forEach(topic -> topic.entries.forEach(this::leave));
            old = young;
            young = new Generation();
        }
    }

    /** A record; equal to itself only. */
    private static final class Entry {
        final NodeId topic;
        final PublicKey key;
        final byte[] record;
        final NetworkSource source;
        int index;

        Entry(NodeId topic, PublicKey key, byte[] record, NetworkSource source) {
            this.topic = topic;
            this.key = key;
            this.record = record;
            this.source = source;
        }
    }

    /** The records of one topic: by key, and in a list without holes to draw from. */
    private static final class Topic {
        static final Topic NONE = new Topic();

        final List<Entry> entries = new ArrayList<>(2);
        final Map<PublicKey, Entry> byKey = new HashMap<>(4);

        void put(Entry entry) {
            entry.index = entries.size();
            entries.add(entry);
            byKey.put(entry.key, entry);
        }

        Optional<Entry> remove(PublicKey key) {
            Entry entry = byKey.remove(key);
            if (entry != null) {
                Entry last = entries.removeLast();
                if (last != entry) {
                    entries.set(entry.index, last);
                    last.index = entry.index;
                }
            }
            return Optional.ofNullable(entry);
        }
    }

    private static final class Generation {
        final Map<NodeId, Topic> topics = new HashMap<>();
        int size;

        int sizeOf(NodeId topic) {
            return topics.getOrDefault(topic, Topic.NONE).entries.size();
        }

        /** Puts a record of a key that is not there. */
        void put(Entry entry) {
            topics.computeIfAbsent(entry.topic, unused -> new Topic()).put(entry);
            size++;
        }

        Optional<Entry> remove(NodeId topic, PublicKey key) {
            Topic records = topics.getOrDefault(topic, Topic.NONE);
            Optional<Entry> removed = records.remove(key);
            if (removed.isPresent()) {
                size--;
                if (records.entries.isEmpty()) {
                    topics.remove(topic);
                }
            }
            return removed;
        }

        Entry anyOf(NodeId topic, RandomGenerator random) {
            List<Entry> entries = topics.get(topic).entries;
            return entries.get(random.nextInt(entries.size()));
        }
    }
}
