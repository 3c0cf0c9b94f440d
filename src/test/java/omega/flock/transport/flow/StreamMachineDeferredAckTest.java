package omega.flock.transport.flow;

import static omega.flock.transport.flow.Packets.feed;
import static omega.flock.transport.flow.Packets.isSilent;
import static omega.flock.transport.flow.Packets.next;
import static omega.flock.transport.flow.Packets.packet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import omega.flock.runtime.TimerTable;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/** An ACK that may wait for data. */
class StreamMachineDeferredAckTest {
    private static final int WINDOW = 4_194_304;
    private static final long UNTIL = 1_000;
    private static final byte[] HELLO = {1, 2, 3, 4, 5};

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(WINDOW, false));

    StreamMachineDeferredAckTest() {
        machine.connect(0, new StreamPath(101, new InetSocketAddress("192.0.2.1", 1)));
    }

    private void receive(int seq) {
        feed(machine, 1, data(seq));
    }

    private static ByteBuffer data(int seq) {
        return packet(PacketFlags.DATA, 0, 202, WINDOW, seq, 0, HELLO);
    }

    @Test
    void dataThatIsWrittenMeanwhileCarriesIt() {
        receive(0);
        machine.deferAck(UNTIL);
        assertTrue(isSilent(machine, 2));
        machine.write(HELLO, 0, HELLO.length);
        PacketHeader carrier = next(machine, 3);
        assertEquals(PacketFlags.DATA, carrier.flags());
        assertEquals(1, carrier.ack());
        assertTrue(machine.nextDeadline() > UNTIL, "nothing waits any more");
        assertTrue(isSilent(machine, 4));
        machine.onDeadline(UNTIL);
        assertTrue(isSilent(machine, UNTIL), "it has been sent");
    }

    @Test
    void itGoesAloneWhenItsTimeIsUp() {
        receive(0);
        machine.deferAck(UNTIL);
        assertEquals(UNTIL, machine.nextDeadline());
        machine.onDeadline(UNTIL - 1);
        assertTrue(isSilent(machine, UNTIL - 1));
        machine.onDeadline(UNTIL);
        assertEquals(1, next(machine, UNTIL).ack());
    }

    @Test
    void theNextPacketEndsTheWait() {
        receive(0);
        machine.deferAck(UNTIL);
        receive(1);
        assertEquals(2, next(machine, 2).ack());
    }

    @Test
    void itIsReleasedOnceAndOnlyIfItWaited() {
        assertFalse(machine.releaseAck());
        receive(0);
        assertFalse(machine.releaseAck());
        machine.deferAck(UNTIL);
        assertTrue(machine.releaseAck());
        assertFalse(machine.releaseAck());
        assertEquals(1, next(machine, 2).ack());
    }

    @Test
    void noneWaitsWhileThereIsAGap() {
        receive(3);
        machine.deferAck(UNTIL);
        assertEquals(PacketFlags.SACK, next(machine, 2).flags());
    }

    @Test
    void whereNoneIsOwedNothingWaits() {
        machine.deferAck(UNTIL);
        assertEquals(TimerTable.NEVER, machine.nextDeadline());
    }
}
