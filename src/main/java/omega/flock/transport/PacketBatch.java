package omega.flock.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;

/**
 * Used by one sending thread after the other: the packets of one visit to a machine, polled under the stream's lock and sent
 * outside it. Direct memory.
 */
final class PacketBatch {
    private final ByteBuffer[] buffers = new ByteBuffer[TransportConstants.BATCH_PACKETS];
    private final StreamPath[] paths = new StreamPath[TransportConstants.BATCH_PACKETS];
    private int count;
    private UdpPort port;

    PacketBatch() {
        ByteBuffer memory = ByteBuffer.allocateDirect(TransportConstants.BATCH_PACKETS * TransportConstants.PACKET_SLOT_BYTES);
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = memory.slice(i * TransportConstants.PACKET_SLOT_BYTES, TransportConstants.PACKET_SLOT_BYTES);
        }
    }

    /** Polls as many packets as there are and fit; they will leave through {@code through}. */
    void fill(StreamMachine machine, long nowNanos, UdpPort through) {
        port = through;
        count = 0;
        while (count < buffers.length && machine.pollPacket(nowNanos, buffers[count].clear())) {
            paths[count++] = machine.packetPath();
        }
    }

    /** Hands the packets to the port. {@return how many it refused: they count as lost, and recovery repeats them} */
    int send() {
        int failures = 0;
        for (int i = 0; i < count; i++) {
            try {
                port.send(buffers[i].flip(), paths[i].address());
            } catch (IOException e) {
                // "Send errors are ignored; loss recovery deals with them" (an MTU probe that is too long ends here, too).
                failures++;
            }
            paths[i] = null;
        }
        port = null;
        return failures;
    }
}
