package omega.flock.peer.punch;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;

/**
 * One punch socket and what its NAT does with it: asks nodes for samples as soon as it starts, and takes those that come
 * in with the negotiation. The answers arrive on readers; waiting is done by the threads of dials and servers.
 */
final class SocketView {

    private final PunchNode node;
    private final PunchSocket socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final NatAnalysis analysis = new NatAnalysis(); // guarded by lock
    private final NatSampler sampler = new NatSampler(); // guarded by lock
    private int pending; // guarded by lock
    private int passes; // guarded by lock

    SocketView(PunchNode node, PunchSocket socket) {
        this.node = node;
        this.socket = socket;
    }

    PunchSocket socket() {
        return socket;
    }

    /**
     * Asks for samples: up to four nodes at first, and once more as many as are missing when the answers are in. What is
     * not known after that stays unknown.
     */
    void sample() {
        List<PeerAddress> nodes = node.nodes();
        List<PeerAddress> chosen;
        lock.lock();
        try {
            passes++;
            chosen = sampler.choose(nodes, PunchConstants.SETTLING_SAMPLES - analysis.samples());
            pending = chosen.size();
            if (chosen.isEmpty()) {
                analysis.giveUp();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        for (PeerAddress each : chosen) {
            node.ping(each, socket.port(), seenAs -> onAnswer(each, seenAs));
        }
    }

    /** Takes a sample that came in otherwise. */
    void add(PeerAddress self, PeerAddress referrer) {
        boolean firewalled = node.firewalled();
        lock.lock();
        try {
            analysis.add(self, referrer, firewalled);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    NatVerdict verdict() {
        lock.lock();
        try {
            return new NatVerdict(analysis.firewall(), analysis.addresses());
        } finally {
            lock.unlock();
        }
    }

    void freeze() {
        lock.lock();
        try {
            analysis.freeze();
        } finally {
            lock.unlock();
        }
    }

    /** Lets go whoever waits for a verdict. */
    void giveUp() {
        lock.lock();
        try {
            analysis.giveUp();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is no use to wait any longer, {@link PunchConstants#ANALYSIS_TIMEOUT} at most. */
    NatVerdict awaitVerdict() throws InterruptedException {
        lock.lock();
        try {
            long left = PunchConstants.ANALYSIS_TIMEOUT.toNanos();
            while (!analysis.isSettled() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return new NatVerdict(analysis.firewall(), analysis.addresses());
        } finally {
            lock.unlock();
        }
    }

    private void onAnswer(PeerAddress from, Optional<PeerAddress> seenAs) {
        seenAs.ifPresent(self -> add(self, from));
        boolean again;
        lock.lock();
        try {
            boolean last = --pending == 0;
            boolean missing = analysis.samples() < PunchConstants.SETTLING_SAMPLES;
            again = last && missing && passes < 2;
            if (last && missing && !again) {
                analysis.giveUp();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (again) {
            sample();
        }
    }
}
