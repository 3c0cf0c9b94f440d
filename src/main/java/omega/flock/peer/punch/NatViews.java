package omega.flock.peer.punch;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.net.UdpPort;

/**
 * What one attempt knows about the two NATs: ours from samples, replaced with that of a fresh socket when it is of no use,
 * and the other peer's from what it says. Threads of dials and servers wait here. Thread-safe.
 */
final class NatViews {

    /** Replaces the socket that the negotiation runs on. */
    @FunctionalInterface
    interface SocketSwap {

        /** Opens a fresh socket in the place of the old one, which is released; empty if it is too late for that. */
        Optional<PunchSocket> swap() throws IOException;
    }

    private enum Reopening {
        /** The first socket is in use. */
        NOT_YET,
        /** A thread tries fresh sockets, others wait for it. */
        RUNNING,
        /** It will not be done again. Terminal. */
        DONE
    }

    private final PunchNode node;
    private final SocketSwap swap;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private SocketView own; // guarded by lock
    private RemoteView remote; // guarded by lock
    private Reopening reopening = Reopening.NOT_YET; // guarded by lock
    private boolean ended; // guarded by lock

    NatViews(PunchNode node, PunchSocket first, Firewall remoteFirewall, SocketSwap swap) {
        this.node = node;
        this.swap = swap;
        this.own = new SocketView(node, first);
        this.remote = RemoteView.initially(remoteFirewall);
    }

    /** Starts to ask for samples. */
    void start() {
        own().sample();
    }

    /** Lets go whoever waits, because the attempt is over or has its winner. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        own().giveUp();
    }

    PunchSocket socket() {
        return own().socket();
    }

    NatVerdict verdict() {
        return own().verdict();
    }

    void freeze() {
        own().freeze();
    }

    void addSample(UdpPort receivedOn, PeerAddress self, PeerAddress referrer) {
        SocketView view = own();
        if (view.socket().port() == receivedOn) {
            view.add(self, referrer);
        }
    }

    RemoteView remote() {
        lock.lock();
        try {
            return remote;
        } finally {
            lock.unlock();
        }
    }

    void updateRemote(HolepunchPayload round, Optional<String> verifiedHost) {
        lock.lock();
        try {
            remote = remote.after(round, verifiedHost);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a verdict, and with {@code reopen} for a better one; see {@link HolePuncher#awaitStable}. */
    boolean awaitStable(boolean reopen) throws InterruptedException {
        own().awaitVerdict();
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            if (isUsefulLocked()) {
                return true;
            }
            if (!reopen) {
                return false;
            }
            while (reopening == Reopening.RUNNING && !ended) {
                changed.await();
            }
            if (reopening == Reopening.DONE || ended) {
                return own.verdict().isStable();
            }
            reopening = Reopening.RUNNING;
        } finally {
            lock.unlock();
        }
        try {
            return tryFreshSockets();
        } finally {
            lock.lock();
            try {
                reopening = Reopening.DONE;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean tryFreshSockets() throws InterruptedException {
        for (int i = 0; i < PunchConstants.MAX_REOPENS && !isOverOrUseful(); i++) {
            Optional<PunchSocket> socket;
            try {
                socket = swap.swap();
            } catch (IOException e) {
                // No other socket is to be had: what we have must do, and the caller hears that it does not.
                return false;
            }
            if (socket.isEmpty()) {
                break;
            }
            SocketView fresh = new SocketView(node, socket.get());
            replace(fresh).giveUp();
            fresh.sample();
            fresh.awaitVerdict();
        }
        return verdict().isStable();
    }

    private SocketView replace(SocketView fresh) {
        lock.lock();
        try {
            SocketView old = own;
            own = fresh;
            if (ended) {
                fresh.giveUp();
            }
            return old;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOverOrUseful() {
        lock.lock();
        try {
            return ended || isUsefulLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Own NAT known, and not both random. */
    private boolean isUsefulLocked() {
        return switch (own.verdict().firewall()) {
            case UNKNOWN -> false;
            case OPEN, CONSISTENT -> true;
            case RANDOM -> remote.firewall() != Firewall.RANDOM;
        };
    }

    private SocketView own() {
        lock.lock();
        try {
            return own;
        } finally {
            lock.unlock();
        }
    }
}
