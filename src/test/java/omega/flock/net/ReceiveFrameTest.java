package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** What becomes of messages that a kernel gives, good and bad ones. */
class ReceiveFrameTest {

    private static final int TRUNCATED = KernelConstants.MSG_TRUNC;
    private static final int CONTROL_TRUNCATED = KernelConstants.MSG_CTRUNC;

    private final ScriptedReceive kernel = new ScriptedReceive();
    private final ReceiveFrame frame = new ReceiveFrame(kernel);

    @Test
    void aMessageIsCutWhereTheKernelSays() {
        kernel.gives(2500, 1000, 0);
        kernel.gives(700, 0, 0);
        kernel.gives(0, 0, 0);
        assertEquals(3, frame.receive(7));
        assertLengths(1000, 1000, 500, 700, 0);
        assertEquals("127.0.0.1", frame.batch().address(0).getHostString());
        assertEquals(4660, frame.batch().address(4).getPort());
        assertEquals(0, frame.dropped());
    }

    @Test
    void aCutMessageIsDroppedAndTheNextOneIsNot() {
        kernel.gives(2500, 1000, TRUNCATED);
        kernel.gives(2500, 0, CONTROL_TRUNCATED);
        kernel.gives(90, 0, 0);
        frame.receive(7);
        assertLengths(90);
        assertEquals(2, frame.dropped());
    }

    @Test
    void nonsenseInAControlMessageIsDropped() {
        kernel.gives(2500, -4, 0);
        kernel.gives(2500, 1, 0); // more datagrams than can be
        kernel.controlLength = 3;
        kernel.gives(100, 50, 0);
        frame.receive(7);
        assertLengths();
        assertEquals(3, frame.dropped());
    }

    @Test
    void aMessageThatIsShorterThanItsDatagramsIsOne() {
        kernel.gives(100, 1200, 0);
        frame.receive(7);
        assertLengths(100);
    }

    @Test
    void aSourceOfAnotherFamilyIsDropped() {
        kernel.family = 10;
        kernel.gives(100, 0, 0);
        frame.receive(7);
        assertLengths();
        assertEquals(1, frame.dropped());
    }

    @Test
    void anErrorLeavesTheBatchEmpty() {
        kernel.gives(10, 0, 0);
        frame.receive(7);
        kernel.error = -11;
        assertEquals(-11, frame.receive(7));
        assertLengths();
    }

    @Test
    void whoWaitsForATimeGetsWhatCameOrNothing() {
        assertEquals(0, frame.receive(7, 1));
        assertLengths();
        kernel.gives(100, 0, 0);
        assertEquals(1, frame.receive(7, 1));
        assertLengths(100);
        kernel.gives(100, 0, 0);
        kernel.error = -KernelConstants.EAGAIN; // a checksum was wrong, say: there was something, and is not any more
        assertEquals(0, frame.receive(7, 1));
        assertLengths();
    }

    private void assertLengths(int... lengths) {
        assertEquals(lengths.length, frame.batch().count());
        for (int i = 0; i < lengths.length; i++) {
            assertEquals(lengths[i], frame.batch().datagram(i).remaining());
        }
    }

    /** A kernel of which only receiving works: gives what the test says. */
    private static final class ScriptedReceive implements SystemCalls {
        private ByteBuffer structures;
        private int given;
        int family = KernelConstants.AF_INET;
        int controlLength = KernelConstants.CONTROL_HEADER_BYTES + 4;
        int error;

        /** One more message of so many bytes, in datagrams of {@code segment} bytes unless that is 0, with the message flags. */
        void gives(int bytes, int segment, int flags) {
            int at = given++ * KernelConstants.NUMBERED_MESSAGE_BYTES;
            int source = (int) structures.getLong(at + KernelConstants.NAME_AT);
            int control = (int) structures.getLong(at + KernelConstants.CONTROL_AT);
            structures.putInt(at + KernelConstants.MESSAGE_BYTES, bytes);
            structures.putInt(at + KernelConstants.FLAGS_AT, flags);
            structures.putShort(source, (short) family);
            structures.put(source + 2, new byte[] {0x12, 0x34, 127, 0, 0, 1});
            structures.putLong(at + KernelConstants.CONTROL_LENGTH_AT, segment == 0 ? 0 : KernelConstants.CONTROL_HEADER_BYTES + 8);
            structures.putLong(control, controlLength);
            structures.putInt(control + 8, KernelConstants.SOL_UDP);
            structures.putInt(control + 12, KernelConstants.UDP_GRO);
            structures.putInt(control + KernelConstants.CONTROL_HEADER_BYTES, segment);
        }

        @Override
        public long address(ByteBuffer direct) {
            if (structures == null) {
                structures = direct;
            }
            return 0; // so that an address in the structures is an index
        }

        @Override
        public int recvmmsg(int descriptor, long messages, int count, int flags) {
            assertEquals(ByteOrder.nativeOrder(), structures.order());
            int result = error < 0 ? error : given;
            given = 0;
            return result;
        }

        @Override
        public int sendmsg(int descriptor, long message, int flags) {
            throw new AssertionError();
        }

        @Override
        public int poll(long descriptors, int count, int timeoutMillis) {
            assertEquals(7, structures.getInt((int) descriptors));
            assertEquals(KernelConstants.POLLIN, structures.getShort((int) descriptors + Integer.BYTES));
            return given == 0 ? 0 : 1;
        }

        @Override
        public int setsockopt(int descriptor, int level, int option, long value, int length) {
            throw new AssertionError();
        }

        @Override
        public int getsockopt(int descriptor, int level, int option, long value, long length) {
            throw new AssertionError();
        }

        @Override
        public int getsockname(int descriptor, long address, long length) {
            throw new AssertionError();
        }

        @Override
        public int fcntl(int descriptor, int command, int argument) {
            throw new AssertionError();
        }

        @Override
        public int shutdown(int descriptor, int how) {
            throw new AssertionError();
        }

        @Override
        public int close(int descriptor) {
            throw new AssertionError();
        }
    }
}
