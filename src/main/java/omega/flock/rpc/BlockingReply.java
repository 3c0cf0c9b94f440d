package omega.flock.rpc;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;

/** Waits on the calling thread for the end of one request. */
final class BlockingReply implements ReplyListener {

    private final CountDownLatch settled = new CountDownLatch(1);
    // One of them is written before settled is counted down, and read only after it.
    private Optional<RpcReply> reply = Optional.empty();
    private Optional<FlockException> failure = Optional.empty();

    private BlockingReply() {}

    /** Sends a request and waits until it settles, which its own timeouts see to. An interrupt cancels it. */
    static RpcReply request(RequestPool pool, RpcRequest request, PeerAddress to, Optional<RpcSession> session)
            throws FlockException, InterruptedException {
        BlockingReply waiter = new BlockingReply();
        RequestHandle handle = pool.send(request, to, Optional.empty(), waiter, session);
        try {
            waiter.settled.await();
        } catch (InterruptedException e) {
            handle.cancel();
            throw e;
        }
        if (waiter.failure.isPresent()) {
            FlockException cause = waiter.failure.get();
            throw new FlockException(cause.reason(), cause.getMessage(), cause);
        }
        return waiter.reply.orElseThrow();
    }

    @Override
    public void onReply(RpcReply received) {
        reply = Optional.of(received);
        settled.countDown();
    }

    @Override
    public void onFailure(FlockException cause) {
        failure = Optional.of(cause);
        settled.countDown();
    }
}
