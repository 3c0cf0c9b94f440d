package omega.flock.transport.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** 32-bit little-endian access that does not depend on the order a buffer happens to be set to. */
final class LittleEndian {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int int32(ByteBuffer buffer, int index) {
        return (int) INT.get(buffer, index);
    }

    static void putInt32(ByteBuffer buffer, int index, int value) {
        INT.set(buffer, index, value);
    }
}
