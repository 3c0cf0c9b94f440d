package omega.flock.transport.flow;

import java.nio.ByteBuffer;
import omega.flock.transport.packet.PacketHeader;

/** Begins every packet that leaves: the header with the true receive window and ack, and the padding behind it. */
final class PacketWriter {
    private static final byte[] ZEROS = new byte[255];

    private final PacketHeader header = new PacketHeader();
    private final Receiver receiver;
    private StreamPath path;

    PacketWriter(Receiver receiver) {
        this.receiver = receiver;
    }

    /** {@return where the packet begun last goes} */
    StreamPath path() {
        return path;
    }

    /** Writes header and padding; the payload follows. */
    void begin(ByteBuffer out, int flags, int padding, StreamPath to, int seq) {
        path = to;
        header.set(flags, padding, to.remoteId(), receiver.advertise(), seq, receiver.expected());
        header.encode(out);
        out.put(ZEROS, 0, padding);
    }
}
