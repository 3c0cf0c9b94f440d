package omega.flock.swarm.machine;

import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/** The words for what a swarm refuses and ends. */
public final class SwarmFailures {

    private SwarmFailures() {}

    /** The message is the one of hyperswarm 4.17.2 ({@code ERR_FIREWALL}). */
    public static FlockException firewalled() {
        return new FlockException(Code.PEER_FIREWALLED, "Peer is firewalled");
    }

    public static CloseReason duplicate() {
        return CloseReason.duplicate("another connection to the same peer took its place");
    }

    public static CloseReason suspended() {
        return CloseReason.suspended("the flock was suspended");
    }

    public static CloseReason closed() {
        return CloseReason.shutDown("the flock was closed");
    }

    public static CloseReason failed(Throwable cause) {
        return CloseReason.shutDown("the flock failed: " + cause);
    }

    public static CloseReason banned() {
        return CloseReason.closedLocally("the peer is banned");
    }

    public static CloseReason serverLimit() {
        return CloseReason.closedLocally("the flock has all the connections from outside that it may have");
    }

    /** {@return why a connection is reset that came too late for its swarm} */
    static CloseReason late(Phase phase) {
        return switch (phase) {
            case OPEN -> duplicate();
            case SUSPENDED -> suspended();
            case CLOSED -> closed();
        };
    }
}
