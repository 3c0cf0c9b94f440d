package omega.flock.rpc;

import omega.flock.base.PeerAddress;
import omega.flock.runtime.NetworkSource;

/** Which addresses a node can have. Pure. */
public final class Addresses {

    private Addresses() {}

    /**
     * Tells whether something can be sent to an address that came over the wire: a port, and a host that one can have. Private and loopback
     * hosts are fine, for whole networks live there.
     *
     * @param address with a dotted IPv4 host
     */
    public static boolean isUsable(PeerAddress address) {
        return address.port() > 0 && NetworkSource.of(address.octets().orElseThrow(), address.port()).isUnicast();
    }
}
