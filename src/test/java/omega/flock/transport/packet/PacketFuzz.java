package omega.flock.transport.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import omega.flock.wire.MalformedMessageException;

/** Any datagram as a packet of UDX. */
public final class PacketFuzz {

    private PacketFuzz() {}

    /** It is malformed, or its header is written and read again, and its blocks lie within it. */
    public static void packet(byte[] input) {
        ByteBuffer datagram = ByteBuffer.wrap(input);
        boolean said = PacketHeader.isStreamPacket(datagram);
        PacketHeader header = new PacketHeader();
        try {
            header.decode(datagram);
        } catch (MalformedMessageException e) {
            assertTrue(!said && datagram.position() == 0);
            return; // the documented refusal
        }
        assertTrue(said);
        ByteBuffer written = ByteBuffer.allocate(PacketConstants.HEADER_BYTES);
        header.encode(written);
        assertEquals(ByteBuffer.wrap(Arrays.copyOf(input, PacketConstants.HEADER_BYTES)), written.flip());
        assertEquals(PacketHeader.streamIdOf(written), header.streamId());
        int blocks = SackBlocks.count(datagram, header.dataOffset());
        assertTrue(blocks >= 0 && blocks * PacketConstants.SACK_BLOCK_BYTES <= datagram.remaining());
        int[] starts = new int[blocks];
        int[] ends = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            starts[i] = SackBlocks.start(datagram, i);
            ends[i] = SackBlocks.end(datagram, i);
        }
        ByteBuffer again = ByteBuffer.allocate(blocks * PacketConstants.SACK_BLOCK_BYTES);
        int kept = SackBlocks.write(again, starts, ends, blocks);
        assertEquals(Math.min(blocks, PacketConstants.MAX_SACK_BLOCKS), kept);
        assertEquals(datagram.slice(datagram.position(), again.position()), again.flip());
    }
}
