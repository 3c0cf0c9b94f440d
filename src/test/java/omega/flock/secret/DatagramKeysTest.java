package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.HexFormat;
import omega.flock.base.KeyPair;
import omega.flock.noise.NoiseResult;
import org.junit.jupiter.api.Test;

class DatagramKeysTest {

    private static final byte[] ONE = filled(1);
    private static final byte[] OTHER = filled(2);

    @Test
    void whatOneSideSendsWithTheOtherReceivesWith() {
        DatagramKeys ours = DatagramKeys.secret(result(ONE, OTHER, 3));
        DatagramKeys theirs = DatagramKeys.secret(result(OTHER, ONE, 3));
        assertArrayEquals(ours.send(), theirs.receive());
        assertArrayEquals(ours.receive(), theirs.send());
        assertNotEquals(HexFormat.of().formatHex(ours.send()), HexFormat.of().formatHex(ours.receive()));
    }

    /** Whoever knows the hash of a handshake knows nothing of them. */
    @Test
    void theHandshakeHashIsNoPartOfThem() {
        assertArrayEquals(DatagramKeys.secret(result(ONE, OTHER, 3)).send(), DatagramKeys.secret(result(ONE, OTHER, 4)).send());
    }

    /** BLAKE2b-256 of the ASCII text with the traffic key as key, as Python's hashlib computes it. */
    @Test
    void theyAreWhatTheDrawingSays() {
        assertEquals("d04a94e1bf2232120044e91d6abc26298d9000de21d57dc3a576b52254836108", HexFormat.of().formatHex(DatagramKeys.secret(result(ONE, OTHER, 3)).send()));
    }

    private static NoiseResult result(byte[] transmit, byte[] receive, int hash) {
        byte[] handshakeHash = new byte[64];
        Arrays.fill(handshakeHash, (byte) hash);
        return new NoiseResult(transmit, receive, handshakeHash, KeyPair.fromSeed(ONE).publicKey());
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
