package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import org.junit.jupiter.api.Test;

/** The field against {@link BigInteger}, which is slow, far from constant time, and right. */
class Field25519Test {

    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    @Provide
    Arbitrary<BigInteger> numbers() {
        Arbitrary<BigInteger> any = Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TWO.pow(255).subtract(BigInteger.ONE))
                .withDistribution(RandomDistribution.uniform());
        return Arbitraries.oneOf(any, Arbitraries.of(edges()));
    }

    private static List<BigInteger> edges() {
        BigInteger limb = BigInteger.TWO.pow(51);
        return List.of(BigInteger.ZERO, BigInteger.ONE, BigInteger.TWO, BigInteger.valueOf(19), limb.subtract(BigInteger.ONE), limb,
                P.subtract(BigInteger.TWO), P.subtract(BigInteger.ONE), P, P.add(BigInteger.ONE),
                BigInteger.TWO.pow(255).subtract(BigInteger.ONE), BigInteger.TWO.pow(254), BigInteger.TWO.pow(204));
    }

    @Property
    void addsAndSubtracts(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b) {
        same(a.add(b), field(a).plus(field(b)));
        same(a.subtract(b), field(a).minus(field(b)));
        same(a.negate(), field(a).negated());
    }

    @Property
    void multipliesAndSquares(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b) {
        same(a.multiply(b), field(a).times(field(b)));
        same(a.multiply(a), field(a).squared());
    }

    @Property(tries = 200)
    void findsTheInverse(@ForAll("numbers") BigInteger a) {
        same(a.modPow(P.subtract(BigInteger.TWO), P), field(a).inverted());
    }

    @Property(tries = 200)
    void raisesToThePowerOfRoots(@ForAll("numbers") BigInteger a) {
        BigInteger exponent = P.subtract(BigInteger.valueOf(5)).shiftRight(3);
        same(a.modPow(exponent, P), field(a).rootPower());
    }

    @Property(tries = 200)
    void staysRightOverLongChainsOfOperations(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b, @ForAll long seed) {
        Random random = new Random(seed);
        Field25519 x = field(a);
        Field25519 y = field(b);
        BigInteger bigX = a;
        BigInteger bigY = b;
        for (int i = 0; i < 60; i++) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    x = x.plus(y);
                    bigX = bigX.add(bigY).mod(P);
                }
                case 1 -> {
                    x = x.minus(y);
                    bigX = bigX.subtract(bigY).mod(P);
                }
                case 2 -> {
                    x = x.times(y);
                    bigX = bigX.multiply(bigY).mod(P);
                }
                case 3 -> {
                    y = x.squared();
                    bigY = bigX.multiply(bigX).mod(P);
                }
                default -> {
                    y = y.negated();
                    bigY = bigY.negate().mod(P);
                }
            }
        }
        same(bigX, x);
        same(bigY, y);
    }

    @Property
    void writesTheOneValueBelowTheModulus(@ForAll("numbers") BigInteger a) {
        assertArrayEquals(littleEndian(a.mod(P)), field(a).toBytes());
        assertEquals(a.mod(P).testBit(0) ? 1 : 0, field(a).parity());
        assertEquals(a.mod(P).signum() == 0, field(a).isZero());
    }

    @Test
    void writesTheOneValueBelowTheModulusAtEveryEdge() {
        for (BigInteger a : edges()) {
            same(a, field(a));
            for (BigInteger b : edges()) {
                same(a.multiply(b), field(a).times(field(b)));
                same(a.subtract(b), field(a).minus(field(b)));
            }
        }
    }

    @Test
    void leavesOutTheHighestBitOfItsBytes() {
        byte[] bytes = Hex.counting(32);
        byte[] signed = bytes.clone();
        signed[31] |= (byte) 0x80;
        assertTrue(Field25519.of(signed).sameAs(Field25519.of(bytes)));
        assertFalse(Field25519.of(signed).sameAs(Field25519.ONE));
    }

    @Test
    void knowsARootOfMinusOne() {
        assertTrue(Field25519.SQRT_MINUS_ONE.squared().sameAs(Field25519.ONE.negated()));
    }

    @Test
    void knowsTheConstantOfTheCurve() {
        // RFC 8032 §5.1
        assertTrue(EdwardsPoint.D.sameAs(Field25519.ofHex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")));
    }

    @Property(tries = 200)
    void findsTheRootsOfSquaresAndOfNothingElse(@ForAll("numbers") BigInteger a) {
        boolean square = a.modPow(P.subtract(BigInteger.ONE).shiftRight(1), P).compareTo(BigInteger.ONE) <= 0;
        Optional<Field25519> root = field(a).squareRoot();
        assertEquals(square, root.isPresent());
        root.ifPresent(r -> same(a, r.squared()));
        assertTrue(field(a).squared().squareRoot().isPresent());
    }

    @Property
    void multipliesSumsAndDifferencesAsTheyAre(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b) {
        // As far as a point's formulas go: 2a + a - b without a carry, times a - (a + b).
        Field25519 x = new Field25519().setSum(field(a), field(a));
        x.setSum(x, field(a));
        x.setDifference(x, field(b));
        Field25519 y = new Field25519().setSum(field(a), field(b));
        y.setDifference(field(a), y);
        same(a.multiply(BigInteger.valueOf(3)).subtract(b).multiply(b.negate()), new Field25519().setProduct(x, y));
        same(a.multiply(BigInteger.valueOf(3)).subtract(b).pow(2), x.setSquare(x));
        same(b.pow(2), y.setProduct(y, y));
    }

    @Test
    void multipliesTheLargestLooseElements() {
        long limb = (1L << 54) - 1;
        Field25519 largest = new Field25519();
        largest.load(new long[] {limb, limb, limb, limb, limb}, 0, -1);
        BigInteger value = BigInteger.ZERO;
        for (int i = 0; i < Field25519.LIMBS; i++) {
            value = value.add(BigInteger.valueOf(limb).shiftLeft(51 * i));
        }
        same(value, largest);
        same(value.pow(2), largest.times(largest));
        same(value.pow(2), largest.squared());
        long[] limbs = new long[Field25519.LIMBS];
        largest.times(largest).store(limbs, 0);
        for (long each : limbs) {
            assertTrue(each >= 0 && each <= 1L << 51, "a limb of " + each);
        }
    }

    @Property
    void swapsAndNegatesByAMask(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b) {
        Field25519 x = field(a);
        Field25519 y = field(b);
        x.swapIf(0, y);
        same(a, x);
        x.swapIf(-1, y);
        same(b, x);
        same(a, y);
        x.negateIf(0);
        same(b, x);
        x.negateIf(-1);
        same(b.negate(), x);
    }

    private static void same(BigInteger expected, Field25519 actual) {
        assertArrayEquals(littleEndian(expected.mod(P)), actual.toBytes());
    }

    private static Field25519 field(BigInteger number) {
        return Field25519.of(littleEndian(number));
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
