package omega.flock.transport.flow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import omega.flock.transport.packet.PacketHeader;

/** Packets that a test makes by hand, and a machine that a test feeds with them. */
final class Packets {
    private Packets() {}

    static ByteBuffer packet(int flags, int offset, int id, long window, int seq, int ack, byte... payload) {
        ByteBuffer out = ByteBuffer.allocate(20 + payload.length);
        new PacketHeader().set(flags, offset, id, window, seq, ack).encode(out);
        return out.put(payload).flip();
    }

    static void feed(StreamMachine machine, long now, ByteBuffer packet) {
        PacketHeader header = new PacketHeader();
        header.decode(packet);
        machine.onPacket(now, header, packet);
    }

    /** {@return the header of the next packet that leaves the machine} */
    static PacketHeader next(StreamMachine machine, long now) {
        ByteBuffer out = ByteBuffer.allocate(1472);
        if (!machine.pollPacket(now, out)) {
            throw new AssertionError("nothing leaves the machine");
        }
        PacketHeader header = new PacketHeader();
        header.decode(out.flip());
        return header;
    }

    static boolean isSilent(StreamMachine machine, long now) {
        return !machine.wantsToSend(now) && !machine.pollPacket(now, ByteBuffer.allocate(1472));
    }

    /** Two packet numbers as a SACK block. */
    static byte[] blocks(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int number : numbers) {
            bytes.putInt(number);
        }
        return bytes.array();
    }
}
