package omega.flock.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The living streams by id. Readers of all ports look up concurrently without a lock, a box or an allocation: buckets of immutable
 * arrays, replaced when a stream comes or goes. "Ids have distinct low bits" by chance, which is all a bucket needs.
 */
final class StreamTable {
    private static final UdxStream[] NONE = {};

    private final AtomicReferenceArray<UdxStream[]> buckets = new AtomicReferenceArray<>(TransportConstants.TABLE_BUCKETS);
    private final AtomicInteger size = new AtomicInteger();

    int size() {
        return size.get();
    }

    Optional<UdxStream> find(int id) {
        for (UdxStream stream : bucket(id)) {
            if (stream.id() == id) {
                return stream.found();
            }
        }
        return Optional.empty();
    }

    /** {@return whether the id was free} */
    boolean add(UdxStream stream) {
        while (true) {
            UdxStream[] old = buckets.get(index(stream.id()));
            UdxStream[] present = old == null ? NONE : old;
            for (UdxStream other : present) {
                if (other.id() == stream.id()) {
                    return false;
                }
            }
            UdxStream[] more = Arrays.copyOf(present, present.length + 1);
            more[present.length] = stream;
            if (buckets.compareAndSet(index(stream.id()), old, more)) {
                size.incrementAndGet();
                return true;
            }
        }
    }

    /** {@return whether the stream was there} */
    boolean remove(UdxStream stream) {
        while (true) {
            UdxStream[] old = buckets.get(index(stream.id()));
            UdxStream[] present = old == null ? NONE : old;
            UdxStream[] fewer = Arrays.stream(present).filter(other -> other != stream).toArray(UdxStream[]::new);
            if (fewer.length == present.length) {
                return false;
            }
            if (buckets.compareAndSet(index(stream.id()), old, fewer)) {
                size.decrementAndGet();
                return true;
            }
        }
    }

    List<UdxStream> snapshot() {
        List<UdxStream> all = new ArrayList<>();
        for (int i = 0; i < buckets.length(); i++) {
            UdxStream[] bucket = buckets.get(i);
            if (bucket != null) {
                all.addAll(Arrays.asList(bucket));
            }
        }
        return all;
    }

    private UdxStream[] bucket(int id) {
        UdxStream[] bucket = buckets.get(index(id));
        return bucket == null ? NONE : bucket;
    }

    private static int index(int id) {
        return id & TransportConstants.TABLE_BUCKETS - 1;
    }
}
