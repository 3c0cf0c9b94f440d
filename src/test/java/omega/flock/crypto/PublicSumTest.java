package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Against the multiplication in constant time, which the JDK judges. */
class PublicSumTest {

    private static final BigInteger ORDER = TwoAgreements.ORDER;

    @Property(tries = 500)
    void addsMultiplesOfAPointAndOfTheBasePoint(@ForAll @Size(64) byte[] a, @ForAll @Size(64) byte[] b, @ForAll @Size(32) byte[] seed) {
        assertSum(Scalar25519.reduce(a), Scalar25519.reduce(b), seed);
    }

    @Test
    void addsTheLargestAndSmallestMultiples() {
        List<BigInteger> scalars = new ArrayList<>(List.of(BigInteger.ZERO, BigInteger.ONE, ORDER.subtract(BigInteger.ONE),
                BigInteger.TWO.pow(252), BigInteger.TWO.pow(252).subtract(BigInteger.ONE)));
        for (int digit = 1; digit < 130; digit += 3) {
            scalars.add(BigInteger.valueOf(digit));
        }
        for (BigInteger a : scalars) {
            for (BigInteger b : scalars.subList(0, 8)) {
                assertSum(TwoAgreements.bytes(a), TwoAgreements.bytes(b), Hex.counting(32));
                assertSum(TwoAgreements.bytes(b), TwoAgreements.bytes(a), Hex.counting(32));
            }
        }
    }

    private static void assertSum(byte[] a, byte[] b, byte[] seed) {
        EdwardsPoint point = EdwardsPoint.decompress(Ed25519.publicKey(seed)).orElseThrow();
        CachedPoint second = new CachedPoint().set(ScalarMultiplier.multiplyBase(b));
        EdwardsPoint expected = ScalarMultiplier.multiply(a, new PointMultiples(point)).plus(second);
        assertEquals(Hex.text(expected.compress()), Hex.text(PublicSum.of(a, point, b).compress()));
    }
}
