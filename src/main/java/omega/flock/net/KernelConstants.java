package omega.flock.net;

/** Numbers of the Linux kernel's interface to programs ({@code include/uapi}), the same on all machines that {@link LibC} works on. */
final class KernelConstants {

    // Facts.

    static final int AF_INET = 2;
    static final int SOCK_DGRAM = 2;
    static final int SOL_IP = 0;
    static final int SOL_SOCKET = 1;
    static final int SOL_UDP = 17;
    static final int SO_TYPE = 3;
    /** Time to live of one datagram, as a control message with an int. */
    static final int IP_TTL = 2;
    /** Length of the datagrams that a message is cut into, as a control message with a 16-bit number (Linux 4.18). */
    static final int UDP_SEGMENT = 103;
    /** As an option: take datagrams of one source together; as a control message with an int: their length (Linux 5.0). */
    static final int UDP_GRO = 104;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    /** Wait for the first message only. */
    static final int MSG_WAITFORONE = 0x10000;
    static final int SHUT_RDWR = 2;
    /** {@code struct pollfd}: descriptor, what to wait for, what there is. */
    static final int POLL_BYTES = 8;
    static final short POLLIN = 1;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int O_NONBLOCK = 0x800;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOBUFS = 105;

    /** Bytes of a {@code struct sockaddr_in}: family, port and address in network order, 8 zeros. */
    static final int ADDRESS_BYTES = 16;
    /** Bytes of a {@code struct cmsghdr}: length (64 bits), level and type (32 bits each); what follows is aligned to 8. */
    static final int CONTROL_HEADER_BYTES = 16;
    /** Bytes of a {@code struct iovec}: address and length. */
    static final int VECTOR_BYTES = 16;
    /** Bytes of a {@code struct msghdr}; a {@code struct mmsghdr} adds the length of what was received, and padding. */
    static final int MESSAGE_BYTES = 56;
    static final int NUMBERED_MESSAGE_BYTES = 64;
    // Offsets in a struct msghdr.
    static final int NAME_AT = 0;
    static final int NAME_LENGTH_AT = 8;
    static final int VECTORS_AT = 16;
    static final int VECTOR_COUNT_AT = 24;
    static final int CONTROL_AT = 32;
    static final int CONTROL_LENGTH_AT = 40;
    static final int FLAGS_AT = 48;

    /** Datagrams that one message may be cut into; kernels from 6.9 on take 128. */
    static final int MAX_SEGMENTS = 64;
    /** Bytes that one message may have: 65,535 less the headers of IP and UDP. */
    static final int MAX_MESSAGE_BYTES = 65_507;

    // Tuning.

    /** Messages that are received in one call, at most; each may be many datagrams. */
    static final int RECEIVE_MESSAGES = 4;
    /** Memory for a received message, in bytes. */
    static final int RECEIVE_MESSAGE_BYTES = 1 << 16;
    /** Datagrams of a received message, at most; what is cut smaller than this allows is dropped. */
    static final int RECEIVE_MESSAGE_DATAGRAMS = 128;
    /** Room for control messages with a received one, in bytes; the length of its datagrams takes 24. */
    static final int CONTROL_ROOM_BYTES = 64;

    private KernelConstants() {}
}
