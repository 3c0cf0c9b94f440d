package omega.flock.transport.packet;

import static omega.flock.transport.packet.PacketConstants.HEADER_BYTES;
import static omega.flock.transport.packet.PacketConstants.MAGIC;
import static omega.flock.transport.packet.PacketConstants.VERSION;

import java.nio.ByteBuffer;
import omega.flock.wire.MalformedMessageException;

/**
 * The header of a UDX packet, little-endian (udx.c:286–306). One object is reused for many packets.
 *
 * <pre>
 *  0               1               2               3
 *  +---------------+---------------+---------------+---------------+
 *  0  |  magic 0xFF   |  version 1    |  type flags   |  data offset  |
 *  +---------------+---------------+---------------+---------------+
 *  4  |  stream id: the RECEIVER's local id                           |
 *  +---------------------------------------------------------------+
 *  8  |  receive window of the sender, bytes                          |
 *  +---------------------------------------------------------------+
 *  12 |  seq: number of this packet, or the next one to be sent       |
 *  +---------------------------------------------------------------+
 *  16 |  ack: next packet number expected                             |
 *  +---------------------------------------------------------------+
 *  20 |  data offset bytes of SACK blocks or padding, then payload …  |
 * </pre>
 *
 * <p>The receive window is an unsigned 32-bit number, the others are compared modulo 2³².
 */
public final class PacketHeader {
    private static final int FLAGS_AT = 2;
    private static final int DATA_OFFSET_AT = 3;
    private static final int STREAM_ID_AT = 4;
    private static final int WINDOW_AT = 8;
    private static final int SEQ_AT = 12;
    private static final int ACK_AT = 16;

    private int flags;
    private int dataOffset;
    private int streamId;
    private long window;
    private int seq;
    private int ack;

    /** An all-zero header, to be filled by {@link #decode} or {@link #set}. */
    public PacketHeader() {}

    /** {@return whether the remaining bytes are long enough and begin like a stream packet} Never throws, moves nothing. */
    public static boolean isStreamPacket(ByteBuffer datagram) {
        int at = datagram.position();
        return datagram.remaining() >= HEADER_BYTES
                && datagram.get(at) == (byte) MAGIC
                && datagram.get(at + 1) == (byte) VERSION;
    }

    /** {@return the receiver's stream id of a datagram that {@link #isStreamPacket} accepted} */
    public static int streamIdOf(ByteBuffer datagram) {
        return LittleEndian.int32(datagram, datagram.position() + STREAM_ID_AT);
    }

    /**
     * Reads the header and moves the buffer's position behind it.
     *
     * @throws MalformedMessageException if the bytes are too short or do not begin with magic and version
     */
    public void decode(ByteBuffer datagram) {
        if (!isStreamPacket(datagram)) {
            throw new MalformedMessageException("packet.header: no stream packet, " + datagram.remaining() + " bytes");
        }
        int at = datagram.position();
        flags = datagram.get(at + FLAGS_AT) & 0xFF;
        dataOffset = datagram.get(at + DATA_OFFSET_AT) & 0xFF;
        streamId = LittleEndian.int32(datagram, at + STREAM_ID_AT);
        window = LittleEndian.int32(datagram, at + WINDOW_AT) & 0xFFFFFFFFL;
        seq = LittleEndian.int32(datagram, at + SEQ_AT);
        ack = LittleEndian.int32(datagram, at + ACK_AT);
        datagram.position(at + HEADER_BYTES);
    }

    /** Writes the header at the buffer's position and moves behind it; the buffer must have room. */
    public void encode(ByteBuffer out) {
        int at = out.position();
        out.put(at, (byte) MAGIC);
        out.put(at + 1, (byte) VERSION);
        out.put(at + FLAGS_AT, (byte) flags);
        out.put(at + DATA_OFFSET_AT, (byte) dataOffset);
        LittleEndian.putInt32(out, at + STREAM_ID_AT, streamId);
        LittleEndian.putInt32(out, at + WINDOW_AT, (int) window);
        LittleEndian.putInt32(out, at + SEQ_AT, seq);
        LittleEndian.putInt32(out, at + ACK_AT, ack);
        out.position(at + HEADER_BYTES);
    }

    /** Fills all fields, in wire order, and returns this header. */
    public PacketHeader set(int flags, int dataOffset, int streamId, long window, int seq, int ack) {
        if (dataOffset < 0 || dataOffset > PacketConstants.MAX_DATA_OFFSET) {
            throw new IllegalArgumentException("dataOffset: " + dataOffset);
        }
        this.flags = flags;
        this.dataOffset = dataOffset;
        this.streamId = streamId;
        this.window = window;
        this.seq = seq;
        this.ack = ack;
        return this;
    }

    /** {@return the type bits, see {@link PacketFlags}} */
    public int flags() {
        return flags;
    }

    /** {@return whether any of the bits is set} */
    public boolean has(int bits) {
        return (flags & bits) != 0;
    }

    /** {@return bytes between header and payload, 0 to 255} */
    public int dataOffset() {
        return dataOffset;
    }

    /** {@return the receiver's local id} */
    public int streamId() {
        return streamId;
    }

    /** {@return bytes that the sender of the packet can still take, 0 to 2³²−1} */
    public long window() {
        return window;
    }

    /** {@return the packet number, or the next one to be sent} */
    public int seq() {
        return seq;
    }

    /** {@return the next packet number that the sender of the packet expects} */
    public int ack() {
        return ack;
    }

    @Override
    public String toString() {
        return PacketFlags.describe(flags) + "[id=" + Integer.toUnsignedString(streamId) + " seq=" + Integer.toUnsignedString(seq)
                + " ack=" + Integer.toUnsignedString(ack) + " window=" + window + " offset=" + dataOffset + "]";
    }
}
