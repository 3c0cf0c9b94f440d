package omega.flock.crypto;

import java.util.Arrays;

/**
 * The hash BLAKE2b of RFC 7693, with 32 or 64 bytes of output, keyed or not, without salt and personalisation.
 *
 * <p>Several parts are hashed as if they stood one after the other. Equal to libsodium's {@code crypto_generichash}.
 * Stateless, thread-safe, constant time for inputs of equal length.
 */
public final class Blake2b {

    private static final int BLOCK = 128;
    private static final int MAX_KEY = 64;
    private static final int SHORT_OUTPUT = 32;
    private static final int LONG_OUTPUT = 64;
    private static final int ROUNDS = 12;
    private static final byte[] NO_KEY = new byte[0];

    /** RFC 7693 §2.6: the initial vector of SHA-512. */
    private static final long[] IV = {
        0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
        0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
    };

    /** RFC 7693 §2.7: the order of message words, one row per round; rounds 10 and 11 are 0 and 1 again. */
    private static final byte[] SIGMA = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3
    };

    private final long[] state = IV.clone();
    private final long[] words = new long[BLOCK / Long.BYTES];
    private final byte[] block = new byte[BLOCK];
    private final int outputLength;
    private int filled;
    private long counter; // RFC 7693 counts in 128 bits; a Java program never hashes 2^63 bytes

    private Blake2b(int outputLength, byte[] key) {
        this.outputLength = outputLength;
        // RFC 7693 §2.5, parameter block: digest length, key length, fanout 1, depth 1.
        state[0] ^= 0x01010000L | (long) key.length << 8 | outputLength;
        if (key.length > 0) {
            System.arraycopy(key, 0, block, 0, key.length);
            filled = BLOCK; // "if a secret key is used, it is padded with zero bytes and set as d[0]"
        }
    }

    /** Returns the 32-byte hash of the parts. */
    public static byte[] hash256(byte[]... parts) {
        return digest(new Blake2b(SHORT_OUTPUT, NO_KEY), parts);
    }

    /** Returns the 64-byte hash of the parts. */
    public static byte[] hash512(byte[]... parts) {
        return digest(new Blake2b(LONG_OUTPUT, NO_KEY), parts);
    }

    /**
     * Returns the 32-byte hash of the parts under a key.
     *
     * @param key 1 to 64 bytes
     * @throws IllegalArgumentException if the key is empty or longer
     */
    public static byte[] keyed256(byte[] key, byte[]... parts) {
        if (key.length == 0 || key.length > MAX_KEY) {
            throw new IllegalArgumentException("a key of BLAKE2b has 1 to 64 bytes, not " + key.length);
        }
        Blake2b hash = new Blake2b(SHORT_OUTPUT, key);
        byte[] digest = digest(hash, parts);
        hash.wipe();
        return digest;
    }

    /** Returns the 64-byte hash of the parts and forgets them, for callers that hash secrets. */
    static byte[] secretHash512(byte[]... parts) {
        Blake2b hash = new Blake2b(LONG_OUTPUT, NO_KEY);
        byte[] digest = digest(hash, parts);
        hash.wipe();
        return digest;
    }

    private static byte[] digest(Blake2b hash, byte[][] parts) {
        for (byte[] part : parts) {
            hash.update(part);
        }
        return hash.finish();
    }

    private void update(byte[] input) {
        int offset = 0;
        int left = input.length;
        while (left > 0) {
            if (filled == BLOCK) { // the last block is compressed by finish, so a full one waits for more input
                compress(block, 0, BLOCK, 0L);
                filled = 0;
            }
            if (filled == 0 && left > BLOCK) {
                compress(input, offset, BLOCK, 0L);
                offset += BLOCK;
                left -= BLOCK;
                continue;
            }
            int count = Math.min(left, BLOCK - filled);
            System.arraycopy(input, offset, block, filled, count);
            filled += count;
            offset += count;
            left -= count;
        }
    }

    private byte[] finish() {
        Arrays.fill(block, filled, BLOCK, (byte) 0);
        compress(block, 0, filled, -1L);
        byte[] digest = new byte[outputLength];
        for (int i = 0; i < outputLength / Long.BYTES; i++) {
            LittleEndian.putInt64(digest, i * Long.BYTES, state[i]);
        }
        return digest;
    }

    private void wipe() {
        Arrays.fill(block, (byte) 0);
        Arrays.fill(words, 0L);
        Arrays.fill(state, 0L);
    }

    /** RFC 7693 §3.2, function F. The sixteen work words are local variables, so that they stay in registers. */
    private void compress(byte[] input, int offset, int length, long lastBlockFlag) {
        counter += length;
        long[] m = words;
        for (int i = 0; i < m.length; i++) {
            m[i] = LittleEndian.int64(input, offset + i * Long.BYTES);
        }
        long[] h = state;
        long v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3], v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
        long v8 = IV[0], v9 = IV[1], v10 = IV[2], v11 = IV[3];
        long v12 = IV[4] ^ counter, v13 = IV[5], v14 = IV[6] ^ lastBlockFlag, v15 = IV[7];
        for (int s = 0; s < ROUNDS * 16; s += 16) {
            // Columns.
            v0 += v4 + m[SIGMA[s]];
            v12 = Long.rotateRight(v12 ^ v0, 32);
            v8 += v12;
            v4 = Long.rotateRight(v4 ^ v8, 24);
            v0 += v4 + m[SIGMA[s + 1]];
            v12 = Long.rotateRight(v12 ^ v0, 16);
            v8 += v12;
            v4 = Long.rotateRight(v4 ^ v8, 63);

            v1 += v5 + m[SIGMA[s + 2]];
            v13 = Long.rotateRight(v13 ^ v1, 32);
            v9 += v13;
            v5 = Long.rotateRight(v5 ^ v9, 24);
            v1 += v5 + m[SIGMA[s + 3]];
            v13 = Long.rotateRight(v13 ^ v1, 16);
            v9 += v13;
            v5 = Long.rotateRight(v5 ^ v9, 63);

            v2 += v6 + m[SIGMA[s + 4]];
            v14 = Long.rotateRight(v14 ^ v2, 32);
            v10 += v14;
            v6 = Long.rotateRight(v6 ^ v10, 24);
            v2 += v6 + m[SIGMA[s + 5]];
            v14 = Long.rotateRight(v14 ^ v2, 16);
            v10 += v14;
            v6 = Long.rotateRight(v6 ^ v10, 63);

            v3 += v7 + m[SIGMA[s + 6]];
            v15 = Long.rotateRight(v15 ^ v3, 32);
            v11 += v15;
            v7 = Long.rotateRight(v7 ^ v11, 24);
            v3 += v7 + m[SIGMA[s + 7]];
            v15 = Long.rotateRight(v15 ^ v3, 16);
            v11 += v15;
            v7 = Long.rotateRight(v7 ^ v11, 63);

            // Diagonals.
            v0 += v5 + m[SIGMA[s + 8]];
            v15 = Long.rotateRight(v15 ^ v0, 32);
            v10 += v15;
            v5 = Long.rotateRight(v5 ^ v10, 24);
            v0 += v5 + m[SIGMA[s + 9]];
            v15 = Long.rotateRight(v15 ^ v0, 16);
            v10 += v15;
            v5 = Long.rotateRight(v5 ^ v10, 63);

            v1 += v6 + m[SIGMA[s + 10]];
            v12 = Long.rotateRight(v12 ^ v1, 32);
            v11 += v12;
            v6 = Long.rotateRight(v6 ^ v11, 24);
            v1 += v6 + m[SIGMA[s + 11]];
            v12 = Long.rotateRight(v12 ^ v1, 16);
            v11 += v12;
            v6 = Long.rotateRight(v6 ^ v11, 63);

            v2 += v7 + m[SIGMA[s + 12]];
            v13 = Long.rotateRight(v13 ^ v2, 32);
            v8 += v13;
            v7 = Long.rotateRight(v7 ^ v8, 24);
            v2 += v7 + m[SIGMA[s + 13]];
            v13 = Long.rotateRight(v13 ^ v2, 16);
            v8 += v13;
            v7 = Long.rotateRight(v7 ^ v8, 63);

            v3 += v4 + m[SIGMA[s + 14]];
            v14 = Long.rotateRight(v14 ^ v3, 32);
            v9 += v14;
            v4 = Long.rotateRight(v4 ^ v9, 24);
            v3 += v4 + m[SIGMA[s + 15]];
            v14 = Long.rotateRight(v14 ^ v3, 16);
            v9 += v14;
            v4 = Long.rotateRight(v4 ^ v9, 63);
        }
        h[0] ^= v0 ^ v8;
        h[1] ^= v1 ^ v9;
        h[2] ^= v2 ^ v10;
        h[3] ^= v3 ^ v11;
        h[4] ^= v4 ^ v12;
        h[5] ^= v5 ^ v13;
        h[6] ^= v6 ^ v14;
        h[7] ^= v7 ^ v15;
    }
}
