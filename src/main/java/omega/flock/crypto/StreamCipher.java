package omega.flock.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What seals or opens one message of a secretstream: a cipher of the JDK, an authenticator, and the room they need, two kilobytes that
 * a stream borrows from a {@link StreamCipherSource} while it has a message in hand. Not thread-safe.
 *
 * <p>One cipher object of the JDK serves all messages. Starting it costs about as much as three blocks of a cipher written in
 * Java, and its vector code is six times as fast from there on, so that short messages do not need a second way.
 */
public final class StreamCipher {

    static final String ALGORITHM = "ChaCha20";

    private static final byte[] ZEROS = new byte[16];

    private final Poly1305 poly = new Poly1305();
    private final byte[] blocks = new byte[2 * CryptoConstants.BLOCK_BYTES];
    private final byte[] lengths = new byte[2 * Long.BYTES];
    private final byte[] mac = new byte[CryptoConstants.TAG_BYTES];
    private Cipher cipher = JdkAlgorithms.cipher(ALGORITHM);

    /** Looks the JDK's cipher up, some microseconds. */
    public StreamCipher() {}

    /**
     * Starts the keystream of a message from block 0 and passes a byte through block 1.
     *
     * @return the tag for its encryption, or the other way round
     */
    byte start(SecretKeySpec key, byte[] nonce, byte tagByte) {
        init(key, nonce);
        Arrays.fill(blocks, (byte) 0);
        blocks[CryptoConstants.BLOCK_BYTES] = tagByte;
        apply(blocks, 0, blocks.length, blocks, 0);
        return blocks[CryptoConstants.BLOCK_BYTES];
    }

    /** Passes bytes through the keystream, in place or from one array to another. */
    void apply(byte[] in, int offset, int length, byte[] out, int outOffset) {
        try {
            cipher.update(in, offset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 refuses data", e);
        }
    }

    /**
     * Returns the authenticator of a message, good until the next: over block 1 as it was sent, the ciphertext, zeros, and two lengths.
     *
     * <p>"The zero run is len(m) mod 16 bytes": libsodium meant the rest to 16, and everybody does as it does.
     */
    byte[] authenticate(byte encryptedTag, byte[] ciphertext, int offset, int length) {
        blocks[CryptoConstants.BLOCK_BYTES] = encryptedTag;
        poly.init(blocks, 0);
        poly.update(blocks, CryptoConstants.BLOCK_BYTES, CryptoConstants.BLOCK_BYTES);
        poly.update(ciphertext, offset, length);
        poly.update(ZEROS, 0, length & 15);
        // The first length is that of additional data, of which there is none.
        LittleEndian.putInt64(lengths, Long.BYTES, CryptoConstants.BLOCK_BYTES + (long) length);
        poly.update(lengths, 0, lengths.length);
        poly.finish(mac, 0);
        return mac;
    }

    void init(SecretKeySpec key, byte[] nonce) {
        ChaCha20ParameterSpec start = new ChaCha20ParameterSpec(nonce, 0);
        try {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, key, start);
            } catch (InvalidKeyException e) {
                // It refuses what it was started with last time, which is right where a message was forged and the next has its number.
                cipher = JdkAlgorithms.cipher(ALGORITHM);
                cipher.init(Cipher.ENCRYPT_MODE, key, start);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 refuses a nonce", e);
        }
    }
}
