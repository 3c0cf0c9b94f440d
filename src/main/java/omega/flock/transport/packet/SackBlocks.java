package omega.flock.transport.packet;

import static omega.flock.transport.packet.PacketConstants.MAX_SACK_BLOCKS;
import static omega.flock.transport.packet.PacketConstants.SACK_BLOCK_BYTES;

import java.nio.ByteBuffer;

/**
 * Selective acknowledgements: pairs of packet numbers, end exclusive, ascending.
 *
 * <pre>
 *  +---------------+---------------+---------------+---------------+
 *  |  start: first packet number that was received                 |
 *  +---------------------------------------------------------------+
 *  |  end: first packet number behind the block                    |
 *  +---------------------------------------------------------------+
 *  |  … at most 50 pairs                                           |
 * </pre>
 *
 * <p>libudx writes them with data offset 0, the whole payload being blocks; a packet that carries SACK <em>and</em> data must set
 * its data offset to the size of the blocks (udx.c:1530–1534).
 */
public final class SackBlocks {
    private SackBlocks() {}

    /**
     * {@return how many blocks a packet with the SACK bit holds} "Block bytes = data offset if 0 &lt; offset &lt; payload length,
     * else the whole payload; count = bytes / 8". No bound of its own: a datagram has at most 256 of them.
     *
     * @param payload position at the first byte behind the header
     */
    public static int count(ByteBuffer payload, int dataOffset) {
        int length = payload.remaining();
        int bytes = dataOffset > 0 && dataOffset < length ? dataOffset : length;
        return bytes / SACK_BLOCK_BYTES;
    }

    /** {@return the first packet number of block {@code index}} */
    public static int start(ByteBuffer payload, int index) {
        return LittleEndian.int32(payload, payload.position() + index * SACK_BLOCK_BYTES);
    }

    /** {@return the packet number behind block {@code index}} */
    public static int end(ByteBuffer payload, int index) {
        return LittleEndian.int32(payload, payload.position() + index * SACK_BLOCK_BYTES + 4);
    }

    /**
     * Writes the lowest blocks, as many as are allowed and fit, and moves the buffer behind them.
     *
     * @return the number of blocks written
     */
    public static int write(ByteBuffer out, int[] starts, int[] ends, int count) {
        int fitting = Math.min(Math.min(count, MAX_SACK_BLOCKS), out.remaining() / SACK_BLOCK_BYTES);
        int at = out.position();
        for (int i = 0; i < fitting; i++, at += SACK_BLOCK_BYTES) {
            LittleEndian.putInt32(out, at, starts[i]);
            LittleEndian.putInt32(out, at + 4, ends[i]);
        }
        out.position(at);
        return fitting;
    }
}
