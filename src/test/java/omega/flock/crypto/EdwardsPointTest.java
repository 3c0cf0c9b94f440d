package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EdwardsPointTest {

    /** RFC 8032 §5.1.3 and libsodium's list: a point of order 8. Its multiples are all points of small order. */
    private static final String ORDER_EIGHT = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";

    private static final String IDENTITY = "01" + "00".repeat(31);

    @Test
    void decodesTheBasePointOfRfc8032() {
        EdwardsPoint base = point("58" + "66".repeat(31));
        assertTrue(base.x().sameAs(Field25519.ofHex("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a")));
        assertTrue(base.y().sameAs(Field25519.of(4).times(Field25519.of(5).inverted())));
    }

    /** Else one key had two encodings, and a record that is bound to one of them could be stored under the other. */
    @Test
    void refusesAYThatIsNotBelowTheModulus() {
        BigInteger modulus = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
        int onTheCurve = 0;
        for (int y = 0; y < 19; y++) {
            onTheCurve += EdwardsPoint.decompress(encoded(BigInteger.valueOf(y))).isPresent() ? 1 : 0;
            assertTrue(EdwardsPoint.decompress(encoded(modulus.add(BigInteger.valueOf(y)))).isEmpty(), "the modulus and " + y);
        }
        assertTrue(onTheCurve > 5, "not for want of a point: " + onTheCurve);
    }

    private static byte[] encoded(BigInteger y) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = y.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    @Property(tries = 50)
    void decodesWhatItHasEncoded(@ForAll @Size(32) byte[] seed) {
        byte[] publicKey = Ed25519.publicKey(seed);
        assertArrayEquals(publicKey, EdwardsPoint.decompress(publicKey).orElseThrow().compress());
    }

    @Property(tries = 50)
    void doublesAndAddsToPointsOfTheCurve(@ForAll @Size(32) byte[] seed) {
        EdwardsPoint point = EdwardsPoint.decompress(Ed25519.publicKey(seed)).orElseThrow();
        CachedPoint cached = new CachedPoint().set(point);
        assertOnCurve(point);
        EdwardsPoint multiple = point.copy();
        for (int i = 0; i < 20; i++) {
            assertOnCurve(multiple.twice());
            assertOnCurve(multiple.plus(cached));
        }
    }

    @Property(tries = 50)
    void addsAsItDoubles(@ForAll @Size(32) byte[] seed) {
        EdwardsPoint point = EdwardsPoint.decompress(Ed25519.publicKey(seed)).orElseThrow();
        CachedPoint single = new CachedPoint().set(point);
        EdwardsPoint sum = EdwardsPoint.identity();
        for (int i = 0; i < 16; i++) {
            sum.plus(single);
        }
        assertArrayEquals(point.copy().twice().twice().twice().twice().compress(), sum.compress());
        assertArrayEquals(point.copy().timesSixteen().compress(), sum.compress());
        single.negateIf(-1);
        for (int i = 0; i < 16; i++) {
            sum.plus(single);
        }
        assertEquals(IDENTITY, Hex.text(sum.compress()));
    }

    @Test
    void doublesAPointOfOrderEightToTheIdentityInThreeSteps() {
        EdwardsPoint point = point(ORDER_EIGHT);
        assertEquals("00".repeat(32), Hex.text(point.twice().compress()).replaceFirst("80$", "00"));
        assertEquals("ec" + "ff".repeat(30) + "7f", Hex.text(point.twice().compress()));
        assertEquals(IDENTITY, Hex.text(point.twice().compress()));
        assertEquals(IDENTITY, Hex.text(point.twice().compress()));
    }

    @Test
    void decodesNoPointWhoseXIsZero() {
        assertTrue(EdwardsPoint.decompress(Hex.bytes(IDENTITY)).isEmpty());
        assertTrue(EdwardsPoint.decompress(Hex.bytes("ec" + "ff".repeat(30) + "7f")).isEmpty());
    }

    @Property(tries = 100)
    void findsThePrimeOrderOfOnePointInEight(@ForAll @Size(32) byte[] seed) {
        EdwardsPoint point = EdwardsPoint.decompress(Ed25519.publicKey(seed)).orElseThrow();
        CachedPoint torsion = new CachedPoint().set(point(ORDER_EIGHT));
        for (int i = 0; i < 16; i++) {
            EdwardsPoint shifted = EdwardsPoint.decompress(point.compress()).orElseThrow();
            assertEquals(i % 8 == 0, PrimeOrder.holds(shifted), "shifted by " + i);
            assertEquals(i % 8 == 0, hasPrimeOrder(shifted), "shifted by " + i);
            point.plus(torsion);
        }
    }

    @Property(tries = 200)
    void findsThePrimeOrderOfAnyPoint(@ForAll @Size(32) byte[] anything) {
        EdwardsPoint.decompress(anything)
                .ifPresent(point -> assertEquals(hasPrimeOrder(point), PrimeOrder.holds(point), Hex.text(anything)));
    }

    @Test
    void findsNoPrimeOrderInPointsOfSmallOrder() {
        EdwardsPoint multiple = point(ORDER_EIGHT);
        CachedPoint torsion = new CachedPoint().set(multiple);
        for (int i = 1; i < 16; i++) {
            EdwardsPoint.decompress(multiple.compress()).ifPresent(point -> assertEquals(false, PrimeOrder.holds(point)));
            multiple.plus(torsion);
        }
    }

    @Test
    void knowsEveryEncodingOfSmallOrder() {
        for (VectorFile.Case vector : VectorFile.read("agreement")) {
            byte[] publicKey = vector.bytes("publicKey");
            if (SmallOrder.holds(publicKey)) {
                assertEquals("refused", vector.text("shared"), vector.place());
            }
        }
    }

    private static EdwardsPoint point(String hex) {
        return EdwardsPoint.decompress(Hex.bytes(hex)).orElseThrow();
    }

    /** Multiplies by l, bit for bit. */
    private static boolean hasPrimeOrder(EdwardsPoint point) {
        CachedPoint single = new CachedPoint().set(point);
        EdwardsPoint sum = EdwardsPoint.identity();
        for (int bit = TwoAgreements.ORDER.bitLength() - 1; bit >= 0; bit--) {
            sum.twice();
            if (TwoAgreements.ORDER.testBit(bit)) {
                sum.plus(single);
            }
        }
        return Arrays.equals(Hex.bytes(IDENTITY), sum.compress());
    }

    /** -x^2 + y^2 = 1 + d x^2 y^2 and T = XY/Z, with x = X/Z and y = Y/Z. */
    private static void assertOnCurve(EdwardsPoint point) {
        Field25519 x = point.x().squared();
        Field25519 y = point.y().squared();
        Field25519 z = point.z().squared();
        assertTrue(y.minus(x).times(z).sameAs(z.squared().plus(EdwardsPoint.D.times(x).times(y))));
        assertTrue(point.t().times(point.z()).sameAs(point.x().times(point.y())));
    }
}
