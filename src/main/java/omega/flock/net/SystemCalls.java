package omega.flock.net;

import java.nio.ByteBuffer;

/**
 * The calls of the system's C library that a {@link KernelSocket} makes, for one thread at a time. Each returns what the C function
 * returns, or −errno where that is −1. Addresses are those of direct memory; whoever passes one keeps the memory alive.
 */
interface SystemCalls {
    /** {@return the address of the buffer's memory, at its index 0} */
    long address(ByteBuffer direct);

    /** One message out. {@code message} is a {@code struct msghdr}. */
    int sendmsg(int descriptor, long message, int flags);

    /** Several messages in, as many as there are. {@code messages} is an array of {@code struct mmsghdr}. */
    int recvmmsg(int descriptor, long messages, int count, int flags);

    /** Waits until something can be received. {@code descriptors} is an array of {@code struct pollfd}. */
    int poll(long descriptors, int count, int timeoutMillis);

    int setsockopt(int descriptor, int level, int option, long value, int length);

    int getsockopt(int descriptor, int level, int option, long value, long length);

    int getsockname(int descriptor, long address, long length);

    int fcntl(int descriptor, int command, int argument);

    int shutdown(int descriptor, int how);

    int close(int descriptor);
}
