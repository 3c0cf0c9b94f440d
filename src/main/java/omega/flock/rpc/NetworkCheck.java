package omega.flock.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.wire.WireWriter;

/**
 * Finds out whether the server port can be reached by everybody, and promotes the node if it can. Blocks its caller, a virtual
 * thread of the node, as long as a request takes to time out (dht-rpc 6.27.0 {@code index.js}, {@code _updateNetworkState} and
 * {@code _checkIfFirewalled}).
 */
final class NetworkCheck {

    private final NodeState state;
    private final NodePorts ports;
    private final RequestPool pool;
    private final BootstrapResolver bootstrap;
    private final RpcEvents events;
    private final Runnable refresh;
    private final long patienceNanos;
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * Creates the check.
     *
     * @param refresh what to do when our id has changed
     */
    NetworkCheck(RpcConfig config, NodeState state, NodePorts ports, RequestPool pool, BootstrapResolver bootstrap,
            RpcEvents events, Runnable refresh) {
        this.state = state;
        this.ports = ports;
        this.pool = pool;
        this.bootstrap = bootstrap;
        this.events = events;
        this.refresh = refresh;
        // Every request settles; this only bounds the wait for those which the congestion window holds back.
        this.patienceNanos = 2 * (RpcConstants.DEFAULT_RETRIES + 1) * config.requestTimeout().toNanos()
                + TimeUnit.SECONDS.toNanos(10);
    }

    /**
     * Checks, unless a check runs already.
     *
     * @param onlyFirewall true to find out whether the port is open, but to stay ephemeral
     * @return whether the node was promoted
     */
    boolean run(boolean onlyFirewall) throws InterruptedException {
        if (!running.compareAndSet(false, true)) {
            return false;
        }
        try {
            return check(onlyFirewall);
        } finally {
            running.set(false);
        }
    }

    private boolean check(boolean onlyFirewall) throws InterruptedException {
        Optional<PeerAddress> observed = state.beginNetworkCheck(onlyFirewall);
        if (observed.isEmpty()) {
            return false;
        }
        Optional<NatSampler> probed = Optional.empty();
        if (state.firewalled()) {
            probed = probe(observed.get().host());
            if (probed.isEmpty()) {
                return false;
            }
        }
        NodeState.Promotion promotion = state.promote(onlyFirewall, observed.get(), probed);
        if (promotion.addressChanged()) {
            events.fire(RpcEvents.Kind.NAT_UPDATE);
        }
        if (promotion.newId() && state.bootstrapped()) {
            refresh.run();
        }
        if (promotion.persistent()) {
            events.fire(RpcEvents.Kind.PERSISTENT);
        }
        return promotion.succeeded();
    }

    /** Returns how the server port is seen from outside, or nothing if it seems closed. */
    private Optional<NatSampler> probe(String observedHost) throws InterruptedException {
        List<RpcPeer> nodes = new ArrayList<>(state.newest(RpcConstants.PROBE_NODES));
        if (nodes.size() < RpcConstants.PROBE_NODES) {
            nodes.addAll(bootstrap.resolve());
        }
        int serverPort = ports.server().localAddress().getPort();
        NatSampler sampler = new NatSampler();
        int answers = 0;
        for (RpcReply reply : askAll(nodes, pingNat(serverPort))) {
            // A NAT may let answers in at the client port, which has sent before; only the other one proves anything.
            if (ports.isServer(reply.port())) {
                answers++;
                sampler.add(reply.from(), reply.to().host(), reply.to().port());
            }
        }
        boolean enough = answers >= (nodes.size() >= RpcConstants.PROBE_NODES ? RpcConstants.PROBE_ANSWERS : 1);
        boolean open = enough && sampler.host().equals(Optional.of(observedHost)) && sampler.port() == serverPort;
        return open ? Optional.of(sampler) : Optional.empty();
    }

    /** Asks all at once, and waits until each has answered or not. */
    private List<RpcReply> askAll(List<RpcPeer> nodes, RpcRequest request) throws InterruptedException {
        Answers answers = new Answers(nodes.size());
        nodes.forEach(node -> pool.send(request, node.address(), Optional.of(node.id()), answers, Optional.empty()));
        return answers.await(patienceNanos);
    }

    /** The request that is to be answered to our server port. */
    static RpcRequest pingNat(int serverPort) {
        return RpcRequest.of(InternalCommand.PING_NAT).withValue(new WireWriter().uint16(serverPort).toBytes());
    }

    /** Gathers the answers to several requests. */
    private static final class Answers implements ReplyListener {

        private final CountDownLatch missing;
        private final ReentrantLock lock = new ReentrantLock();
        private final List<RpcReply> replies = new ArrayList<>(); // guarded by lock

        private Answers(int count) {
            missing = new CountDownLatch(count);
        }

        @Override
        public void onReply(RpcReply reply) {
            lock.lock();
            try {
                replies.add(reply);
            } finally {
                lock.unlock();
            }
            missing.countDown();
        }

        @Override
        public void onFailure(FlockException failure) {
            missing.countDown();
        }

        private List<RpcReply> await(long nanos) throws InterruptedException {
            boolean all = missing.await(nanos, TimeUnit.NANOSECONDS);
            lock.lock();
            try {
                return all ? List.copyOf(replies) : List.of();
            } finally {
                lock.unlock();
            }
        }
    }
}
