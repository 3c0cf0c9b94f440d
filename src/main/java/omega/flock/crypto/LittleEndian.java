package omega.flock.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;

/** Words of byte arrays, least significant byte first, as all primitives of this package count. */
final class LittleEndian {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int int32(byte[] bytes, int offset) {
        return (int) INT.get(bytes, offset);
    }

    static void putInt32(byte[] bytes, int offset, int value) {
        INT.set(bytes, offset, value);
    }

    static long int64(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset);
    }

    static void putInt64(byte[] bytes, int offset, long value) {
        LONG.set(bytes, offset, value);
    }

    /** Returns the number that bytes are; for public values. */
    static BigInteger number(byte[] bytes) {
        return new BigInteger(1, reversed(bytes, bytes.length));
    }

    /** Returns the {@value CryptoConstants#KEY_BYTES} bytes of a number that fits; for public values. */
    static byte[] bytes(BigInteger number) {
        return reversed(number.toByteArray(), CryptoConstants.KEY_BYTES);
    }

    /** A sign byte in front, if there is one, falls off. */
    private static byte[] reversed(byte[] bytes, int length) {
        byte[] reversed = new byte[length];
        for (int i = 0; i < Math.min(length, bytes.length); i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
