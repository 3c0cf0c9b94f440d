package omega.flock.dht.message;

import omega.flock.crypto.Blake2b;
import omega.flock.wire.WireWriter;

/**
 * The 64 bytes that are signed: a {@linkplain Namespaces namespace} and a hash. Source: hyperdht 6.34.0 lib/persistent.js
 * {@code annSignable} and {@code signMutable}.
 *
 * <pre>
 *  +--------------+----------------------------------------------------------------------------+
 *  | namespace 32 | H32( target 32 | node id 32 | token 32 | PeerRecord | refresh 0 or 32 )    |
 *  +--------------+----------------------------------------------------------------------------+
 *  | namespace 32 | H32( seq uint | size uint | value ... )                                    |
 *  +--------------+----------------------------------------------------------------------------+
 * </pre>
 *
 * The node id is that of the node which is asked to store, and the token is that node's: each node needs its own signature.
 */
public final class Signables {

    private static final byte[] NOTHING = new byte[0];

    private Signables() {
    }

    /** {@return what the signature in this announce covers, sent to the node of that id with that token} */
    public static byte[] announce(byte[] target, byte[] nodeId, byte[] token, Announce announce) {
        return announced(Namespaces.announce(), target, nodeId, token, announce);
    }

    /** {@return what the signature in this unannounce covers, sent to the node of that id with that token} */
    public static byte[] unannounce(byte[] target, byte[] nodeId, byte[] token, Announce announce) {
        return announced(Namespaces.unannounce(), target, nodeId, token, announce);
    }

    /** {@return what the signature of a mutable value covers} */
    public static byte[] mutable(long seq, byte[] value) {
        WireWriter writer = new WireWriter();
        writer.uint(seq);
        writer.buffer(value);
        return prefixed(Namespaces.mutablePut(), Blake2b.hash256(writer.toBytes()));
    }

    private static byte[] announced(byte[] namespace, byte[] target, byte[] nodeId, byte[] token, Announce announce) {
        byte[] peer = announce.peer().orElseThrow(() -> new IllegalArgumentException("announce: no peer")).toBytes();
        return prefixed(namespace, Blake2b.hash256(target, nodeId, token, peer, announce.refresh().orElse(NOTHING)));
    }

    private static byte[] prefixed(byte[] namespace, byte[] hash) {
        WireWriter writer = new WireWriter();
        writer.fixed(namespace, MessageConstants.KEY_BYTES);
        writer.fixed(hash, MessageConstants.KEY_BYTES);
        return writer.toBytes();
    }
}
