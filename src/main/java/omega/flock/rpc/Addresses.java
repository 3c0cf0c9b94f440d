package omega.flock.rpc;

import omega.flock.base.PeerAddress;

/** Which addresses a node can have. Pure. */
final class Addresses {

    /** First octet of groups, above which nothing is but the range without any use. */
    private static final int GROUPS = 224;

    private Addresses() {}

    /**
     * Tells whether something can be sent to an address that came over the wire: a port, and a host that is neither "this network" (0.0.0.0/8), nor a group,
     * nor of the range without any use (240.0.0.0/4, which ends in the broadcast address). Private and loopback hosts are
     * fine, for whole networks live there.
     *
     * @param address with a dotted IPv4 host
     */
    static boolean isUsable(PeerAddress address) {
        int first = Integer.parseInt(address.host(), 0, address.host().indexOf('.'), 10);
        return address.port() > 0 && first > 0 && first < GROUPS;
    }
}
