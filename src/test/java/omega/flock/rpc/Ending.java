package omega.flock.rpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;

/** Keeps how a request ended, and that it did so once. */
class Ending implements ReplyListener {

    final CompletableFuture<RpcReply> reply = new CompletableFuture<>();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger slow = new AtomicInteger();

    @Override
    public void onReply(RpcReply received) {
        calls.incrementAndGet();
        reply.complete(received);
    }

    @Override
    public void onFailure(FlockException failure) {
        calls.incrementAndGet();
        reply.completeExceptionally(failure);
    }

    @Override
    public void onSlow() {
        slow.incrementAndGet();
    }

    String failureCode() throws Exception {
        try {
            return "reply " + reply.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return ((FlockException) e.getCause()).code();
        }
    }
}
