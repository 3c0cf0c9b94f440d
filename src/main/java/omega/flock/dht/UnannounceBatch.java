package omega.flock.dht;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.ReplyListener;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;

/**
 * Unannounces under way, sent by whoever goes on with the query's walk and awaited by its thread before it commits. Whether a node
 * obeyed does not matter to anybody: "can never fail, caught below".
 */
final class UnannounceBatch {

    private final RpcNode rpc;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    private int underWay; // guarded by lock

    UnannounceBatch(RpcNode rpc) {
        this.rpc = rpc;
    }

    void send(RpcRequest request, PeerAddress node) {
        lock.lock();
        try {
            underWay++;
        } finally {
            lock.unlock();
        }
        rpc.send(request, node, new ReplyListener() {
            @Override
            public void onReply(RpcReply reply) {
                settle();
            }

            @Override
            public void onFailure(FlockException failure) {
                settle();
            }
        });
    }

    /** Waits until all of them have settled, each of which has its own deadline. */
    void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (underWay > 0) {
                settled.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void settle() {
        lock.lock();
        try {
            underWay--;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
