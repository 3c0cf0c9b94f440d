package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import omega.flock.base.PublicKey;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.StorageError;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attack: one network stores as fast as a node lets it. A cache that turned when it was full lost what others had stored for 48 hours
 * within a minute, and an old mutable value could be stored again after that. Rule: whoever has stored most loses first.
 */
class StoreFloodTest {

    private static final NetworkSource HONEST = NetworkSource.of(new InetSocketAddress("9.9.9.9", 1));
    private static final NodeId OURS = target(-1);

    private final RecordStore store = new RecordStore(Ticker.SYSTEM, new SplittableRandom(1), new DropCounters(), StoreBounds.LARGEST);

    @Test
    void valuesOfOthersOutlastIt() {
        store.putImmutable(OURS, new byte[1000], HONEST);
        store.putMutable(OURS, value(7), HONEST);
        for (int i = 0; i < 2 * DhtConstants.MAX_VALUES; i++) {
            store.putImmutable(target(i), new byte[1000], stranger(i));
            store.putMutable(target(i), value(1), stranger(i));
        }
        assertTrue(store.immutable(OURS).isPresent());
        assertTrue(store.mutable(OURS).isPresent());
        assertTrue(store.immutables() <= DhtConstants.MAX_VALUES);
    }

    @Test
    void announcementsAndRefreshesOfOthersOutlastIt() {
        PublicKey key = PublicKey.of(OURS.toBytes());
        RecordStore.Refresh refresh = new RecordStore.Refresh(OURS, key, new byte[40], false);
        store.addRecord(OURS, key, new byte[40], HONEST);
        store.addRefresh(OURS, refresh, HONEST);
        store.raiseBump(OURS, 5, HONEST);
        for (int i = 0; i < 2 * DhtConstants.MAX_RECORDS; i++) {
            NodeId target = target(i);
            store.addRecord(target, key, new byte[0], stranger(i));
            store.addRefresh(target, refresh, stranger(i));
            store.raiseBump(target, 1, stranger(i));
        }
        assertEquals(1, store.sample(OURS).size());
        assertEquals(5, store.bump(OURS));
        assertEquals(Optional.of(refresh), store.advanceRefresh(OURS, target(-2), HONEST));
    }

    @Test
    void anOldValueDoesNotComeBackAfterItsSuccessorWasPushedOut() {
        store.putMutable(OURS, value(7), HONEST);
        for (int i = 0; i < DhtConstants.MAX_VALUES; i++) {
            store.putMutable(target(i), value(1), NetworkSource.of(new InetSocketAddress(
                    (1 + i / 65536) + "." + (i / 256 % 256) + "." + (i % 256) + ".1", 1))); // a network for each
        }
        assertEquals(Optional.empty(), store.mutable(OURS), "so many networks push it out in the end");
        assertEquals(Optional.of(StorageError.SEQ_TOO_LOW), store.putMutable(OURS, value(6), HONEST));
        assertEquals(Optional.empty(), store.putMutable(OURS, value(7), HONEST));
    }

    /** With 32 MiB, what a heap of 256 MiB gives, each store is within its part however much comes, and holds one of each kind even with none. */
    @ParameterizedTest
    @ValueSource(longs = {32 << 20, 0})
    void storesStayWithinTheirPartOfTheMemory(long bytes) {
        StoreBounds bounds = StoreBounds.of(bytes);
        RecordStore small = new RecordStore(Ticker.SYSTEM, new SplittableRandom(1), new DropCounters(), bounds);
        PublicKey key = PublicKey.of(OURS.toBytes());
        for (int i = 0; i < 40_000; i++) {
            small.putImmutable(target(i), new byte[1000], stranger(i));
            small.addRecord(target(i), key, new byte[51], stranger(i));
        }
        assertEquals(Math.max(bounds.valueBytes() / (1000 + StoreBounds.VALUE_OVERHEAD_BYTES), 1), small.immutables());
        assertEquals(bounds.records(), small.records());
        assertTrue(bytes == 0 || 2 * bounds.valueBytes() + 800L * bounds.records() + 400L * (bounds.forwards() + 3L * bounds.notes()) <= bytes,
                bounds::toString);
    }

    /** One of a /24. */
    private static NetworkSource stranger(int number) {
        return NetworkSource.of(new InetSocketAddress("8.8.8." + number % 256, 1));
    }

    private static MutableGetResponse value(long seq) {
        return new MutableGetResponse(seq, new byte[100], new byte[64]);
    }

    private static NodeId target(int number) {
        return NodeId.of(ByteBuffer.allocate(32).putInt(number).array());
    }
}
