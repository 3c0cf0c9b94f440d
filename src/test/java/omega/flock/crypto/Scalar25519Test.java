package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Against {@link BigInteger}. */
class Scalar25519Test {

    private static final BigInteger ORDER = TwoAgreements.ORDER;

    @Property(tries = 2000)
    void reducesNumbersOf64Bytes(@ForAll @Size(64) byte[] number) {
        assertEquals(Hex.text(TwoAgreements.bytes(TwoAgreements.number(number).mod(ORDER))), Hex.text(Scalar25519.reduce(number)));
    }

    @Property(tries = 2000)
    void multipliesAndAdds(@ForAll @Size(32) byte[] a, @ForAll @Size(32) byte[] b, @ForAll @Size(32) byte[] c) {
        BigInteger expected = TwoAgreements.number(a).multiply(TwoAgreements.number(b)).add(TwoAgreements.number(c)).mod(ORDER);
        assertEquals(Hex.text(TwoAgreements.bytes(expected)), Hex.text(Scalar25519.multiplyAdd(a, b, c)));
    }

    /** Around each multiple of the order, where one reduction too few or too many shows. */
    @Property(tries = 1000)
    void reducesNumbersNextToMultiplesOfTheOrder(@ForAll @Size(32) byte[] factor, @ForAll @IntRange(min = -3, max = 3) int difference) {
        BigInteger number = TwoAgreements.number(factor).multiply(ORDER).add(BigInteger.valueOf(difference)).abs();
        assertEquals(Hex.text(TwoAgreements.bytes(number.mod(ORDER))), Hex.text(Scalar25519.reduce(bytes64(number))));
    }

    @Test
    void reducesTheLargestAndSmallestNumbers() {
        BigInteger largest = BigInteger.TWO.pow(512).subtract(BigInteger.ONE);
        for (BigInteger number : List.of(BigInteger.ZERO, BigInteger.ONE, ORDER.subtract(BigInteger.ONE), ORDER, ORDER.add(BigInteger.ONE),
                BigInteger.TWO.pow(252), BigInteger.TWO.pow(253), largest, largest.subtract(largest.mod(ORDER)))) {
            assertEquals(Hex.text(TwoAgreements.bytes(number.mod(ORDER))), Hex.text(Scalar25519.reduce(bytes64(number))), number.toString(16));
        }
        byte[] ones = Hex.repeated(0xFF, 32);
        BigInteger one = TwoAgreements.number(ones);
        assertEquals(Hex.text(TwoAgreements.bytes(one.multiply(one).add(one).mod(ORDER))), Hex.text(Scalar25519.multiplyAdd(ones, ones, ones)));
    }

    @Test
    void knowsWhatIsBelowTheOrder() {
        assertTrue(Scalar25519.isReduced(new byte[32]));
        assertTrue(Scalar25519.isReduced(TwoAgreements.bytes(ORDER.subtract(BigInteger.ONE))));
        assertFalse(Scalar25519.isReduced(TwoAgreements.bytes(ORDER)));
        assertFalse(Scalar25519.isReduced(TwoAgreements.bytes(ORDER.add(BigInteger.ONE))));
        assertFalse(Scalar25519.isReduced(Hex.repeated(0xFF, 32)));
        assertTrue(Scalar25519.isReduced(TwoAgreements.bytes(BigInteger.TWO.pow(252))));
    }

    private static byte[] bytes64(BigInteger number) {
        byte[] bytes = new byte[64];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
