package omega.flock.rpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The requests in flight by their transaction ids, which count up from a random one and wrap at 65536. Pure; not thread-safe.
 * Its owner keeps it well below that number, so that a free id is near.
 */
final class TransactionTable {

    private final Map<Integer, PendingRequest> requests = new HashMap<>();
    private int nextTid;

    TransactionTable(int firstTid) {
        nextTid = firstTid;
    }

    /** Returns an id that no request in flight has. */
    int freeTid() {
        int tid;
        do {
            tid = nextTid;
            nextTid = (nextTid + 1) % RpcConstants.TRANSACTION_IDS;
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
