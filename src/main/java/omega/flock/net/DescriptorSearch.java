package omega.flock.net;

import static omega.flock.net.KernelConstants.ADDRESS_BYTES;
import static omega.flock.net.KernelConstants.AF_INET;
import static omega.flock.net.KernelConstants.F_DUPFD_CLOEXEC;
import static omega.flock.net.KernelConstants.SOCK_DGRAM;
import static omega.flock.net.KernelConstants.SOL_SOCKET;
import static omega.flock.net.KernelConstants.SO_TYPE;

import java.io.File;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Used by one thread: finds the descriptor of a socket by the address that it is bound to. The JDK keeps the descriptor of a channel
 * to itself, but a bound address belongs to one UDP socket of the system, so whichever descriptor has it is the one: as long as that socket
 * is open, which the caller sees to.
 */
final class DescriptorSearch {
    private static final File DESCRIPTORS = new File("/proc/self/fd");

    private final SystemCalls calls;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(ADDRESS_BYTES + 2 * Integer.BYTES).order(ByteOrder.nativeOrder());

    DescriptorSearch(SystemCalls calls) {
        this.calls = calls;
    }

    /** {@return a new descriptor of the UDP socket that is bound to the address; −1 if there is none} */
    int find(InetSocketAddress local) {
        String[] names = DESCRIPTORS.list();
        if (names == null) {
            return -1;
        }
        for (String name : names) {
            int descriptor = Integer.parseInt(name);
            if (isBoundTo(descriptor, local)) {
                // Whoever closes it meanwhile may free the number for another file: what was copied is looked at again.
                int copy = calls.fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
                if (copy >= 0 && isBoundTo(copy, local)) {
                    return copy;
                }
                if (copy >= 0) {
                    calls.close(copy);
                }
            }
        }
        return -1;
    }

    private boolean isBoundTo(int descriptor, InetSocketAddress local) {
        long address = calls.address(memory);
        long length = address + ADDRESS_BYTES;
        long type = length + Integer.BYTES;
        memory.putInt(ADDRESS_BYTES, Integer.BYTES);
        if (calls.getsockopt(descriptor, SOL_SOCKET, SO_TYPE, type, length) < 0
                || memory.getInt(ADDRESS_BYTES + Integer.BYTES) != SOCK_DGRAM) {
            return false;
        }
        memory.putInt(ADDRESS_BYTES, ADDRESS_BYTES);
        if (calls.getsockname(descriptor, address, length) < 0 || memory.getShort(0) != AF_INET) {
            return false;
        }
        byte[] host = new byte[4];
        memory.get(4, host);
        int port = (memory.get(2) & 0xFF) << 8 | memory.get(3) & 0xFF;
        return port == local.getPort() && Arrays.equals(host, local.getAddress().getAddress());
    }
}
