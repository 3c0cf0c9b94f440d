package omega.flock.net;

import static omega.flock.net.KernelConstants.ADDRESS_BYTES;
import static omega.flock.net.KernelConstants.AF_INET;
import static omega.flock.net.KernelConstants.CONTROL_AT;
import static omega.flock.net.KernelConstants.CONTROL_HEADER_BYTES;
import static omega.flock.net.KernelConstants.CONTROL_LENGTH_AT;
import static omega.flock.net.KernelConstants.MESSAGE_BYTES;
import static omega.flock.net.KernelConstants.MSG_DONTWAIT;
import static omega.flock.net.KernelConstants.NAME_AT;
import static omega.flock.net.KernelConstants.NAME_LENGTH_AT;
import static omega.flock.net.KernelConstants.SOL_IP;
import static omega.flock.net.KernelConstants.SOL_UDP;
import static omega.flock.net.KernelConstants.VECTORS_AT;
import static omega.flock.net.KernelConstants.VECTOR_BYTES;
import static omega.flock.net.KernelConstants.VECTOR_COUNT_AT;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Used by one sender after the other: the structures of one {@code sendmsg}, in direct memory.
 *
 * <pre>
 *  0             56       72             88              112
 *  +-------------+--------+--------------+---------------+---------------------------+
 *  | msghdr      | iovec  | sockaddr_in  | cmsghdr + int | a copy of what is not      |
 *  |             |        |              |               | in direct memory already   |
 *  +-------------+--------+--------------+---------------+---------------------------+
 * </pre>
 */
final class SendFrame {
    private static final int VECTOR_AT = MESSAGE_BYTES;
    private static final int ADDRESS_AT = VECTOR_AT + VECTOR_BYTES;
    private static final int CONTROL_MESSAGE_AT = ADDRESS_AT + ADDRESS_BYTES;
    private static final int CONTROL_BYTES = CONTROL_HEADER_BYTES + Long.BYTES;
    private static final int COPY_AT = CONTROL_MESSAGE_AT + CONTROL_BYTES;

    private final SystemCalls calls;
    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(COPY_AT + NetConstants.LARGEST_DATAGRAM_BYTES).order(ByteOrder.nativeOrder());
    private final long address;
    private InetSocketAddress to; // whose address is in the memory; null at first

    SendFrame(SystemCalls calls) {
        this.calls = calls;
        this.address = calls.address(memory);
        memory.putLong(NAME_AT, address + ADDRESS_AT);
        memory.putInt(NAME_LENGTH_AT, ADDRESS_BYTES);
        memory.putLong(VECTORS_AT, address + VECTOR_AT);
        memory.putLong(VECTOR_COUNT_AT, 1);
    }

    /**
     * Sends bytes of a batch's memory as datagrams of {@code segment} bytes, the last one of what is left.
     *
     * @return bytes taken, or −errno
     */
    int send(int descriptor, ByteBuffer direct, int start, int length, int segment, InetSocketAddress target) {
        int control = 0;
        if (segment < length) {
            putControl(SOL_UDP, KernelConstants.UDP_SEGMENT, Short.BYTES);
            memory.putShort(CONTROL_MESSAGE_AT + CONTROL_HEADER_BYTES, (short) segment);
            control = CONTROL_BYTES;
        }
        return send(descriptor, calls.address(direct) + start, length, control, target);
    }

    /**
     * Sends the rest of any buffer as one datagram.
     *
     * @param ttl hops, or 0 for the system's default
     * @return bytes taken, or −errno
     */
    int send(int descriptor, ByteBuffer datagram, int ttl, InetSocketAddress target) {
        int length = datagram.remaining();
        ByteBuffer copied = COPY_AT + length <= memory.capacity() ? memory : ByteBuffer.allocateDirect(COPY_AT + length);
        copied.put(COPY_AT, datagram, datagram.position(), length);
        int control = 0;
        if (ttl > 0) {
            putControl(SOL_IP, KernelConstants.IP_TTL, Integer.BYTES);
            memory.putInt(CONTROL_MESSAGE_AT + CONTROL_HEADER_BYTES, ttl);
            control = CONTROL_BYTES;
        }
        return send(descriptor, calls.address(copied) + COPY_AT, length, control, target);
    }

    private int send(int descriptor, long bytes, int length, int controlBytes, InetSocketAddress target) {
        if (target != to) {
            putAddress(target);
        }
        memory.putLong(VECTOR_AT, bytes);
        memory.putLong(VECTOR_AT + Long.BYTES, length);
        memory.putLong(CONTROL_AT, controlBytes == 0 ? 0 : address + CONTROL_MESSAGE_AT);
        memory.putLong(CONTROL_LENGTH_AT, controlBytes);
        return calls.sendmsg(descriptor, address, MSG_DONTWAIT);
    }

    private void putControl(int level, int type, int bytes) {
        memory.putLong(CONTROL_MESSAGE_AT, CONTROL_HEADER_BYTES + bytes);
        memory.putInt(CONTROL_MESSAGE_AT + 8, level);
        memory.putInt(CONTROL_MESSAGE_AT + 12, type);
    }

    private void putAddress(InetSocketAddress target) {
        byte[] host = target.getAddress().getAddress();
        memory.putShort(ADDRESS_AT, (short) AF_INET);
        memory.put(ADDRESS_AT + 2, (byte) (target.getPort() >> 8));
        memory.put(ADDRESS_AT + 3, (byte) target.getPort());
        memory.put(ADDRESS_AT + 4, host);
        to = target;
    }
}
