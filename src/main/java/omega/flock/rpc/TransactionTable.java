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

    private final Map<Integer, PendingRequest> requests = new HashMap<>();
    private final RandomGenerator random;

    /** Creates an empty table that draws from a source that nobody can predict. */
    TransactionTable(RandomGenerator random) {
        this.random = random;
    }

    /** Returns an id that no request in flight has. */
    int freeTid() {
        int tid;
        do {
            tid = random.nextInt(RpcConstants.TRANSACTION_IDS);
        } while (requests.containsKey(tid));
        return tid;
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
