package omega.flock.peer.punch;

import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;

/**
 * Hears how a punch ends: at most one of the two methods is called, at most once, and none after the owner has closed the
 * puncher. They run without any lock and must not block.
 */
public interface PunchListener {

    /**
     * The first probe of the other peer came in. Only on the initiator; the other side learns of the connection when the
     * stream's first packet arrives on one of the puncher's ports. Runs on the port's reader.
     *
     * <p>The port stays open until the puncher is closed, and after that as long as it is {@linkplain PunchSockets#hold
     * held}.
     */
    void onConnect(UdpPort port, PeerAddress remote);

    /** The strategy ran out of probes; the puncher has closed itself. Runs on the puncher's own thread. */
    void onAbort();
}
