package omega.flock.peer.punch;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;

/** What a puncher needs from the node that it works for. All methods return at once and may be called by any thread. */
public interface PunchNode {

    /** Tells whether the node believes to be unreachable for strangers. */
    boolean firewalled();

    /** Returns nodes of the routing table, those heard from most recently first. */
    List<PeerAddress> nodes();

    /**
     * Sends one PING, without retransmission, from a punch socket.
     *
     * @param seenAs takes, exactly once and within about a second, the address that the node saw the ping come from, or
     *     empty when there was no answer; runs on any thread and does not block
     */
    void ping(PeerAddress node, UdpPort via, Consumer<Optional<PeerAddress>> seenAs);
}
