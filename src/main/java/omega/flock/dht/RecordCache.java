package omega.flock.dht;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import omega.flock.base.PublicKey;
import omega.flock.rpc.routing.NodeId;

/**
 * The encoded records of peers under topics, in two {@linkplain Generations generations}. Pure: time and chance are arguments;
 * its owner guards it.
 *
 * <p>Announcing again replaces the record at once. (In record-cache 1.2.0 a record in the young generation stays as it was
 * until the next turn; peers cannot tell the difference but for getting newer relays.)
 */
final class RecordCache {

    private final int maxRecords;
    private final int maxPerTopic;
    private final Generations generations;
    private Generation young = new Generation();
    private Generation old = new Generation();
    private long evicted;

    RecordCache(int maxRecords, int maxPerTopic, Duration age, long nowNanos) {
        this.maxRecords = maxRecords;
        this.maxPerTopic = maxPerTopic;
        this.generations = new Generations(age, nowNanos);
    }

    void put(NodeId topic, PublicKey key, byte[] record, RandomGenerator random, long nowNanos) {
        turnWhenDue(nowNanos);
        old.remove(topic, key);
        if (!young.contains(topic, key)) {
            if (young.size >= maxRecords) {
                evicted += old.size;
                turn();
                generations.turnedEarly();
            } else if (young.sizeOf(topic) >= maxPerTopic) {
                young.removeAny(topic, random);
                evicted++;
            }
        }
        young.put(topic, key, record);
    }

    boolean remove(NodeId topic, PublicKey key, long nowNanos) {
        turnWhenDue(nowNanos);
        return young.remove(topic, key) | old.remove(topic, key);
    }

    /** {@return at most {@code limit} records of the topic, each subset and order as likely as any other} */
    List<byte[]> sample(NodeId topic, int limit, RandomGenerator random, long nowNanos) {
        turnWhenDue(nowNanos);
        Topic first = young.topics.getOrDefault(topic, Topic.NONE);
        Topic second = old.topics.getOrDefault(topic, Topic.NONE);
        int total = first.entries.size() + second.entries.size();
        List<byte[]> picked = new ArrayList<>(Math.min(limit, total));
        for (int index : distinct(Math.min(limit, total), total, random)) {
            picked.add(index < first.entries.size() ? first.entries.get(index).record
                    : second.entries.get(index - first.entries.size()).record);
        }
        shuffle(picked, random);
        return picked;
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
            turn();
        }
    }

    private void turn() {
        old = young;
        young = new Generation();
    }

    private static final class Entry {
        final PublicKey key;
        byte[] record;
        int index;

        Entry(PublicKey key, byte[] record, int index) {
            this.key = key;
            this.record = record;
            this.index = index;
        }
    }

    /** The records of one topic: by key, and in a list without holes to draw from. */
    private static final class Topic {
        static final Topic NONE = new Topic();

        final List<Entry> entries = new ArrayList<>(2);
        final Map<PublicKey, Entry> byKey = new HashMap<>(4);

        boolean put(PublicKey key, byte[] record) {
            Entry known = byKey.get(key);
            if (known != null) {
                known.record = record;
                return false;
            }
            Entry entry = new Entry(key, record, entries.size());
            entries.add(entry);
            byKey.put(key, entry);
            return true;
        }

        boolean remove(PublicKey key) {
            Entry entry = byKey.remove(key);
            if (entry == null) {
                return false;
            }
            Entry last = entries.removeLast();
            if (last != entry) {
                entries.set(entry.index, last);
                last.index = entry.index;
            }
            return true;
        }
    }

    private static final class Generation {
        final Map<NodeId, Topic> topics = new HashMap<>();
        int size;

        boolean contains(NodeId topic, PublicKey key) {
            return topics.getOrDefault(topic, Topic.NONE).byKey.containsKey(key);
        }

        int sizeOf(NodeId topic) {
            return topics.getOrDefault(topic, Topic.NONE).entries.size();
        }

        void put(NodeId topic, PublicKey key, byte[] record) {
            if (topics.computeIfAbsent(topic, unused -> new Topic()).put(key, record)) {
                size++;
            }
        }

        boolean remove(NodeId topic, PublicKey key) {
            Topic records = topics.get(topic);
            if (records == null || !records.remove(key)) {
                return false;
            }
            size--;
            if (records.entries.isEmpty()) {
                topics.remove(topic);
            }
            return true;
        }

        void removeAny(NodeId topic, RandomGenerator random) {
            List<Entry> entries = topics.get(topic).entries;
            remove(topic, entries.get(random.nextInt(entries.size())).key);
        }
    }
}
