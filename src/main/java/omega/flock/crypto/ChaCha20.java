package omega.flock.crypto;

import java.util.Arrays;

/**
 * The keystream of ChaCha20, RFC 8439 §2.4, for the few hundred bytes of a handshake message: the JDK's cipher is faster from
 * there on, but looking it up and starting it costs more than a handshake has to encrypt. Not thread-safe.
 */
final class ChaCha20 {

    private static final int WORDS = 16;
    private static final int COUNTER = 12;
    private static final int NONCE = 13;

    private final int[] state;
    private final int[] words = new int[WORDS];
    private final byte[] block = new byte[CryptoConstants.BLOCK_BYTES];

    /** Starts at block 0. */
    ChaCha20(byte[] key, byte[] nonce) {
        state = HChaCha20.state(key);
        for (int i = 0; i < WORDS - NONCE; i++) {
            state[NONCE + i] = LittleEndian.int32(nonce, Integer.BYTES * i);
        }
    }

    /** Returns the next block of the keystream, valid until the next call. */
    byte[] nextBlock() {
        System.arraycopy(state, 0, words, 0, WORDS);
        HChaCha20.permute(words);
        for (int i = 0; i < WORDS; i++) {
            LittleEndian.putInt32(block, Integer.BYTES * i, words[i] + state[i]);
        }
        state[COUNTER]++;
        return block;
    }

    /** Applies the keystream from its next block on. */
    void apply(byte[] in, int length, byte[] out) {
        for (int at = 0; at < length; at += CryptoConstants.BLOCK_BYTES) {
            byte[] stream = nextBlock();
            int count = Math.min(length - at, stream.length);
            for (int i = 0; i < count; i++) {
                out[at + i] = (byte) (in[at + i] ^ stream[i]);
            }
        }
    }

    /** Forgets the key and the keystream. */
    void wipe() {
        Arrays.fill(state, 0);
        Arrays.fill(words, 0);
        Arrays.fill(block, (byte) 0);
    }
}
