package omega.flock.net;

import static omega.flock.net.KernelConstants.ADDRESS_BYTES;
import static omega.flock.net.KernelConstants.AF_INET;
import static omega.flock.net.KernelConstants.CONTROL_AT;
import static omega.flock.net.KernelConstants.CONTROL_HEADER_BYTES;
import static omega.flock.net.KernelConstants.CONTROL_LENGTH_AT;
import static omega.flock.net.KernelConstants.CONTROL_ROOM_BYTES;
import static omega.flock.net.KernelConstants.EAGAIN;
import static omega.flock.net.KernelConstants.FLAGS_AT;
import static omega.flock.net.KernelConstants.MESSAGE_BYTES;
import static omega.flock.net.KernelConstants.MSG_CTRUNC;
import static omega.flock.net.KernelConstants.MSG_DONTWAIT;
import static omega.flock.net.KernelConstants.MSG_TRUNC;
import static omega.flock.net.KernelConstants.MSG_WAITFORONE;
import static omega.flock.net.KernelConstants.NAME_AT;
import static omega.flock.net.KernelConstants.NAME_LENGTH_AT;
import static omega.flock.net.KernelConstants.NUMBERED_MESSAGE_BYTES;
import static omega.flock.net.KernelConstants.POLLIN;
import static omega.flock.net.KernelConstants.POLL_BYTES;
import static omega.flock.net.KernelConstants.RECEIVE_MESSAGES;
import static omega.flock.net.KernelConstants.RECEIVE_MESSAGE_BYTES;
import static omega.flock.net.KernelConstants.RECEIVE_MESSAGE_DATAGRAMS;
import static omega.flock.net.KernelConstants.VECTORS_AT;
import static omega.flock.net.KernelConstants.VECTOR_BYTES;
import static omega.flock.net.KernelConstants.VECTOR_COUNT_AT;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Used by whoever reads a port: the structures of one {@code recvmmsg} for several messages, in direct memory, and the batch that takes
 * the datagrams they bring.
 *
 * <pre>
 *   mmsghdr × n │ (iovec, sockaddr_in, control messages) × n │ pollfd
 * </pre>
 */
final class ReceiveFrame {
    private static final int PARTS_AT = RECEIVE_MESSAGES * NUMBERED_MESSAGE_BYTES;
    private static final int PART_BYTES = VECTOR_BYTES + ADDRESS_BYTES + CONTROL_ROOM_BYTES;
    private static final int POLL_AT = PARTS_AT + RECEIVE_MESSAGES * PART_BYTES;

    private final SystemCalls calls;
    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(POLL_AT + POLL_BYTES).order(ByteOrder.nativeOrder());
    private final long address;
    private final DatagramBatch batch =
            new DatagramBatch(RECEIVE_MESSAGES * RECEIVE_MESSAGE_BYTES, RECEIVE_MESSAGES * RECEIVE_MESSAGE_DATAGRAMS);
    private final byte[] host = new byte[4];
    private int sourceHost;
    private int sourcePort;
    private InetSocketAddress source; // of the message before; null at first
    private long dropped;

    ReceiveFrame(SystemCalls calls) {
        this.calls = calls;
        this.address = calls.address(memory);
        long bytes = calls.address(batch.memory());
        for (int i = 0; i < RECEIVE_MESSAGES; i++) {
            int message = messageAt(i);
            memory.putLong(message + NAME_AT, address + addressAt(i));
            memory.putLong(message + VECTORS_AT, address + vectorAt(i));
            memory.putLong(message + VECTOR_COUNT_AT, 1);
            memory.putLong(message + CONTROL_AT, address + controlAt(i));
            memory.putLong(vectorAt(i), bytes + (long) i * RECEIVE_MESSAGE_BYTES);
            memory.putLong(vectorAt(i) + Long.BYTES, RECEIVE_MESSAGE_BYTES);
            prepare(i);
        }
    }

    /** Waits for at least one message. {@return how many came, or −errno} The datagrams are in {@link #batch} then. */
    int receive(int descriptor) {
        return receiveMessages(descriptor, MSG_WAITFORONE);
    }

