package omega.flock.peer;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.secret.SecretStream;

/**
 * How far one client's handshake has come, which path it has, and which ways are left. Thread-safe; never blocks. Whoever tells what has
 * happened hears what follows from it, and does that without the lock.
 *
 * <pre>
 *                                                         opening frame through a relay ──► RELAYED
 *                                                                    │                         │ direct packet
 *   VERIFYING ──Noise, firewall──► ANSWERED ──path──► BOUND ──opening frame──► CONNECTED ◄─────┘
 *       │                             │ nothing is left │ 10 s
 *       └── bad, rejected ──► SILENT  └────► ABORTED ◄──┘             CONNECTED, ABORTED and SILENT are final
 * </pre>
 */
final class InboundProgress {

    private enum State {
        /** The thread is at work and has no answer yet; copies wait. */
        VERIFYING,
        /** The answer has gone; copies get it too. */
        ANSWERED,
        /** The stream sends to the client; its opening frame is awaited. */
        BOUND,
        /** Handed out; a relay carries it, and a direct path may still take its place. */
        RELAYED,
        /** Handed out. Copies get the answer for as long as the handshake is remembered. */
        CONNECTED,
        /** Given up after an answer, or refused with one. */
        ABORTED,
        /** Refused; nobody is told. */
        SILENT
    }

    /** Hears what has not happened in time, on the thread of the timers. */
    interface Deadlines {

        /** No path to the client was found. */
        void noPath();

        /** The client has a path and has not spoken. */
        void noOpeningFrame();

        /** The client comes with no more rounds of hole punching. */
        void noMoreRounds();
    }

    /** What giving up means. */
    enum GivenUp {
        /** Nothing: it was over, or has to be spared. */
        NOTHING,
        /** The connection stays on its relay; no direct path is looked for any more. */
        DIRECT_PATH,
        /** Everything. */
        ALL
    }

    private final PeerContext context;
    private final Deadlines deadlines;
    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.VERIFYING; // guarded by lock
    private Optional<InboundPath> path = Optional.empty(); // guarded by lock; there before the answer
    private Optional<SecretStream> stream = Optional.empty(); // guarded by lock; there before the answer
    private Optional<DeadlineQueue.Entry> timer = Optional.empty(); // guarded by lock
    private boolean punchOver; // guarded by lock; no direct path will be found any more
    private boolean relayHoped; // guarded by lock; one through a relay may still be

    InboundProgress(PeerContext context, Deadlines deadlines) {
        this.context = context;
        this.deadlines = deadlines;
    }

    /** There is a stream; from now on it has to find a path. */
    void awaitsPath(InboundPath found, SecretStream over) {
        lock.lock();
        try {
            path = Optional.of(found);
            stream = Optional.of(over);
            setTimerLocked(PeerConstants.HANDSHAKE_INITIAL_TIMEOUT, deadlines::noPath);
        } finally {
            lock.unlock();
        }
    }

    /** A relay is asked to lead to the client. */
    void hopesForRelay() {
        locked(() -> relayHoped = true);
    }

    /** {@return whether the answer may go: false if the handshake was given up} */
    boolean answers() {
        return leaveVerifying(State.ANSWERED);
    }

    /** {@return whether an answer that says no may go; it is the end} */
    boolean refuses() {
        return leaveVerifying(State.ABORTED);
    }

    private boolean leaveVerifying(State next) {
        return locked(() -> {
            boolean verifying = state == State.VERIFYING;
            state = verifying ? next : state;
            return verifying;
        });
    }

    /** Nobody is told anything. */
    void silence() {
        locked(() -> state = State.SILENT);
    }

