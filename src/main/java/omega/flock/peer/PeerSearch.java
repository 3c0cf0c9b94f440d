package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.DhtNode;
import omega.flock.dht.DhtReply;
import omega.flock.dht.HandshakeReply;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.PeerRecord;
import omega.flock.peer.ClientHandshake.Verified;
import omega.flock.peer.punch.PathRace;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcSession;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;

/**
 * Finds relays to a peer and sends it our first Noise message through them, a few at a time; the first reply that verifies
 * ends the search. Relays that are known are tried on the caller's thread, which runs {@link #find}, the others on virtual
 * threads of the dial's scope.
 *
 * <pre>
 *   relays known from before, one after the other ───────────────────┐
 *   when they have failed, or after a head start of theirs:          │
 *     walk to the key: each node with the record ────────────────────┼─► handshake ─► first verified reply
 *     walk again, not beginning at the known relays ─────────────────┘
 * </pre>
 *
 * <p>Each relay is tried once, by whoever comes to it first: a walk does not leave a known relay that has the record to wait
 * behind others that are silent for four seconds each. Unlike hyperdht, which stops at the first known relay that fails, all
 * are tried, and a reply that does not verify costs nothing but the attempt that brought it (dht.md pitfalls 56, 5.3).
 */
final class PeerSearch {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    /**
     * What a search found.
     *
     * @param relay the node that the handshake went through, or the peer itself
     * @param reply the reply, with what it says about addresses
     * @param verified what the peer said, and the keys
     * @param tried every relay that the handshake was sent to
     */
    record Found(PeerAddress relay, HandshakeReply reply, Verified verified, List<PeerAddress> tried) {}

    private final PeerContext context;
    private final TaskScope scope;
    private final PublicKey remote;
    private final NodeId target;
    private final ClientHandshake handshake;
    private final List<PeerAddress> known;
    private final boolean forStranger;
    private final int parallel;
    private final Semaphore permits;
    private final PathRace<Found> race = new PathRace<>();
    private final RpcSession session;
    private final AtomicBoolean walking = new AtomicBoolean();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean announced; // some node has told us so: what we knew ourselves may be out of date
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<PeerAddress> tried = new HashSet<>(); // guarded by lock

    /**
     * Prepares a search.
     *
     * @param known relays to try first
     * @param forStranger whether the peer is a relay that a stranger has named: the search then yields to all others
     */
    PeerSearch(PeerContext context, TaskScope scope, PublicKey remote, ClientHandshake handshake, List<PeerAddress> known,
            boolean forStranger) {
        this.context = context;
        this.scope = scope;
        this.remote = remote;
        this.target = DhtNode.target(remote);
        this.handshake = handshake;
        this.known = known;
        this.forStranger = forStranger;
        this.parallel = forStranger ? 1 : known.isEmpty() ? PeerConstants.PARALLEL_HANDSHAKES : PeerConstants.PARALLEL_HANDSHAKES_WITH_HINTS;
        this.permits = new Semaphore(parallel);
        this.session = context.dht().rpc().session();
    }

    /**
     * Searches until the peer has answered.
     *
     * @throws FlockException NO_NETWORK if nobody answers, PEER_NOT_FOUND if nobody knows the key, PEER_CONNECTION_FAILED if nobody who does could reach the
     *     peer, SERVER_INCOMPATIBLE or SERVER_ERROR if the peer itself refuses, DIAL_TIMEOUT
     */
    Found find(Duration timeout) throws FlockException, InterruptedException {
        long deadline = context.ticker().nanoTime() + timeout.toNanos();
        if (!known.isEmpty()) {
            tryKnownFirst(deadline);
        }
        startWalks();
        try {
            return race.await(Duration.ofNanos(Math.max(1, deadline - context.ticker().nanoTime())));
        } catch (FlockException e) {
            throw explain(e, deadline);
        }
    }

    /** Returns when none of the known relays is left, or the race is over. */
    private void tryKnownFirst(long deadline) throws InterruptedException {
        long headStart = context.ticker().nanoTime() + PeerConstants.KNOWN_RELAYS_HEAD_START.toNanos();
        permits.acquire();
        DeadlineQueue.Entry walks = context.timers().schedule(headStart, this::startWalks);
        DeadlineQueue.Entry end = context.timers().schedule(deadline, () -> race.abandon(
                new FlockException(Code.PEER_CONNECTION_FAILED, "no relay has answered in time")));
        try {
            tryKnown();
        } finally {
            end.cancel();
            walks.cancel();
            permits.release();
        }
    }

    private void startWalks() {
        if (!race.isOver() && walking.compareAndSet(false, true) && !scope.tryFork("flock-dial-search", this::search)) {
            race.abandon(new FlockException(Code.PEER_CONNECTION_FAILED, "the dial was given up"));
        }
    }

