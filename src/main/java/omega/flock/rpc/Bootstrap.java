package omega.flock.rpc;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import omega.flock.base.FlockException;
import omega.flock.runtime.Ticker;

/**
 * The first walk of a node, on a virtual thread named {@code rpc-bootstrap}: towards its own id, so that its neighbours come to
 * know it. A node whose port turns out to be open walks again, towards the id that follows from its address (dht-rpc 6.27.0
 * {@code index.js}, {@code _bootstrap}).
 */
final class Bootstrap {

    /** What the quick test gives its answer at least, even if the walk is over: so many of the shortest round trips that the walk has seen. */
    private static final int QUICK_TEST_ROUND_TRIPS = 2;

    private static final long QUICK_TEST_SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final RpcConfig config;
    private final NodeState state;
    private final NodePorts ports;
    private final RequestPool pool;
    private final NodeQueries queries;
    private final NetworkCheck networkCheck;
    private final Ticker ticker;
    private Optional<QuickTest> quickTest = Optional.empty();

    Bootstrap(RpcConfig config, NodeState state, NodePorts ports, RequestPool pool, NodeQueries queries,
            NetworkCheck networkCheck, Ticker ticker) {
        this.config = config;
        this.state = state;
        this.ports = ports;
        this.pool = pool;
        this.queries = queries;
        this.networkCheck = networkCheck;
        this.ticker = ticker;
    }

    void run() throws InterruptedException {
        boolean forcePersistent = config.ephemeral() == EphemeralMode.NEVER;
        boolean wantsQuickTest = state.firewalled() && config.quickFirewall() && !forcePersistent;
        walk(wantsQuickTest);
        boolean worthChecking = forcePersistent || quickTest.isPresent() && quickTest.get().passed();
        if (worthChecking && networkCheck.run(!forcePersistent)) {
            walk(false);
        }
    }

    private void walk(boolean testQuickly) throws InterruptedException {
        boolean testing = testQuickly;
        try (RpcQuery<RpcReply> query = queries.background(state.tableId())) {
            for (Optional<RpcReply> reply = query.next(); reply.isPresent(); reply = query.next()) {
                if (quickTest.isPresent()) {
                    quickTest.get().sawRoundTrip(reply.get().rtt());
                }
                if (testing) {
                    testing = false;
                    quickTest = Optional.of(new QuickTest(reply.get().rtt(), ticker));
                    // One answer at the port that never sent anything, and a thorough check is worth its while.
                    pool.send(NetworkCheck.pingNat(ports.server().localAddress().getPort()), reply.get().from(),
                            reply.get().fromId(), quickTest.get(), Optional.empty());
                }
            }
        } catch (FlockException e) {
            // Suspended or closed meanwhile, or beyond every patience: whoever comes next begins with what was found.
            return;
        }
    }

    /** Whether one node can reach our server port. */
    private static final class QuickTest implements ReplyListener {

        private final Ticker ticker;
        private final long sentNanos;
        private final CountDownLatch settled = new CountDownLatch(1);
        private volatile boolean answered;
        private long shortestNanos; // of the bootstrapping thread only

        private QuickTest(Duration roundTrip, Ticker ticker) {
            this.ticker = ticker;
            sentNanos = ticker.nanoTime();
            shortestNanos = roundTrip.toNanos();
        }

        /** The first round trip of a process holds the loading of classes; it is no measure for how long to wait. */
        private void sawRoundTrip(Duration roundTrip) {
            shortestNanos = Math.min(shortestNanos, roundTrip.toNanos());
        }

        @Override
        public void onReply(RpcReply reply) {
            answered = true;
            settled.countDown();
        }

        @Override
        public void onFailure(FlockException failure) {
            settled.countDown();
        }

        private boolean passed() throws InterruptedException {
            // In a tiny network the walk is over before the answer can be here.
            long untilNanos = sentNanos + QUICK_TEST_ROUND_TRIPS * shortestNanos + QUICK_TEST_SLACK_NANOS;
            return settled.await(untilNanos - ticker.nanoTime(), TimeUnit.NANOSECONDS) && answered;
        }
    }
}
