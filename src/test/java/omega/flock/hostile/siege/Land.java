package omega.flock.hostile.siege;

import omega.flock.base.PeerAddress;

/**
 * Who lives where. All addresses are of blocks that no host of the internet has but that are public in every other respect (RFC 2544,
 * RFC 5737), so that the rules for public sources apply: the whole siege takes place in a network namespace to which they are local.
 */
final class Land {

    /** The port of every node. */
    static final int PORT = 49_737;

    /** The node under siege. */
    static final PeerAddress STRONGHOLD = new PeerAddress("198.18.0.1", PORT);

    /** Addresses that strangers claim to have. */
    static final String VICTIMS = "203.0.113.";

    private static final int HOSTS_OF_NETWORK = 4; // strangers in one /24

    private Land() {}

    /** {@return an honest node of the hash table, each in a network of its own; the first is whom others begin with} */
    static PeerAddress node(int number) {
        return new PeerAddress("198.18." + (10 + number) + ".1", PORT);
    }

    /** {@return where an honest peer lives} */
    static String guest(int number) {
        return "198.18." + (100 + number) + ".1";
    }

    /** {@return where a stranger lives, four in a /24} */
    static String stranger(int number) {
        return "198.19." + number / HOSTS_OF_NETWORK + "." + (1 + number % HOSTS_OF_NETWORK);
    }
}
