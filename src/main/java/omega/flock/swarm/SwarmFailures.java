package omega.flock.swarm;

import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;

/** The words for what a swarm refuses and ends. */
final class SwarmFailures {

    private SwarmFailures() {}

    /** The message is the one of hyperswarm 4.17.2 ({@code ERR_FIREWALL}). */
    static FlockException firewalled() {
        return new FlockException(Code.PEER_FIREWALLED, "Peer is firewalled");
    }

    static CloseReason duplicate() {
        return CloseReason.duplicate("another connection to the same peer took its place");
    }

    static CloseReason suspended() {
        return CloseReason.suspended("the flock was suspended");
    }

    static CloseReason closed() {
        return CloseReason.shutDown("the flock was closed");
    }

    static CloseReason failed(Throwable cause) {
        return CloseReason.shutDown("the flock failed: " + cause);
    }

    static CloseReason banned() {
        return CloseReason.closedLocally("the peer is banned");
    }

    static CloseReason serverLimit() {
        return CloseReason.closedLocally("the flock has all the connections from outside that it may have");
    }
}
