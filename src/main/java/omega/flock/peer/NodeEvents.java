package omega.flock.peer;

import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.RpcListener;
import omega.flock.rpc.RpcNode;

/**
 * Sees from a node's events when others come by another address than before: then what is announced is wrong, and nothing
 * else would tell (dht.md pitfall 35). Runs on the node's event thread.
 */
final class NodeEvents implements RpcListener {

    private record Reachability(boolean firewalled, Optional<PeerAddress> open) {

        /** Not equals, which the JVM puts together for a record when it is first called: here, at the start of every program. */
        boolean isThatOf(Reachability other) {
            return firewalled == other.firewalled && open.equals(other.open);
        }
    }

    private final RpcNode rpc;
    private final Runnable addressChanged;
    private final Runnable networkChanged;
    private Reachability known; // of the event thread only; null before the first event

    NodeEvents(RpcNode rpc, Runnable addressChanged, Runnable networkChanged) {
        this.rpc = rpc;
        this.addressChanged = addressChanged;
        this.networkChanged = networkChanged;
    }

    @Override
    public void onPersistent() {
        compare();
    }

    @Override
    public void onEphemeral() {
        compare();
    }

    @Override
    public void onNatUpdate() {
        compare();
    }

    @Override
    public void onBootstrapped() {
        compare();
    }

    @Override
    public void onNetworkChange() {
        networkChanged.run();
    }

    private void compare() {
        Reachability now = new Reachability(rpc.firewalled(), rpc.remoteAddress());
        boolean changed = known != null && !now.isThatOf(known);
        known = now;
        if (changed) {
            addressChanged.run();
        }
    }
}