    /** The client is at the other end of a path. {@return whether a connection has left its relay for it} */
    boolean arrived(Path found) {
        lock.lock();
        try {
            switch (state) {
                case ANSWERED -> {
                    if (path.orElseThrow().bind(found)) {
                        state = State.BOUND;
                        setTimerLocked(PeerConstants.OPENING_TIMEOUT, deadlines::noOpeningFrame);
                    }
                }
                case BOUND -> path.orElseThrow().follow(found);
                case CONNECTED -> path.orElseThrow().correct(found);
                case RELAYED -> {
                    if (path.orElseThrow().upgrade(found)) {
                        state = State.CONNECTED;
                        stream.orElseThrow().tookPath(false);
                        return true;
                    }
                }
                case VERIFYING, ABORTED, SILENT -> { }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The client's opening frame has come.
     *
     * @param punches whether rounds of hole punching may come
     * @return whether a relay carries the connection
     * @throws IOException if it was given up meanwhile
     */
    boolean connected(boolean punches) throws IOException {
        lock.lock();
        try {
            if (state != State.BOUND) {
                throw new IOException("the handshake was given up");
            }
            boolean relayed = path.orElseThrow().isRelayed();
            state = relayed ? State.RELAYED : State.CONNECTED;
            punchOver |= !punches;
            cancelTimerLocked();
            if (relayed) {
                stream.orElseThrow().tookPath(true);
                awaitRoundsLocked();
            }
            return relayed;
        } finally {
            lock.unlock();
        }
    }

    /** A punching round arrived: the puncher says when it is over, or, once there is a connection, our patience. */
    void punchingBegins() {
        lock.lock();
        try {
            if (state == State.ANSWERED) {
                cancelTimerLocked();
            } else if (state == State.RELAYED) {
                awaitRoundsLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoundsLocked() {
        if (!punchOver) {
            setTimerLocked(PeerConstants.UPGRADE_PATIENCE, deadlines::noMoreRounds);
        }
    }

    /** No direct path will be found. {@return whether no way is left, and none has been found} */
    boolean punchFailed() {
        return locked(() -> {
            punchOver = true;
            return state != State.RELAYED && !relayHoped;
        });
    }

    /** No relay will lead to the client. {@return whether no way is left, and none has been found} */
    boolean relayFailed() {
        return locked(() -> {
            relayHoped = false;
            return punchOver && state == State.ANSWERED;
        });
    }

    /** {@return whether a relay may still lead to the client} */
    boolean isRelayHoped() {
        return locked(() -> relayHoped);
    }

    /** Gives up what has not been handed out, though the client may see it as open once it has read our opening frame. */
    GivenUp giveUp() {
        lock.lock();
        try {
            GivenUp what = switch (state) {
                case CONNECTED -> GivenUp.NOTHING;
                case RELAYED -> GivenUp.DIRECT_PATH;
                case BOUND, VERIFYING, ANSWERED, ABORTED, SILENT -> GivenUp.ALL;
            };
            if (what == GivenUp.DIRECT_PATH) {
                punchOver = true;
            } else if (what == GivenUp.ALL) {
                state = state == State.VERIFYING || state == State.SILENT ? State.SILENT : State.ABORTED;
            }
            if (what != GivenUp.NOTHING) {
                cancelTimerLocked();
            }
            return what;
        } finally {
            lock.unlock();
        }
    }

    /** The stream is over, and needs no port any more. */
    void streamClosed() {
        locked(() -> {
            path.ifPresent(InboundPath::release);
            return state;
        });
    }

    /** {@return whether something was or is under way through a relay} */
    boolean hasUsedRelay() {
        return locked(() -> path.orElseThrow().hasUsedRelay());
    }

    /** {@return whether the connection has been handed out and its path is settled} */
    boolean isConnected() {
        return locked(() -> state == State.CONNECTED);
    }

    /** {@return whether the connection has been handed out on a relay, and the client may still come with rounds} */
    boolean isUpgradable() {
        return locked(() -> state == State.RELAYED && !punchOver);
    }

    /** {@return whether nothing is left to be done for the client} */
    boolean isOver() {
        return switch (locked(() -> state)) {
            case VERIFYING, ANSWERED, BOUND, RELAYED -> false;
            case CONNECTED, ABORTED, SILENT -> true;
        };
    }

    private void setTimerLocked(Duration limit, Runnable action) {
        cancelTimerLocked();
        timer = Optional.of(context.timers().schedule(context.ticker().nanoTime() + limit.toNanos(), action));
    }

    private void cancelTimerLocked() {
        timer.ifPresent(DeadlineQueue.Entry::cancel);
        timer = Optional.empty();
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
