package omega.flock.transport.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import omega.flock.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

class PacketHeaderTest {
    private static ByteBuffer hex(String text) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(text.replace(" ", "")));
    }

    @Test
    void decodesADataPacketCapturedFromUdxNative() {
        ByteBuffer datagram = hex("ff 01 01 00 ca000000 00004000 00000000 00000000 68656c6c6f");
        assertTrue(PacketHeader.isStreamPacket(datagram));
        assertEquals(202, PacketHeader.streamIdOf(datagram));
        PacketHeader header = new PacketHeader();
        header.decode(datagram);
        assertEquals(PacketFlags.DATA, header.flags());
        assertEquals(4_194_304, header.window());
        assertEquals(0, header.seq());
        assertEquals(5, datagram.remaining());
    }

    @Test
    void encodesTheAckThatUdxNativeSends() {
        ByteBuffer out = ByteBuffer.allocate(20);
        new PacketHeader().set(PacketFlags.STATE, 0, 101, 4_194_304, 0, 1).encode(out);
        assertArrayEquals(hex("ff 01 00 00 65000000 00004000 00000000 01000000").array(), out.array());
    }

    @Test
    void readsTheSackBlocksOfACapturedPacket() {
        ByteBuffer datagram = hex("ff 01 04 00 65000000 00004000 02000000 00000000 01000000 03000000 04000000 05000000");
        PacketHeader header = new PacketHeader();
        header.decode(datagram);
        assertEquals(2, SackBlocks.count(datagram, header.dataOffset()));
        assertEquals(1, SackBlocks.start(datagram, 0));
        assertEquals(3, SackBlocks.end(datagram, 0));
        assertEquals(4, SackBlocks.start(datagram, 1));
        assertEquals(5, SackBlocks.end(datagram, 1));
    }

    @Test
    void otherProtocolsAndFragmentsAreNoStreamPackets() {
        assertFalse(PacketHeader.isStreamPacket(hex("03")));
        assertFalse(PacketHeader.isStreamPacket(hex("ff 01 01 00 ca000000 00004000 00000000 000000")));
        assertFalse(PacketHeader.isStreamPacket(hex("ff 02 01 00 ca000000 00004000 00000000 00000000")));
        assertThrows(MalformedMessageException.class, () -> new PacketHeader().decode(hex("ff 01 01 00")));
    }

    @Test
    void aDataOffsetThatDoesNotFitItsByteIsTheCallersMistake() {
        assertThrows(IllegalArgumentException.class, () -> new PacketHeader().set(0, 256, 0, 0, 0, 0));
    }

    @Test
    void flagsAreDescribedByName() {
        assertEquals("STATE", PacketFlags.describe(0));
        assertEquals("DATA|END", PacketFlags.describe(0x03));
    }

    @Property
    void whatIsEncodedIsDecoded(@ForAll @IntRange(max = 255) int flags, @ForAll @IntRange(max = 255) int offset, @ForAll int id,
            @ForAll @LongRange(max = 0xFFFFFFFFL) long window, @ForAll int seq, @ForAll int ack) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(30).position(3);
        new PacketHeader().set(flags, offset, id, window, seq, ack).encode(buffer);
        PacketHeader header = new PacketHeader();
        header.decode(buffer.limit(buffer.position()).position(3));
        assertEquals(flags, header.flags());
        assertEquals(offset, header.dataOffset());
        assertEquals(id, header.streamId());
        assertEquals(window, header.window());
        assertEquals(seq, header.seq());
        assertEquals(ack, header.ack());
    }

    @Property
    void sackBlocksAreBoundedByFiftyAndByTheRoom(@ForAll @Size(max = 80) int[] starts, @ForAll @IntRange(max = 700) int room) {
        ByteBuffer out = ByteBuffer.allocate(room);
        int[] ends = new int[starts.length];
        for (int i = 0; i < starts.length; i++) {
            ends[i] = starts[i] + 1;
        }
        int written = SackBlocks.write(out, starts, ends, starts.length);
        assertEquals(Math.min(Math.min(50, starts.length), room / 8), written);
        out.flip();
        assertEquals(written, SackBlocks.count(out, 0));
        for (int i = 0; i < written; i++) {
            assertEquals(starts[i], SackBlocks.start(out, i));
            assertEquals(ends[i], SackBlocks.end(out, i));
        }
    }

    @Test
    void blocksEndWhereTheDataOffsetPointsAndFillThePayloadWithoutOne() {
        ByteBuffer payload = ByteBuffer.allocate(21);
        assertEquals(1, SackBlocks.count(payload, 8));
        assertEquals(2, SackBlocks.count(payload, 0));
        assertEquals(2, SackBlocks.count(payload, 21));
    }
}
