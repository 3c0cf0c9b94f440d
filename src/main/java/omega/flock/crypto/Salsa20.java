package omega.flock.crypto;

import java.util.Arrays;

/**
 * XSalsa20: the stream cipher of secretbox, with a nonce of 24 bytes. From Bernstein, "Extending the Salsa20 nonce".
 *
 * <p>For one owner at a time. Additions, rotations and exclusive-ors only: constant time by nature.
 */
final class Salsa20 {

    private static final int WORDS = 16;
    private static final int DOUBLE_ROUNDS = 10;
    private static final int COUNTER = 8;

    /** "expand 32-byte k", on the diagonal: words 0, 5, 10, 15. */
    private static final int[] CONSTANTS = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private final int[] state = new int[WORDS];
    private final int[] stream = new int[WORDS];

    /**
     * Starts the stream of a key and a nonce.
     *
     * <pre>
     *   subkey = HSalsa20(key, nonce[0..16))      stream = Salsa20(subkey, nonce[16..24), block counter from 0)
     * </pre>
     */
    Salsa20(byte[] key, byte[] nonce) {
        byte[] subkey = hsalsa20(key, nonce);
        fill(state, subkey);
        state[6] = LittleEndian.int32(nonce, CryptoConstants.SUBKEY_INPUT_BYTES);
        state[7] = LittleEndian.int32(nonce, CryptoConstants.SUBKEY_INPUT_BYTES + 4);
        Arrays.fill(subkey, (byte) 0);
    }

    /** Writes the next block of the keystream, 64 bytes. */
    void nextBlock(byte[] out) {
        nextStream();
        for (int i = 0; i < WORDS; i++) {
            LittleEndian.putInt32(out, 4 * i, stream[i]);
        }
    }

    /** Passes 64 bytes through the next block of the keystream. */
    void applyBlock(byte[] in, int offset, byte[] out, int outOffset) {
        nextStream();
        for (int i = 0; i < WORDS; i += 2) {
            long pair = stream[i] & 0xFFFF_FFFFL | (long) stream[i + 1] << 32;
            LittleEndian.putInt64(out, outOffset + 4 * i, LittleEndian.int64(in, offset + 4 * i) ^ pair);
        }
    }

    private void nextStream() {
        permute(state, stream);
        for (int i = 0; i < WORDS; i++) {
            stream[i] += state[i];
        }
        state[COUNTER]++;
        if (state[COUNTER] == 0) {
            state[COUNTER + 1]++;
        }
    }

    /** Forgets the key. */
    void wipe() {
        Arrays.fill(state, 0);
        Arrays.fill(stream, 0);
    }

    /** Derives a key from a key and the first 16 bytes of a nonce. */
    static byte[] hsalsa20(byte[] key, byte[] nonce) {
        int[] words = new int[WORDS];
        fill(words, key);
        for (int i = 0; i < 4; i++) {
            words[6 + i] = LittleEndian.int32(nonce, 4 * i);
        }
        permute(words, words);
        byte[] subkey = new byte[CryptoConstants.KEY_BYTES];
        for (int i = 0; i < 4; i++) {
            LittleEndian.putInt32(subkey, 4 * i, words[5 * i]);
            LittleEndian.putInt32(subkey, 16 + 4 * i, words[6 + i]);
        }
        Arrays.fill(words, 0);
        return subkey;
    }

    private static void fill(int[] words, byte[] key) {
        for (int i = 0; i < 4; i++) {
            words[5 * i] = CONSTANTS[i];
            words[1 + i] = LittleEndian.int32(key, 4 * i);
            words[11 + i] = LittleEndian.int32(key, 16 + 4 * i);
        }
    }

    /** The twenty rounds of Salsa20, on local variables so that they stay in registers. */
    private static void permute(int[] in, int[] out) {
        int x0 = in[0], x1 = in[1], x2 = in[2], x3 = in[3], x4 = in[4], x5 = in[5], x6 = in[6], x7 = in[7];
        int x8 = in[8], x9 = in[9], x10 = in[10], x11 = in[11], x12 = in[12], x13 = in[13], x14 = in[14], x15 = in[15];
        for (int i = 0; i < DOUBLE_ROUNDS; i++) {
            // Columns.
            x4 ^= Integer.rotateLeft(x0 + x12, 7);
            x8 ^= Integer.rotateLeft(x4 + x0, 9);
            x12 ^= Integer.rotateLeft(x8 + x4, 13);
            x0 ^= Integer.rotateLeft(x12 + x8, 18);

            x9 ^= Integer.rotateLeft(x5 + x1, 7);
            x13 ^= Integer.rotateLeft(x9 + x5, 9);
            x1 ^= Integer.rotateLeft(x13 + x9, 13);
            x5 ^= Integer.rotateLeft(x1 + x13, 18);

            x14 ^= Integer.rotateLeft(x10 + x6, 7);
            x2 ^= Integer.rotateLeft(x14 + x10, 9);
            x6 ^= Integer.rotateLeft(x2 + x14, 13);
            x10 ^= Integer.rotateLeft(x6 + x2, 18);

            x3 ^= Integer.rotateLeft(x15 + x11, 7);
            x7 ^= Integer.rotateLeft(x3 + x15, 9);
            x11 ^= Integer.rotateLeft(x7 + x3, 13);
            x15 ^= Integer.rotateLeft(x11 + x7, 18);

            // Rows.
            x1 ^= Integer.rotateLeft(x0 + x3, 7);
            x2 ^= Integer.rotateLeft(x1 + x0, 9);
            x3 ^= Integer.rotateLeft(x2 + x1, 13);
            x0 ^= Integer.rotateLeft(x3 + x2, 18);

            x6 ^= Integer.rotateLeft(x5 + x4, 7);
            x7 ^= Integer.rotateLeft(x6 + x5, 9);
            x4 ^= Integer.rotateLeft(x7 + x6, 13);
            x5 ^= Integer.rotateLeft(x4 + x7, 18);

            x11 ^= Integer.rotateLeft(x10 + x9, 7);
            x8 ^= Integer.rotateLeft(x11 + x10, 9);
            x9 ^= Integer.rotateLeft(x8 + x11, 13);
            x10 ^= Integer.rotateLeft(x9 + x8, 18);

            x12 ^= Integer.rotateLeft(x15 + x14, 7);
            x13 ^= Integer.rotateLeft(x12 + x15, 9);
            x14 ^= Integer.rotateLeft(x13 + x12, 13);
            x15 ^= Integer.rotateLeft(x14 + x13, 18);
        }
        out[0] = x0;
        out[1] = x1;
        out[2] = x2;
        out[3] = x3;
        out[4] = x4;
        out[5] = x5;
        out[6] = x6;
        out[7] = x7;
        out[8] = x8;
        out[9] = x9;
        out[10] = x10;
        out[11] = x11;
        out[12] = x12;
        out[13] = x13;
        out[14] = x14;
        out[15] = x15;
    }
}
