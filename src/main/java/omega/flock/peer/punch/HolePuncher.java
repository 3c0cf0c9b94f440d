package omega.flock.peer.punch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.net.UdpPort;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.TokenBucket;

/**
 * One attempt to open two NATs for each other. Its owner exchanges rounds with the other peer through the DHT, tells the
 * puncher what came out, and asks it to punch; from then on a virtual thread named {@code flock-punch} sends the probes.
 *
 * <pre>
 *   PREPARING ──punch()──► PUNCHING ──first probe, initiator only──► CONNECTED
 *       │                     │ plan exhausted: onAbort                  │
 *       └─────── close() ─────┴──────────────► CLOSED ◄───── close() ────┘
 * </pre>
 *
 * <p>The initiator takes the first probe that comes in, on whichever socket, keeps that socket and releases the others.
 * The other side answers each probe with one of its own and learns of the success when the stream's first packet arrives,
 * for two sides that both decide would decide differently. A probe counts from the start, also before {@code punch()}:
 * that is the fast way through. Thread-safe.
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/holepuncher.js}.
 */
public final class HolePuncher implements AutoCloseable {

    private final Punching punching;
    private final boolean initiator;
    private final Optional<NetworkSource> stranger;
    private final PunchListener listener;
    private final AttemptSockets sockets = new AttemptSockets();
    private final NatViews nats;
    private final ReentrantLock lock = new ReentrantLock();
    private final TokenBucket echoes; // guarded by lock
    private Optional<RandomPunchGate.Permit> permit = Optional.empty(); // guarded by lock

    /** See {@link Punching}; the stranger is who asked for it, empty for a dial of ours. */
    HolePuncher(Punching punching, boolean initiator, Optional<NetworkSource> stranger, Firewall remoteFirewall, PunchListener listener)
            throws IOException {
        this.punching = punching;
        this.initiator = initiator;
        this.stranger = stranger;
        this.listener = listener;
        this.echoes = new TokenBucket(
                PunchConstants.ECHO_BURST, PunchConstants.ECHOES_PER_SECOND, punching.ticker().nanoTime());
        PunchSocket first = punching.sockets().open(this::onProbe);
        this.nats = new NatViews(punching.node(), first, remoteFirewall, this::swapSocket);
    }

    void start() {
        sockets.add(nats.socket(), PunchState.PREPARING);
        punching.countOpened();
        nats.start();
    }

    /** Returns the port that rounds are sent from and expected on. Changes when {@link #awaitStable} opens a fresh one. */
    public UdpPort port() {
        return nats.socket().port();
    }

    /** Returns what is known about the own NAT now. */
    public NatVerdict nat() {
        return nats.verdict();
    }

    /**
     * Takes a sample that came with a round: a node saw this puncher's port come from an address. Ignored unless the
     * message came in on the {@linkplain #port present port}.
     */
    public void addSample(UdpPort receivedOn, PeerAddress self, PeerAddress referrer) {
        nats.addSample(receivedOn, self, referrer);
    }

    /** Keeps the view of the own NAT as it is, because the other peer is about to rely on it. */
    public void freezeNat() {
        nats.freeze();
    }

    /**
     * Takes what the other peer says in a round.
     *
     * @param verifiedHost the host where the peer has proven to receive, by the token in this round
     */
    public void updateRemote(HolepunchPayload round, Optional<String> verifiedHost) {
        nats.updateRemote(round, verifiedHost);
    }

    /** Returns what the other peer says about its NAT. */
    public Firewall remoteFirewall() {
        return nats.remote().firewall();
    }

    /** Tells whether the other peer sends probes. */
    public boolean isRemotePunching() {
        return nats.remote().punching();
    }

    /** Returns where the other peer says it can be reached. */
    public List<PeerAddress> remoteAddresses() {
        return nats.remote().addresses().stream().map(RemoteView.Candidate::address).toList();
    }

    /** Tells whether this side sends probes. */
    public boolean isPunching() {
        return sockets.state() == PunchState.PUNCHING;
    }

    /** Tells whether the initiator has its winner. */
    public boolean isConnected() {
        return sockets.state() == PunchState.CONNECTED;
    }

    /** Tells whether the puncher is closed, by its owner or because the plan ran out. */
    public boolean isClosed() {
        return sockets.state() == PunchState.CLOSED;
    }

    /** Opens the own NAT for an address, from the present port; the probe had better not get there yet. */
    public void open(PeerAddress to) {
        nats.socket().open(to.toSocketAddress());
    }

    /** Sends one probe from the present port, to answer fast. */
    public void probe(PeerAddress to) {
        nats.socket().probe(to.toSocketAddress());
    }

    /**
     * Waits until the own NAT is understood, or will not be. With {@code reopen}, tries up to three fresh sockets if the
     * result is of no use; this is done once, and whoever asks later gets that outcome. Waits 4 s at most, and 16 s with
     * {@code reopen}; ends at once when the puncher is closed or connected.
     *
     * @return whether the result is of use: own NAT known, and not both NATs random
     */
    public boolean awaitStable(boolean reopen) throws InterruptedException {
        return nats.awaitStable(reopen);
    }

    /** Tells whether one of the two NATs is random, so that punching needs the node's gate. */
    public boolean needsGate() {
        NatVerdict own = nat();
        return own.firewall() == Firewall.RANDOM || remoteFirewall() == Firewall.RANDOM;
    }

