package omega.flock.rpc;

import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.DeadlineQueue;

/**
 * A request of ours that has not ended. All that changes is guarded by the lock of its {@link RequestPool}.
 *
 * <pre>
 *   CREATED ──► WAITING ──► SENT ──► SETTLED     WAITING: for a port or for the congestion window
 *                  ▲          │
 *                  └─ retry ──┘
 * </pre>
 */
final class PendingRequest implements RequestHandle {

    private final RequestPool pool;
    final int tid;
    final RpcRequest request;
    final PeerAddress to;
    final Optional<NodeId> toId;
    final ReplyListener listener;
    final Optional<RpcSession> session;
    final long createdNanos;

    // Guarded by the lock of the pool.
    Optional<UdpPort> port = Optional.empty();
    byte[] datagram;
    int transmissions;
    Optional<DeadlineQueue.Entry> timer = Optional.empty();
    boolean settled;

    PendingRequest(RequestPool pool, int tid, RpcRequest request, PeerAddress to, Optional<NodeId> toId,
            ReplyListener listener, Optional<RpcSession> session, long createdNanos) {
        this.pool = pool;
        this.tid = tid;
        this.request = request;
        this.to = to;
        this.toId = toId;
        this.listener = listener;
        this.session = session;
        this.createdNanos = createdNanos;
    }

    /** Tells whether an answer can come from there to that port; requires the lock of the pool. */
    boolean mayBeAnswered(PeerAddress from, UdpPort at) {
        return request.forwarded() || to.equals(from) && (request.asksForOtherPort() || port.filter(sent -> sent == at).isPresent());
    }

    @Override
    public boolean cancel(FlockException reason) {
        return pool.cancel(this, reason);
    }

    @Override
    public String toString() {
        return "PendingRequest[tid " + tid + ", command " + request.command() + ", to " + to + "]";
    }
}
