package omega.flock.crypto;

import java.util.HexFormat;
import java.util.List;

/**
 * The encodings of the eight points whose order divides 8. For public values.
 */
final class SmallOrder {

    /** Every y, without the sign bit, that encodes such a point: five canonical ones, then 0 and 1 with the modulus added. */
    private static final List<byte[]> ENCODINGS = List.of(
            y("0000000000000000000000000000000000000000000000000000000000000000"), // order 4
            y("0100000000000000000000000000000000000000000000000000000000000000"), // the identity
            y("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), // order 8
            y("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), // order 8
            y("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // order 2
            y("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            y("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));

    private SmallOrder() {}

    /** Tells whether the first 32 bytes encode a point of small order, whatever the sign bit says. */
    static boolean holds(byte[] bytes) {
        for (byte[] y : ENCODINGS) {
            if (sameY(bytes, y)) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameY(byte[] bytes, byte[] y) {
        for (int i = 0; i < y.length - 1; i++) {
            if (bytes[i] != y[i]) {
                return false;
            }
        }
        return (bytes[y.length - 1] & 0x7F) == y[y.length - 1];
    }

    private static byte[] y(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