    private FlockException explain(FlockException failure, long deadline) throws InterruptedException {
        if (failure.getCause() instanceof Refusal refusal) {
            return refusal;
        }
        if (announced) {
            return new FlockException(Code.PEER_CONNECTION_FAILED,
                    "none of " + attempts.get() + " relays led to the peer " + remote, failure);
        }
        RpcNode rpc = context.dht().rpc();
        rpc.awaitBootstrapped(Duration.ofNanos(deadline - context.ticker().nanoTime())); // only then it is known whether there is anybody
        return rpc.offlineCause()
                .map(cause -> new FlockException(Code.NO_NETWORK, "the network cannot be reached: " + cause, failure))
                .orElseGet(() -> new FlockException(Code.PEER_NOT_FOUND, "no node knows the peer " + remote, failure));
    }

    private void search() throws InterruptedException {
        try {
            walk(known);
            if (!known.isEmpty() && !race.isOver()) {
                walk(List.of());
            }
            awaitAttempts();
            race.closeEntries();
        } catch (InterruptedException | RuntimeException | Error e) {
            // Whoever waits in find() would wait on until the dial's deadline: nobody else will say that the search is over.
            race.abandon(new FlockException(Code.PEER_CONNECTION_FAILED, "the search for " + remote + " was cut short", e));
            throw e;
        }
    }

    private void tryKnown() throws InterruptedException {
        for (PeerAddress relay : known) {
            if (race.isOver()) {
                return;
            }
            if (claim(relay)) {
                attempt(relay);
            }
        }
    }

    private void walk(List<PeerAddress> seeds) throws InterruptedException {
        try (RpcQuery<DhtReply<PeerRecord>> query = forStranger
                ? context.dht().findPeerPatiently(target, seeds) : context.dht().findPeer(target, seeds)) {
            for (Optional<DhtReply<PeerRecord>> next = query.next(); next.isPresent(); next = query.next()) {
                DhtReply<PeerRecord> reply = next.get();
                if (!reply.value().publicKey().equals(remote)) {
                    continue;
                }
                announced = true;
                permits.acquire();
                if (race.isOver() || !claim(reply.from())) {
                    permits.release();
                } else {
                    forkAttempt(reply.from());
                }
            }
        } catch (IOException e) {
            race.enter("walk", () -> { }).fail(asFlockException(e));
        }
    }

    private void forkAttempt(PeerAddress relay) {
        boolean begun = scope.tryFork("flock-dial-handshake", () -> {
            try {
                attempt(relay);
            } finally {
                permits.release();
            }
        });
        if (!begun) {
            permits.release(); // the dial is over
        }
    }

    private void attempt(PeerAddress relay) throws InterruptedException {
        attempts.incrementAndGet();
        PathRace<Found>.Path path = race.enter("relay " + relay, session::close);
        if (!path.isRunning()) {
            return;
        }
        try {
            HandshakeReply reply = context.dht().peerHandshake(target, handshake.message(), relay, session);
            Optional<Verified> verified = handshake.verify(reply.noise())
                    .map(each -> new Verified(PayloadBounds.apply(each.payload(), context.counters()), each.keys()));
            if (verified.isEmpty()) {
                context.counters().count(PeerDrop.BAD_HANDSHAKE_REPLY);
                path.fail(new FlockException(Code.HANDSHAKE_INVALID, "the reply through " + relay + " does not verify"));
                return;
            }
            Optional<Refusal> refusal = refusal(verified.get());
            if (refusal.isPresent()) {
                race.abandon(refusal.get());
            } else {
                path.win(new Found(relay, reply, verified.get(), triedSoFar()));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "dial.relay.failed relay={0} cause={1}", relay, e.getMessage());
            path.fail(asFlockException(e));
        }
    }

    private static Optional<Refusal> refusal(Verified verified) {
        if (verified.payload().version() != 1) {
            return Optional.of(new Refusal(Code.SERVER_INCOMPATIBLE, "the peer speaks version " + verified.payload().version()));
        }
        if (verified.payload().error() != PayloadError.NONE) {
            return Optional.of(new Refusal(Code.SERVER_ERROR, "the peer answers with error " + verified.payload().error()));
        }
        if (verified.payload().udx().isEmpty()) {
            return Optional.of(new Refusal(Code.SERVER_ERROR, "the peer did not name a stream"));
        }
        return Optional.empty();
    }

    private void awaitAttempts() throws InterruptedException {
        permits.acquire(parallel);
        permits.release(parallel);
    }

    private boolean claim(PeerAddress relay) {
        lock.lock();
        try {
            return tried.size() < PeerConstants.MAX_RELAYS_TRIED && tried.add(relay);
        } finally {
            lock.unlock();
        }
    }

    private List<PeerAddress> triedSoFar() {
        lock.lock();
        try {
            return List.copyOf(tried);
        } finally {
            lock.unlock();
        }
    }

    private static FlockException asFlockException(IOException e) {
        return e instanceof FlockException known ? known : new FlockException(Code.PEER_CONNECTION_FAILED, e.getMessage(), e);
    }

    /** The peer itself says no: no other relay can change that. */
    private static final class Refusal extends FlockException {

        private static final long serialVersionUID = 1L;

        Refusal(Code code, String message) {
            super(code, message);
        }
    }
}
