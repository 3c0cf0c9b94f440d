package omega.flock.transport.packet;

/** Facts of the UDX packet format (libudx include/udx.h and udx.c at a9af5de, udx-native 1.21.3 as shipped). */
public final class PacketConstants {
    /** First byte of every stream packet. */
    public static final int MAGIC = 0xFF;
    /** Second byte of every stream packet; there is only one version. */
    public static final int VERSION = 0x01;
    /** Bytes before SACK blocks, padding or payload. */
    public static final int HEADER_BYTES = 20;
    /** Largest data offset that the one byte can express. */
    public static final int MAX_DATA_OFFSET = 255;
    /** Two 32-bit packet numbers. */
    public static final int SACK_BLOCK_BYTES = 8;
    /** Blocks that libudx puts into one ACK at most. */
    public static final int MAX_SACK_BLOCKS = 50;
    /** Largest UDP payload on IPv4 over Ethernet; libudx reads into 2048 bytes, so more would be cut off (udx.h:24). */
    public static final int MAX_DATAGRAM_BYTES = 1472;

    private PacketConstants() {}
}
