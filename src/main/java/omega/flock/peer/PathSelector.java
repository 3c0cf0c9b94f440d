package omega.flock.peer;

import java.time.Duration;
import java.util.Optional;

/**
 * Decides which of the paths that a dial finds the stream is bound to. Pure; not thread-safe; time is an argument.
 *
 * <p>Ways to a peer race each other: its address in the local network, punched holes, packets that it sends first. Each
 * stream needs one path that both ends use. hyperdht takes the first that shows up and stays with it even if nothing ever
 * comes back (issue hyperdht#304: 15 s lost). Here a path stays a trial until the peer's opening frame has been read:
 *
 * <pre>
 *   SEARCHING ──ready()──► UNBOUND ──candidate──► TRIAL ──confirmed()──► CONFIRMED
 *                │                                │  ▲
 *                └─packet seen, then ready()─────►│  └─ a packet of the peer on another path, or patience is over and
 *                                                 └──  another candidate is there: the trial moves to it
 *   confirmed() on a relay ──► RELAYED ──the peer comes directly────────────────► CONFIRMED
 *                                │  ▲                                                 ▲
 *                                │  └─ it does not ─┐                                 │
 *                                └──probe──► MOVED ─┴─────the peer comes there too────┘
 * </pre>
 *
 * <p>The other end always answers on the path where our first packet reached it. So a packet of the peer is the strongest
 * evidence there can be: where it comes from is where the peer is bound. A server that has bound itself moves only as long
 * as nothing of its own was acknowledged, so the two ends cannot chase each other.
 *
 * <p>A path through a relay gets its turn whatever speaks for the present one: what the peer has put into packets for the
 * relay reaches us only once we have written there too. What we put there before the peer has written is lost likewise, so
 * its first packet through the relay has ours sent again, without waiting for the second that a first retransmission takes. Once the peer has spoken there, only a probe or a
 * packet of the peer makes a direct path take its place, and a probe only on trial: the relay is kept until the peer comes
 * directly.
 */
final class PathSelector {

    /** What speaks for a path, weakest first. */
    enum Evidence {
        /** Something answered there, or an address was told; it may be somebody else. */
        GUESS,
        /** A relay has tied our stream to one of the peer. */
        RELAY,
        /** A hole punching probe came from there. */
        PROBE,
        /** A packet for the stream came from there. */
        PACKET
    }

    /** What the owner has to do with its stream. */
    sealed interface Action {

        /** Nothing. */
        record Keep() implements Action {}

        /** Connect it. */
        record Bind(Path path) implements Action {}

        /** Change its remote, with all that is under way, which may be the present one: then it is sent there again. */
        record Move(Path path) implements Action {}

        /** Change its remote; what is under way through the relay still arrives. */
        record Upgrade(Path path) implements Action {}
    }

    /** Where the selector stands; see the picture above. */
    private enum State {
        SEARCHING, UNBOUND, TRIAL, RELAYED, MOVED, CONFIRMED
    }

    private static final Action KEEP = new Action.Keep();

    private final Duration patience;
    private final Duration movePatience;
    private State state = State.SEARCHING;
    private Path path;
    private Evidence evidence = Evidence.GUESS;
    private Path other;
    private Evidence otherEvidence = Evidence.GUESS;
    private boolean otherTried;
    private long triedSinceNanos;

    /**
     * Creates a selector.
     *
     * @param patience how long a path is tried before another candidate gets its turn
     * @param movePatience how long a path that took the place of a relay may stay silent
     */
    PathSelector(Duration patience, Duration movePatience) {
        this.patience = patience;
        this.movePatience = movePatience;
    }

    /** The handshake is done: the peer's stream id is known, the stream can be bound. */
    Action ready(long nowNanos) {
        if (state != State.SEARCHING) {
            return KEEP;
        }
        state = State.UNBOUND;
        return path == null ? KEEP : bind(nowNanos);
    }

