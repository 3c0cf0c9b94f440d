package omega.flock.dht.message;

import java.nio.charset.StandardCharsets;
import omega.flock.crypto.Blake2b;

/**
 * Prefixes that keep a signature or key made for one command from counting for another:
 * {@code H32( H32("hyperswarm/dht") | command )}.
 * Source: hyperdht 6.34.0 lib/constants.js {@code NS}, hypercore-crypto 3.7.0 {@code namespace}. Each call returns its own copy.
 */
public final class Namespaces {

    private static final byte[] BASE = Blake2b.hash256("hyperswarm/dht".getBytes(StandardCharsets.UTF_8));
    private static final byte[] ANNOUNCE = of(DhtCommand.ANNOUNCE);
    private static final byte[] UNANNOUNCE = of(DhtCommand.UNANNOUNCE);
    private static final byte[] MUTABLE_PUT = of(DhtCommand.MUTABLE_PUT);
    private static final byte[] PEER_HANDSHAKE = of(DhtCommand.PEER_HANDSHAKE);
    private static final byte[] PEER_HOLEPUNCH = of(DhtCommand.PEER_HOLEPUNCH);

    private Namespaces() {
    }

    private static byte[] of(DhtCommand command) {
        return Blake2b.hash256(BASE, new byte[] {(byte) command.code()});
    }

    /** {@return the prefix of what an ANNOUNCE signs} */
    public static byte[] announce() {
        return ANNOUNCE.clone();
    }

    /** {@return the prefix of what an UNANNOUNCE signs} */
    public static byte[] unannounce() {
        return UNANNOUNCE.clone();
    }

    /** {@return the prefix of what a MUTABLE_PUT signs} */
    public static byte[] mutablePut() {
        return MUTABLE_PUT.clone();
    }

    /** {@return the prologue of the Noise handshake between peers} */
    public static byte[] peerHandshake() {
        return PEER_HANDSHAKE.clone();
    }

    /** {@return what is hashed under the handshake hash to give the key of the hole punching payloads} */
    public static byte[] peerHolepunch() {
        return PEER_HOLEPUNCH.clone();
    }
}
