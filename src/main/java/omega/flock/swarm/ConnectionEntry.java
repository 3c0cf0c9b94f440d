package omega.flock.swarm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import omega.flock.base.CloseReason;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Task;

/**
 * The one connection that a flock has to a peer, from the beginning of the dial to the end. Not thread-safe: guarded by the
 * guard of its swarm.
 *
 * <pre>
 *   CHECKING ──firewall──► DIALLING ──► OPEN ──► CLOSED        inbound ones begin OPEN
 *       └──────────────────────┴──────────────────▲
 * </pre>
 *
 * @param <L> the connection
 */
final class ConnectionEntry<L extends Link> {

    /** How far it has come. */
    enum Stage {
        /** The firewall is asked about a dial. */
        CHECKING,
        /** A dial is under way. */
        DIALLING,
        /** There is a connection. */
        OPEN,
        /** It has ended; absorbing. */
        CLOSED
    }

    private final PeerState peer;
    private final boolean dialled;
    private final Optional<NetworkSource> source;
    private final Deque<L> successors = new ArrayDeque<>();
    private Stage stage;
    private Optional<L> link;
    private Optional<Task<Void>> task = Optional.empty();
    private Optional<CloseReason> abortReason = Optional.empty();

    private ConnectionEntry(PeerState peer, boolean dialled, Stage stage, Optional<L> link) {
        this.peer = peer;
        this.dialled = dialled;
        this.source = link.map(each -> NetworkSource.of(each.remoteAddress()));
        this.stage = stage;
        this.link = link;
    }

    static <L extends Link> ConnectionEntry<L> dial(PeerState peer) {
        return new ConnectionEntry<>(peer, true, Stage.CHECKING, Optional.empty());
    }

    static <L extends Link> ConnectionEntry<L> inbound(PeerState peer, L link) {
        return new ConnectionEntry<>(peer, false, Stage.OPEN, Optional.of(link));
    }

    PeerState peer() {
        return peer;
    }

    /** Tells whether we dialled it. */
    boolean dialled() {
        return dialled;
    }

    /** Returns where one that we did not dial came from when it opened, whatever path it has taken since. */
    Optional<NetworkSource> source() {
        return source;
    }

    Stage stage() {
        return stage;
    }

    /** The firewall has let the dial pass. */
    void started() {
        stage = Stage.DIALLING;
    }

    /** The dial has become a connection. */
    void opened(L connection) {
        stage = Stage.OPEN;
        link = Optional.of(connection);
    }

    void closed() {
        stage = Stage.CLOSED;
    }

    Optional<L> link() {
        return link;
    }

    Optional<Task<Void>> task() {
        return task;
    }

    void task(Task<Void> dial) {
        task = Optional.of(dial);
    }

    Optional<CloseReason> abortReason() {
        return abortReason;
    }

    /** Notes why it is ended from here; the first reason stays. Says whether this was the first. */
    boolean abort(CloseReason reason) {
        if (abortReason.isPresent()) {
            return false;
        }
        abortReason = Optional.of(reason);
        return true;
    }

    /**
     * Lets a connection wait until this one has closed.
     *
     * @return the one that has waited longest and must give way, if there are too many
     */
    Optional<L> addSuccessor(L next) {
        successors.addLast(next);
        return successors.size() > SwarmConstants.MAX_SUCCESSORS ? Optional.of(successors.removeFirst()) : Optional.empty();
    }

    /** Forgets a connection that closed while it waited. */
    void removeSuccessor(L gone) {
        successors.remove(gone);
    }

    /** Returns and forgets those who wait, the longest waiting first. */
    List<L> takeSuccessors() {
        List<L> all = new ArrayList<>(successors);
        successors.clear();
        return all;
    }
}
