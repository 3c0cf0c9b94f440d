package omega.flock.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The ChaCha20 keystreams of one direction of a secretstream: a new one for each message, from block 0. Not thread-safe.
 *
 * <p>One cipher object of the JDK serves all messages. Starting it costs about as much as three blocks of a cipher written in
 * Java, and its vector code is six times as fast from there on, so that short messages do not need a second way.
 */
final class StreamCipher {

    private static final String ALGORITHM = "ChaCha20";

    private Cipher cipher; // null before the first message, because looking it up would hold the first connection up
    private SecretKeySpec key;

    StreamCipher(byte[] key) {
        key(key);
    }

    /** Takes another key. */
    void key(byte[] newKey) {
        key = new SecretKeySpec(newKey, ALGORITHM);
    }

    /** Starts the keystream of a nonce, from block 0. */
    void start(byte[] nonce) {
        try {
            if (cipher == null) {
                cipher = JdkAlgorithms.cipher(ALGORITHM);
            }
            cipher.init(Cipher.ENCRYPT_MODE, key, new ChaCha20ParameterSpec(nonce, 0));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 refuses a nonce", e);
        }
    }

    /**
     * Applies the next bytes of the keystream. Input and output may be the same place and must not overlap otherwise.
     */
    void apply(byte[] in, int offset, int length, byte[] out, int outOffset) {
        try {
            cipher.update(in, offset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 refuses data", e);
        }
    }

    /** Makes it possible to start the same nonce again, which one cipher object refuses. */
    void forgetNonce() {
        cipher = null;
    }
}