    /**
     * Reserves the node's gate for this puncher if it needs it. The reservation is given back when the puncher ends.
     *
     * @return false if the gate is needed but busy: the peer has to be told, or to tell us, to come back later
     */
    public boolean enterGate() {
        if (!needsGate()) {
            return true;
        }
        lock.lock();
        try {
            // Asked under the lock that closing gives the permit back under, so that none is taken after that.
            PunchState state = sockets.state();
            if (permit.isEmpty() && (state == PunchState.PREPARING || state == PunchState.PUNCHING)) {
                permit = punching.gate().tryEnter(stranger);
            }
            return permit.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the reservation of the gate back if punching has not begun, for the case that the round was lost. */
    public void leaveGate() {
        if (sockets.state() == PunchState.PREPARING) {
            closePermit();
        }
    }

    /**
     * Starts to send probes, behind a random NAT from hundreds more sockets, which the thread that probes opens. Does nothing
     * more when probes are being sent already.
     *
     * @return false if these two NATs cannot be punched, no address is known or proven where the plan needs one, the
     *     gate is needed and busy, or the puncher has ended
     */
    public boolean punch() {
        if (isPunching()) {
            return true;
        }
        if (!enterGate()) {
            return false;
        }
        Optional<PunchPlan> chosen = PunchPlan.choose(
                nats.verdict().firewall(), nats.remote(), initiator, punching.ticker().nanoTime());
        if (chosen.isEmpty()) {
            leaveGate();
            return false;
        }
        if (!sockets.begin()) {
            return isPunching();
        }
        PunchPlan plan = chosen.get();
        count(plan);
        boolean begun = punching.scope().tryFork("flock-punch", () -> run(plan));
        if (!begun) {
            close(); // so is the node: nobody will need this punch
        }
        return begun;
    }

    /** Ends the attempt: no more probes, no more calls to the listener, all sockets released. Idempotent, never blocks. */
    @Override
    public void close() {
        end();
    }

    private boolean end() {
        Optional<List<PunchSocket>> left = sockets.end();
        if (left.isEmpty()) {
            return false;
        }
        punching.countClosed();
        settle(left.get());
        return true;
    }

    private void settle(List<PunchSocket> superfluous) {
        closePermit();
        nats.end();
        superfluous.forEach(PunchSocket::release);
    }

    /** Runs on the reader of one of the sockets. */
    private void onProbe(PunchSocket socket, InetSocketAddress source) {
        if (!initiator) {
            echo(socket, source);
            return;
        }
        Optional<List<PunchSocket>> losers = sockets.win(socket);
        if (losers.isPresent()) {
            settle(losers.get());
            listener.onConnect(socket.port(), PeerAddress.of(source));
        }
    }

    /** Answers a probe, but not without bounds: two answering sockets could otherwise be set on each other. */
    private void echo(PunchSocket socket, InetSocketAddress source) {
        boolean allowed;
        lock.lock();
        try {
            allowed = echoes.tryTake(punching.ticker().nanoTime());
        } finally {
            lock.unlock();
        }
        if (allowed) {
            socket.probe(source);
        } else {
            punching.sockets().countEchoDropped();
        }
    }

    private void run(PunchPlan plan) throws InterruptedException {
        try {
            while (sockets.awaitDue(punching.ticker(), plan.nextNanos())) {
                List<PunchPlan.Probe> probes = plan.take(nats.remote(), punching.random(), punching.ticker().nanoTime());
                if (plan.isExhausted()) {
                    if (end()) {
                        listener.onAbort();
                    }
                    return;
                }
                send(probes);
            }
        } catch (InterruptedException e) {
            // The node is closing, and its dials and servers with it: nobody is left to be told.
            end();
            throw e;
        }
    }

    private void send(List<PunchPlan.Probe> probes) {
        List<PunchSocket> from = sockets.snapshot();
        for (PunchPlan.Probe probe : probes) {
            Optional<PunchSocket> socket = probe.socket() < from.size()
                    ? Optional.of(from.get(probe.socket())) : probe.opens() ? openAnother() : Optional.empty();
            if (socket.isPresent() && probe.lowTtl()) {
                socket.get().open(probe.to().toSocketAddress());
            } else if (socket.isPresent()) {
                socket.get().probe(probe.to().toSocketAddress());
            }
        }
    }

    /** Opens one more socket if the system and the pool's limit allow it, and the attempt is not over. */
    private Optional<PunchSocket> openAnother() {
        PunchSocket socket;
        try {
            socket = punching.sockets().openOneOfMany(this::onProbe);
        } catch (IOException e) {
            // Fewer sockets make success less likely, not impossible; the pool has counted the refusal.
            return Optional.empty();
        }
        if (sockets.add(socket, PunchState.PUNCHING)) {
            return Optional.of(socket);
        }
        socket.release();
        return Optional.empty();
    }

    private Optional<PunchSocket> swapSocket() throws IOException {
        PunchSocket fresh = punching.sockets().open(this::onProbe);
        PunchSocket unwanted = sockets.replaceFirst(fresh);
        unwanted.release();
        return unwanted == fresh ? Optional.empty() : Optional.of(fresh);
    }

    private void count(PunchPlan plan) {
        // No switch over types on the way to a first connection: the JDK links each of them at run time (ADR 19).
        if (plan instanceof PunchPlan.Consistent) {
            punching.stats().countConsistent();
        } else {
            countRandom();
        }
    }

    private void countRandom() {
        punching.stats().countRandom();
        lock.lock();
        try {
            permit.ifPresent(RandomPunchGate.Permit::markUsed);
        } finally {
            lock.unlock();
        }
    }

    private void closePermit() {
        lock.lock();
        try {
            permit.ifPresent(RandomPunchGate.Permit::close);
            permit = Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
