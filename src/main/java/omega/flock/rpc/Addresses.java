package omega.flock.rpc;

import java.net.InetAddress;
import omega.flock.base.PeerAddress;

/** Which addresses a node can have. Pure. */
final class Addresses {

    private static final int CLASS_E = 240;

    private Addresses() {}

    /**
     * Tells whether something can be sent there: a port, and a host that is neither "this network" (0.0.0.0/8), nor a group,
     * nor of the range without any use (240.0.0.0/4, which ends in the broadcast address). Private and loopback hosts are
     * fine, for whole networks live there.
     */
    static boolean isUsable(PeerAddress address) {
        InetAddress host = address.toSocketAddress().getAddress();
        int first = host.getAddress()[0] & 0xFF;
        return address.port() > 0 && first > 0 && first < CLASS_E && !host.isMulticastAddress();
    }
}
