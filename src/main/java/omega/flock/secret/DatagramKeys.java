package omega.flock.secret;

import java.nio.charset.StandardCharsets;
import omega.flock.crypto.Blake2b;
import omega.flock.noise.NoiseResult;

/**
 * The keys that datagrams are sealed with, one for each direction. Two ways to make them; both sides take the same.
 *
 * <pre>
 *   of the protocol   key(role) = BLAKE2b-256( NS(role) | NS(send) ; key = handshake hash )            see {@link StreamKeys}
 *   secret            key       = BLAKE2b-256( "omega-flock/datagrams" ; key = the direction's traffic key )
 * </pre>
 *
 * The handshake hash is made of bytes that whoever relays the handshake has seen, and of nothing else; the traffic keys are known to
 * the two peers only. The second way is taken between two peers that both said in their Noise payloads that they know it.
 *
 * @param send    32 bytes, for what we send
 * @param receive 32 bytes, for what the peer sends
 */
record DatagramKeys(byte[] send, byte[] receive) {

    private static final byte[] LABEL = "omega-flock/datagrams".getBytes(StandardCharsets.US_ASCII);

    /** {@return the keys of the protocol, which whoever saw the handshake has too} */
    static DatagramKeys ofHandshakeHash(StreamKeys keys) {
        return new DatagramKeys(keys.datagramSendKey(), keys.datagramReceiveKey());
    }

    /** {@return keys that only the two peers have} */
    static DatagramKeys secret(NoiseResult keys) {
        return new DatagramKeys(Blake2b.keyed256(keys.transmitKey(), LABEL), Blake2b.keyed256(keys.receiveKey(), LABEL));
    }
}
