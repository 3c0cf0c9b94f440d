package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Our multiplication against the JDK's X25519, and against the laws of groups. */
class ScalarMultiplierTest {

    private static final byte[] BASE = Hex.bytes("58" + "66".repeat(31));
    private static final BigInteger LARGEST = BigInteger.TWO.pow(255).subtract(BigInteger.ONE);

    @Property(tries = 1500)
    void multipliesAsTheJdkDoes(@ForAll @Size(32) byte[] seed, @ForAll @Size(32) byte[] anyScalar) throws InvalidKeyException {
        byte[] publicKey = Ed25519.publicKey(seed);
        byte[] scalar = clamped(anyScalar);
        assertEquals(Hex.text(TwoAgreements.multiply(scalar, publicKey)), Hex.text(AgreementPoint.of(publicKey).multiply(scalar)));
        assertEquals(Hex.text(TwoAgreements.multiply(scalar, BASE)), Hex.text(ScalarMultiplier.multiplyBase(scalar).compress()));
    }

    @Test
    void multipliesByClampedScalarsOfAllDigitsAsTheJdkDoes() throws InvalidKeyException {
        byte[] publicKey = Ed25519.publicKey(Hex.counting(32));
        for (int digit = 0; digit < 16; digit++) {
            byte[] same = clamped(Hex.repeated(digit << 4 | digit, 32));
            byte[] alternating = clamped(Hex.repeated(digit << 4 | 15 - digit, 32));
            for (byte[] scalar : List.of(same, alternating)) {
                assertEquals(Hex.text(TwoAgreements.multiply(scalar, publicKey)),
                        Hex.text(AgreementPoint.of(publicKey).multiply(scalar)), Hex.text(scalar));
                assertEquals(Hex.text(TwoAgreements.multiply(scalar, BASE)),
                        Hex.text(ScalarMultiplier.multiplyBase(scalar).compress()), Hex.text(scalar));
            }
        }
    }

    @Test
    void refusesWhatTheJdksWayRefuses() {
        Random random = new Random(7);
        byte[] scalar = clamped(new byte[32]);
        List<byte[]> keys = new ArrayList<>();
        for (VectorFile.Case vector : VectorFile.read("agreement")) {
            keys.add(vector.bytes("publicKey"));
        }
        for (int i = 0; i < 400; i++) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            keys.add(key);
        }
        for (byte[] key : keys) {
            assertEquals(result(() -> TwoAgreements.multiply(scalar, key)),
                    result(() -> AgreementPoint.of(key).multiply(scalar)), Hex.text(key));
        }
    }

    @Property(tries = 300)
    void addsScalarsAsItAddsPoints(@ForAll @Size(32) byte[] seed, @ForAll @IntRange(max = 1 << 30) int a,
            @ForAll @IntRange(max = 1 << 30) int b) throws InvalidKeyException {
        PointMultiples point = new PointMultiples(EdwardsPoint.decompress(Ed25519.publicKey(seed)).orElseThrow());
        EdwardsPoint first = ScalarMultiplier.multiply(TwoAgreements.bytes(BigInteger.valueOf(a)), point);
        EdwardsPoint second = ScalarMultiplier.multiply(TwoAgreements.bytes(BigInteger.valueOf(b)), point);
        EdwardsPoint sum = ScalarMultiplier.multiply(TwoAgreements.bytes(BigInteger.valueOf((long) a + b)), point);
        assertArrayEquals(sum.compress(), first.plus(new CachedPoint().set(second)).compress());
    }

    @Test
    void multipliesByTheSmallestAndLargestScalars() {
        PointMultiples base = new PointMultiples(EdwardsPoint.decompress(BASE).orElseThrow());
        BigInteger order = TwoAgreements.ORDER;
        assertEquals("01" + "00".repeat(31), product(BigInteger.ZERO, base));
        assertEquals(Hex.text(BASE), product(BigInteger.ONE, base));
        assertEquals("01" + "00".repeat(31), product(order, base));
        assertEquals(Hex.text(BASE), product(order.add(BigInteger.ONE), base));
        byte[] negative = BASE.clone();
        negative[31] |= (byte) 0x80;
        assertEquals(Hex.text(negative), product(order.subtract(BigInteger.ONE), base));
        assertEquals(product(LARGEST.mod(order), base), product(LARGEST, base));
        assertEquals(product(BigInteger.TWO.pow(254).mod(order), base), product(BigInteger.TWO.pow(254), base));
        for (BigInteger scalar : List.of(BigInteger.ZERO, BigInteger.ONE, order, LARGEST, BigInteger.valueOf(8))) {
            assertEquals(product(scalar, base), Hex.text(ScalarMultiplier.multiplyBase(TwoAgreements.bytes(scalar)).compress()));
        }
    }

    @Test
    void picksEveryMultiple() {
        EdwardsPoint point = EdwardsPoint.decompress(Ed25519.publicKey(Hex.counting(32))).orElseThrow();
        PointMultiples multiples = new PointMultiples(point);
        PointMultiples.Picker picker = new PointMultiples.Picker();
        CachedPoint single = new CachedPoint().set(point);
        EdwardsPoint sum = EdwardsPoint.identity();
        for (int digit = 0; digit <= 8; digit++) {
            assertArrayEquals(sum.compress(), EdwardsPoint.identity().plus(picker.pick(multiples, digit)).compress());
            assertEquals("01" + "00".repeat(31), Hex.text(sum.copy().plus(picker.pick(multiples, -digit)).compress()));
            sum.plus(single);
        }
    }

    private static String product(BigInteger scalar, PointMultiples point) {
        return Hex.text(ScalarMultiplier.multiply(TwoAgreements.bytes(scalar), point).compress());
    }

    private static byte[] clamped(byte[] any) {
        byte[] scalar = any.clone();
        scalar[0] &= (byte) 0xF8;
        scalar[31] &= 0x7F;
        scalar[31] |= 0x40;
        return scalar;
    }

    private interface Multiplication {
        byte[] product() throws InvalidKeyException;
    }

    private static String result(Multiplication multiplication) {
        try {
            return Hex.text(multiplication.product());
        } catch (InvalidKeyException e) {
            return "refused";
        }
    }
}
