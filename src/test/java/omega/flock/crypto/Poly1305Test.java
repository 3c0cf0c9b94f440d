package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Poly1305Test {

    private static final BigInteger P = BigInteger.TWO.pow(130).subtract(BigInteger.valueOf(5));

    @Test
    void authenticatesTheExampleOfRfc8439() {
        byte[] key = Hex.bytes("85d6be7857556d337f4452fe42d506a8", "0103808afb0db2fd4abff6af4149f51b");
        byte[] text = "Cryptographic Forum Research Group".getBytes(US_ASCII);
        assertEquals("a8061dc1305136c6c22b8baf0c0127a9", Hex.text(tag(key, text)));
    }

    /** RFC 8439 §A.3, vectors 7 to 11: they "exercise" what a wrong carry or reduction gets wrong. r, s, text, tag. */
    @Test
    void reducesWhereRfc8439LooksForMistakes() {
        String zeros = "00".repeat(16);
        String[][] vectors = {
            {"02" + "00".repeat(15), zeros, "ff".repeat(16), "03" + "00".repeat(15)},
            {"02" + "00".repeat(15), "ff".repeat(16), "02" + "00".repeat(15), "03" + "00".repeat(15)},
            {"01" + "00".repeat(15), zeros, "ff".repeat(16) + "f0" + "ff".repeat(15) + "11" + "00".repeat(15), "05" + "00".repeat(15)},
            {"01" + "00".repeat(15), zeros, "ff".repeat(16) + "fb" + "fe".repeat(15) + "01".repeat(16), zeros},
            {"02" + "00".repeat(15), zeros, "fd" + "ff".repeat(15), "fa" + "ff".repeat(15)}
        };
        for (String[] vector : vectors) {
            assertEquals(vector[3], Hex.text(tag(Hex.bytes(vector[0], vector[1]), Hex.bytes(vector[2]))), vector[2]);
        }
    }

    @Property
    void agreesWithArithmeticOfAnySize(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 200) byte[] text) {
        assertArrayEquals(reference(key, text), tag(key, text));
    }

    @Property
    void agreesWithArithmeticOfAnySizeWhereEveryCarryRuns(@ForAll @IntRange(max = 255) int r, @ForAll @IntRange(max = 255) int s,
            @ForAll long seed, @ForAll @IntRange(max = 100) int length) {
        byte[] key = Arrays.copyOf(Hex.repeated(r, 16), 32);
        Arrays.fill(key, 16, 32, (byte) s);
        Random random = new Random(seed);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt() : -1);
        }
        assertArrayEquals(reference(key, text), tag(key, text));
    }

    @Property(tries = 200)
    void doesNotCareHowTheTextIsCut(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 150) byte[] text, @ForAll long seed) {
        Random random = new Random(seed);
        Poly1305 poly = new Poly1305();
        poly.init(key, 0);
        for (int at = 0; at < text.length; ) {
            int count = random.nextInt(text.length - at + 1);
            poly.update(text, at, count);
            at += count;
        }
        byte[] tag = new byte[16];
        poly.finish(tag, 0);
        assertArrayEquals(tag(key, text), tag);
    }

    @Property(tries = 200)
    void agreesWithTheJdk(@ForAll @Size(32) byte[] key, @ForAll @Size(12) byte[] nonce, @ForAll @Size(max = 300) byte[] text)
            throws GeneralSecurityException {
        SecretKeySpec jdkKey = new SecretKeySpec(key, "ChaCha20");
        Cipher aead = Cipher.getInstance("ChaCha20-Poly1305");
        aead.init(Cipher.ENCRYPT_MODE, jdkKey, new IvParameterSpec(nonce));
        byte[] sealed = aead.doFinal(text);
        Cipher stream = Cipher.getInstance("ChaCha20");
        stream.init(Cipher.ENCRYPT_MODE, jdkKey, new ChaCha20ParameterSpec(nonce, 0));
        byte[] oneTimeKey = stream.update(new byte[32]);

        // RFC 8439 §2.8: the ciphertext, zeros up to 16 bytes, both lengths.
        Poly1305 poly = new Poly1305();
        poly.init(oneTimeKey, 0);
        poly.update(sealed, 0, text.length);
        poly.update(new byte[16], 0, -text.length & 15);
        byte[] lengths = new byte[16];
        LittleEndian.putInt64(lengths, 8, text.length);
        poly.update(lengths, 0, 16);
        byte[] tag = new byte[16];
        poly.finish(tag, 0);
        assertArrayEquals(Arrays.copyOfRange(sealed, text.length, sealed.length), tag);
    }

    @Test
    void startsAnewAfterAnUnfinishedText() {
        byte[] key = Hex.counting(32);
        byte[] text = Hex.counting(40);
        Poly1305 poly = new Poly1305();
        poly.init(Hex.repeated(9, 32), 0);
        poly.update(text, 0, 39);
        poly.init(key, 0);
        poly.update(text, 0, 40);
        byte[] tag = new byte[20];
        poly.finish(tag, 4);
        assertArrayEquals(reference(key, text), Arrays.copyOfRange(tag, 4, 20));
        assertEquals("00000000", Hex.text(Arrays.copyOf(tag, 4)));
    }

    private static byte[] tag(byte[] key, byte[] text) {
        Poly1305 poly = new Poly1305();
        poly.init(key, 0);
        poly.update(text, 0, text.length);
        byte[] tag = new byte[16];
        poly.finish(tag, 0);
        return tag;
    }

    /** RFC 8439 §2.5.1, word for word. */
    private static byte[] reference(byte[] key, byte[] text) {
        BigInteger r = number(Arrays.copyOf(key, 16)).and(new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16));
        BigInteger s = number(Arrays.copyOfRange(key, 16, 32));
        BigInteger accumulator = BigInteger.ZERO;
        for (int at = 0; at < text.length; at += 16) {
            byte[] block = Arrays.copyOfRange(text, at, Math.min(at + 16, text.length));
            accumulator = accumulator.add(number(block)).add(BigInteger.TWO.pow(8 * block.length)).multiply(r).mod(P);
        }
        BigInteger sum = accumulator.add(s);
        byte[] tag = new byte[16];
        for (int i = 0; i < tag.length; i++) {
            tag[i] = sum.shiftRight(8 * i).byteValue();
        }
        return tag;
    }

    private static BigInteger number(byte[] littleEndian) {
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
        }
        return new BigInteger(1, bigEndian);
    }
}
