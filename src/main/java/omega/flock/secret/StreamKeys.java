package omega.flock.secret;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import omega.flock.crypto.Blake2b;

/**
 * What both roles derive from the handshake hash besides the traffic keys (secret-stream 6.9.2 index.js). Pure.
 *
 * <pre>
 *   NS(n)         = BLAKE2b-256( BLAKE2b-256("hyperswarm/secret-stream") | n )    0 initiator, 1 responder, 2 send
 *   id(role)      = BLAKE2b-256( NS(role) ; key = handshake hash )
 *   sendKey(role) = BLAKE2b-256( NS(role) | NS(send) ; key = handshake hash )
 * </pre>
 */
final class StreamKeys {

    private static final byte[] INITIATOR = namespace(0);
    private static final byte[] RESPONDER = namespace(1);
    private static final byte[] SEND = namespace(2);

    private final byte[] handshakeHash;
    private final boolean initiator;

    StreamKeys(byte[] handshakeHash, boolean initiator) {
        this.handshakeHash = handshakeHash.clone();
        this.initiator = initiator;
    }

    byte[] handshakeHash() {
        return handshakeHash.clone();
    }

    /** Returns the id that our opening frame carries: that of our own role. */
    byte[] localId() {
        return Blake2b.keyed256(handshakeHash, role(initiator));
    }

    /** Returns the id that the peer's opening frame must carry. */
    byte[] remoteId() {
        return Blake2b.keyed256(handshakeHash, role(!initiator));
    }

    /** Returns the key of datagrams that we send. */
    byte[] datagramSendKey() {
        return Blake2b.keyed256(handshakeHash, role(initiator), SEND);
    }

    /** Returns the key of datagrams that the peer sends. */
    byte[] datagramReceiveKey() {
        return Blake2b.keyed256(handshakeHash, role(!initiator), SEND);
    }

    private static byte[] role(boolean initiates) {
        return initiates ? INITIATOR : RESPONDER;
    }

    private static byte[] namespace(int number) {
        byte[] name = "hyperswarm/secret-stream".getBytes(StandardCharsets.UTF_8);
        byte[] base = Arrays.copyOf(Blake2b.hash256(name), 33);
        base[32] = (byte) number;
        return Blake2b.hash256(base);
    }
}
