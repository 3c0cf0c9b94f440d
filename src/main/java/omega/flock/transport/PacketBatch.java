package omega.flock.transport;

import omega.flock.net.DatagramBatch;
import omega.flock.net.UdpPort;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.packet.PacketConstants;

/**
 * Used by one sending thread after the other: the packets of one visit to a machine, polled under the stream's lock and sent
 * outside it.
 */
final class PacketBatch {
    private final DatagramBatch datagrams = new DatagramBatch(TransportConstants.BATCH_BYTES, TransportConstants.BATCH_PACKETS);
    private UdpPort port;

    /** Polls as many packets as there are and fit; they will leave through {@code through}. */
    void fill(StreamMachine machine, long nowNanos, UdpPort through) {
        port = through;
        datagrams.clear();
        while (datagrams.hasRoom(PacketConstants.MAX_DATAGRAM_BYTES) && machine.pollPacket(nowNanos, datagrams.room())) {
            datagrams.add(machine.packetPath().address());
        }
    }

    /**
     * Hands the packets to the port.
     *
     * @param patient whether to wait shortly while the kernel's buffer is full
     * @return how many it refused: they count as lost, and recovery repeats them. "Send errors are ignored; loss recovery deals with
     *     them" (an MTU probe that is too long ends here, too).
     */
    int send(boolean patient) {
        int refused = port.send(datagrams, patient);
        port = null;
        return refused;
    }
}
