package omega.flock.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import omega.flock.base.Subscription;
import omega.flock.rpc.RpcListener;
import omega.flock.runtime.TaskScope;

/**
 * Tells listeners when a node that was offline is online again. Called on the node's event thread; each listener runs on a
 * virtual thread of its own, so that one that blocks or throws hurts only itself.
 */
final class OnlineWatch implements RpcListener {

    private final BooleanSupplier online;
    final TaskScope scope = new TaskScope("online");
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private boolean wasOnline = true; // event thread only

    OnlineWatch(BooleanSupplier online) {
        this.online = online;
    }

    /** Adds a listener. */
    Subscription add(Runnable listener) {
        // A wrapper of its own, so that a listener that was added twice is removed once.
        Runnable own = listener::run;
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    @Override
    public void onNetworkUpdate() {
        boolean isOnline = online.getAsBoolean();
        boolean isBack = isOnline && !wasOnline;
        wasOnline = isOnline;
        if (isBack) {
            listeners.forEach(this::tell);
        }
    }

    private void tell(Runnable listener) {
        if (!scope.tryFork("flock-online", listener::run)) {
            listeners.clear(); // the gateway has been closed: nobody will be told any more
        }
    }

    @Override
    public void onClosed() {
        scope.cancel();
    }
}