    /** As {@link #receive(int)}, but waits for so long at most. {@return 0 if nothing came} */
    int receive(int descriptor, int timeoutMillis) {
        batch.clear();
        // The timeout of recvmmsg is of no use: it is looked at "only after the receipt of each datagram" (recvmmsg(2)).
        memory.putInt(POLL_AT, descriptor);
        memory.putShort(POLL_AT + Integer.BYTES, POLLIN);
        int ready = calls.poll(address + POLL_AT, 1, timeoutMillis);
        if (ready <= 0) {
            return ready;
        }
        int got = receiveMessages(descriptor, MSG_DONTWAIT);
        return got == -EAGAIN ? 0 : got;
    }

    private int receiveMessages(int descriptor, int flags) {
        batch.clear();
        int got = calls.recvmmsg(descriptor, address, RECEIVE_MESSAGES, flags);
        for (int i = 0; i < got; i++) {
            take(i);
            prepare(i);
        }
        return got;
    }

    DatagramBatch batch() {
        return batch;
    }

    /** {@return how many messages were dropped because the kernel had cut them or said not enough about them} */
    long dropped() {
        return dropped;
    }

    /** The kernel has written the lengths of what it gave. */
    private void prepare(int index) {
        memory.putInt(messageAt(index) + NAME_LENGTH_AT, ADDRESS_BYTES);
        memory.putLong(messageAt(index) + CONTROL_LENGTH_AT, CONTROL_ROOM_BYTES);
        memory.putInt(messageAt(index) + FLAGS_AT, 0);
    }

    private void take(int index) {
        int message = messageAt(index);
        int length = memory.getInt(message + MESSAGE_BYTES);
        int segment = segmentBytes(index, length);
        boolean cut = (memory.getInt(message + FLAGS_AT) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
        if (cut || length < 0 || length > RECEIVE_MESSAGE_BYTES || segment <= 0 || length > (long) segment * RECEIVE_MESSAGE_DATAGRAMS
                || memory.getInt(message + NAME_LENGTH_AT) < ADDRESS_BYTES || memory.getShort(addressAt(index)) != AF_INET) {
            dropped++; // without all of its bytes, the place of its cuts and its source it means nothing
            return;
        }
        InetSocketAddress from = source(addressAt(index));
        int start = index * RECEIVE_MESSAGE_BYTES;
        int end = start + length;
        do {
            int next = Math.min(end, start + segment);
            batch.add(start, next, from);
            start = next;
        } while (start < end);
    }

    /** {@return how long the datagrams of the message are, its last one perhaps less; not positive if what the kernel says is nonsense} */
    private int segmentBytes(int index, int length) {
        int at = controlAt(index);
        long end = at + Math.min(CONTROL_ROOM_BYTES, memory.getLong(messageAt(index) + CONTROL_LENGTH_AT));
        while (at + CONTROL_HEADER_BYTES <= end) {
            long bytes = memory.getLong(at);
            if (bytes < CONTROL_HEADER_BYTES || bytes > end - at) {
                return -1;
            }
            if (memory.getInt(at + 8) == KernelConstants.SOL_UDP && memory.getInt(at + 12) == KernelConstants.UDP_GRO
                    && bytes >= CONTROL_HEADER_BYTES + Integer.BYTES) {
                return memory.getInt(at + CONTROL_HEADER_BYTES);
            }
            at += (int) (bytes + 7 & ~7);
        }
        return Math.max(1, length);
    }

    private InetSocketAddress source(int at) {
        int port = (memory.get(at + 2) & 0xFF) << 8 | memory.get(at + 3) & 0xFF;
        int bits = memory.getInt(at + 4);
        if (source == null || bits != sourceHost || port != sourcePort) {
            memory.get(at + 4, host);
            try {
                source = new InetSocketAddress(InetAddress.getByAddress(host), port);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
            sourceHost = bits;
            sourcePort = port;
        }
        return source;
    }

    private static int messageAt(int index) {
        return index * NUMBERED_MESSAGE_BYTES;
    }

    private static int vectorAt(int index) {
        return PARTS_AT + index * PART_BYTES;
    }

    private static int addressAt(int index) {
        return vectorAt(index) + VECTOR_BYTES;
    }

    private static int controlAt(int index) {
        return addressAt(index) + ADDRESS_BYTES;
    }
}