    /** A way was found. */
    Action found(long nowNanos, Path candidate, Evidence why) {
        return switch (state) {
            case SEARCHING -> {
                // Packets may come before the reply that names the peer's stream; the first of them wins.
                if (path == null) {
                    path = candidate;
                    evidence = why;
                }
                yield KEEP;
            }
            case UNBOUND -> {
                path = candidate;
                evidence = why;
                yield bind(nowNanos);
            }
            case TRIAL -> foundDuringTrial(nowNanos, candidate, why);
            case RELAYED -> upgrade(nowNanos, candidate, why);
            case MOVED -> {
                if (why == Evidence.PACKET && candidate.equals(path)) {
                    state = State.CONFIRMED;
                }
                yield KEEP;
            }
            case CONFIRMED -> KEEP;
        };
    }

    /** Time has passed: a trial without an answer gives way to another candidate. */
    Action tick(long nowNanos) {
        Optional<Long> deadline = nextDeadline();
        if (deadline.isEmpty() || nowNanos - deadline.get() < 0) {
            return KEEP;
        }
        if (state == State.MOVED) {
            state = State.RELAYED;
        }
        return moveToOther(nowNanos);
    }

    /** The peer's opening frame was read: the path is settled, for good if it is a direct one. */
    Action confirmed(long nowNanos) {
        if (state != State.TRIAL) {
            return KEEP;
        }
        state = path.isRelayed() ? State.RELAYED : State.CONFIRMED;
        // One that had its turn and stayed silent gets no other for a probe.
        boolean promising = other != null && (!otherTried || otherEvidence == Evidence.PACKET);
        return state == State.RELAYED && promising ? upgrade(nowNanos, other, otherEvidence) : KEEP;
    }

    /** Returns when {@link #tick} has something to do; empty while nothing but news can change anything. */
    Optional<Long> nextDeadline() {
        // A path that had its turn does not get another one from a path for which more speaks.
        boolean worthwhile = state == State.TRIAL && other != null
                && (other.isRelayed() || otherEvidence.compareTo(evidence) >= 0);
        if (state == State.MOVED) {
            return Optional.of(triedSinceNanos + movePatience.toNanos());
        }
        return worthwhile ? Optional.of(triedSinceNanos + patience.toNanos()) : Optional.empty();
    }

    /** Tells whether the stream has been bound to a path. */
    boolean isBound() {
        return state != State.SEARCHING && state != State.UNBOUND;
    }

    /** Returns the path that the stream is bound to, if it is. */
    Optional<Path> path() {
        return isBound() ? Optional.of(path) : Optional.empty();
    }

    /** "When the punch yields a direct path later, the raw stream changes remote to it." */
    private Action upgrade(long nowNanos, Path candidate, Evidence why) {
        if (candidate.isRelayed() || why.compareTo(Evidence.PROBE) < 0) {
            return KEEP;
        }
        other = path;
        otherEvidence = evidence;
        path = candidate;
        evidence = why;
        triedSinceNanos = nowNanos;
        state = why == Evidence.PACKET ? State.CONFIRMED : State.MOVED;
        return new Action.Upgrade(path);
    }

    private Action foundDuringTrial(long nowNanos, Path candidate, Evidence why) {
        if (candidate.equals(path)) {
            boolean relayHasOpened = path.isRelayed() && why == Evidence.PACKET && evidence != Evidence.PACKET;
            evidence = max(evidence, why);
            return relayHasOpened ? new Action.Move(path) : KEEP;
        }
        if (other == null || why.compareTo(otherEvidence) >= 0) {
            otherTried &= candidate.equals(other);
            other = candidate;
            otherEvidence = why;
        }
        boolean peerIsThere = why == Evidence.PACKET && evidence != Evidence.PACKET;
        return peerIsThere ? moveToOther(nowNanos) : KEEP;
    }

    private Action moveToOther(long nowNanos) {
        Path left = path;
        Evidence leftEvidence = evidence;
        path = other;
        evidence = otherEvidence;
        other = left;
        otherEvidence = leftEvidence;
        otherTried = true;
        triedSinceNanos = nowNanos;
        return new Action.Move(path);
    }

    private Action bind(long nowNanos) {
        state = State.TRIAL;
        triedSinceNanos = nowNanos;
        return new Action.Bind(path);
    }

    private static Evidence max(Evidence a, Evidence b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
