package omega.flock.crypto;

import java.util.Arrays;

/**
 * HKDF of RFC 5869 over HMAC-BLAKE2b with 64 bytes and an empty info: the key schedule of Noise, equal to noise-handshake
 * 4.2.0. Stateless and thread-safe.
 *
 * <pre>
 *   prk = HMAC(chaining key, input)     T1 = HMAC(prk, 01)     T2 = HMAC(prk, T1 | 02)     T3 = HMAC(prk, T2 | 03)
 * </pre>
 */
public final class Hkdf {

    private static final int HMAC_BLOCK = 128;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;
    private static final int MAX_OUTPUTS = 255;

    private Hkdf() {}

    /**
     * Derives keys.
     *
     * @param outputs how many, from 1
     * @return arrays of 64 bytes each
     */
    public static byte[][] derive(byte[] chainingKey, byte[] inputKeyMaterial, int outputs) {
        if (outputs < 1 || outputs > MAX_OUTPUTS) {
            throw new IllegalArgumentException("HKDF makes 1 to " + MAX_OUTPUTS + " outputs, not " + outputs);
        }
        byte[] secret = hmac(chainingKey, inputKeyMaterial);
        byte[][] keys = new byte[outputs][];
        keys[0] = hmac(secret, new byte[] {1});
        for (int i = 1; i < outputs; i++) {
            keys[i] = hmac(secret, keys[i - 1], new byte[] {(byte) (i + 1)});
        }
        Arrays.fill(secret, (byte) 0);
        return keys;
    }

    /** RFC 2104 over BLAKE2b-512: H(K xor opad, H(K xor ipad, text)). */
    static byte[] hmac(byte[] key, byte[]... text) {
        byte[] hashed = key.length > HMAC_BLOCK ? Blake2b.secretHash512(key) : key;
        byte[] inner = padded(hashed, INNER_PAD);
        byte[] outer = padded(hashed, OUTER_PAD);
        byte[][] parts = new byte[text.length + 1][];
        parts[0] = inner;
        System.arraycopy(text, 0, parts, 1, text.length);
        byte[] mac = Blake2b.secretHash512(outer, Blake2b.secretHash512(parts));
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(outer, (byte) 0);
        return mac;
    }

    private static byte[] padded(byte[] key, byte pad) {
        byte[] block = new byte[HMAC_BLOCK];
        Arrays.fill(block, pad);
        for (int i = 0; i < key.length; i++) {
            block[i] ^= key[i];
        }
        return block;
    }
}
