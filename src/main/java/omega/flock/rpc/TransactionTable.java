package omega.flock.rpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The requests in flight by their transaction ids, which are drawn at random: whoever does not see a request cannot guess the id that
 * its answer needs. (dht-rpc 6.27.0 counts them up.) Pure: chance is an argument; not thread-safe. Its owner keeps their number well
 * below 65536, so that a free id is found soon.
 */
final class TransactionTable {

    /** Bytes that are drawn together, two for an id: a source that nobody can predict takes long for any number of them. */
    private static final int DRAWN_BYTES = 128;

    private final Map<Integer, PendingRequest> requests = new HashMap<>();
    private final RandomGenerator random;
    private final byte[] drawn = new byte[DRAWN_BYTES];
    private int used = DRAWN_BYTES;

    /** Creates an empty table that draws from a source that nobody can predict. */
    TransactionTable(RandomGenerator random) {
        this.random = random;
    }

    /** Returns an id that no request in flight has. */
    int freeTid() {
        int tid;
        do {
            tid = draw();
        } while (requests.containsKey(tid));
        return tid;
    }

    private int draw() {
        if (used == drawn.length) {
            random.nextBytes(drawn);
            used = 0;
        }
        return drawn[used++] & 0xFF | (drawn[used++] & 0xFF) << Byte.SIZE;
    }

    void add(PendingRequest request) {
        requests.put(request.tid, request);
    }

    void remove(PendingRequest request) {
        requests.remove(request.tid, request);
    }

    Optional<PendingRequest> find(int tid) {
        return Optional.ofNullable(requests.get(tid));
    }

    List<PendingRequest> all() {
        return List.copyOf(requests.values());
    }

    int size() {
        return requests.size();
    }
}
