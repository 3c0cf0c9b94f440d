package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The port by the kernel's own calls, where this JDK and system allow them. */
class KernelUdpPortTest extends ConversationContract {

    private final List<RefusingCalls> made = new ArrayList<>();
    private int refusals; // of everything that is sent in pieces
    private boolean noReceivingTogether;

    @BeforeAll
    static void needsNativeCalls() {
        assumeTrue(LibC.isUsable(), "native calls need Linux, JDK 22 and the option that allows them");
    }

    @Override
    UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        Supplier<SystemCalls> calls = () -> {
            RefusingCalls next = new RefusingCalls(LibC.link(), refusals, noReceivingTogether);
            made.add(next);
            return next;
        };
        DatagramUdpPort port = (DatagramUdpPort) DatagramUdpPort.bind(local, handler, Optional.of(calls));
        assertTrue(port.turn());
        return port;
    }

    @Test
    void equalDatagramsInARowAreOneCall() throws Exception {
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
            assertEquals(0, b.send(sixtyOf(1000, a), true));
            for (int i = 0; i < 60; i++) {
                assertEquals(1000, next().length);
            }
            assertEquals(1, sends());
        }
    }

    @Test
    void whatADeviceRefusesInOnePieceIsSentOneByOneFromThenOn() throws Exception {
        for (int errno : new int[] {5, 22, 92}) { // EIO, EINVAL, ENOPROTOOPT
            made.clear();
            refusals = errno;
            try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
                for (int round = 0; round < 2; round++) {
                    assertEquals(0, b.send(sixtyOf(500, a), true));
                    for (int i = 0; i < 60; i++) {
                        assertEquals(500, next().length);
                    }
                }
                assertEquals(1 + 60 + 60, sends(), "one refused, then one by one");
                assertEquals(1, ((DatagramUdpPort) b).fallbacks());
            }
        }
    }

    @Test
    void onePacketTooLongForThePathDoesNotEndSendingInPieces() throws Exception {
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
            DatagramBatch batch = new DatagramBatch(140 << 10, 8);
            for (int i = 0; i < 2; i++) {
                batch.room().put(new byte[66_000]);
                batch.add(a.localAddress());
            }
            assertEquals(2, b.send(batch, true));
            assertEquals(0, ((DatagramUdpPort) b).fallbacks());
        }
    }

    @Test
    void aKernelThatReceivesNothingTogetherStillReceives() throws Exception {
        noReceivingTogether = true;
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
            b.send(sixtyOf(900, a), true);
            for (int i = 0; i < 60; i++) {
                assertEquals(900, next().length);
            }
            assertEquals(1, ((DatagramUdpPort) a).fallbacks());
        }
    }

    @Test
    void aDatagramMayHaveATimeToLive() throws Exception {
        var got = new LinkedBlockingQueue<Integer>();
        try (UdpPort a = bind(ANY, (port, source, datagram) -> got.add(datagram.remaining())); UdpPort b = bind(ANY, collector)) {
            assertTrue(b.sendWithTtl(ByteBuffer.allocate(3), a.localAddress(), 5)); // loopback is no hop
            assertEquals(3, got.poll(10, TimeUnit.SECONDS));
            assertEquals(5, made.stream().mapToInt(calls -> calls.ttl).max().orElseThrow());
        }
    }

    @Test
    void aPortThatIsClosedBeforeItHasTurnedLeavesTheNextOneOfItsAddressAlone() throws Exception {
        var ports = new ArrayList<DatagramUdpPort>();
        Supplier<SystemCalls> calls = () -> {
            ports.getFirst().close();
            try {
                ports.add(DatagramUdpPort.bind(ports.getFirst().localAddress(), collector, Optional.empty()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return LibC.link();
        };
        ports.add(DatagramUdpPort.bind(ANY, collector, Optional.of(calls)));
        assertFalse(ports.getFirst().turn());
        try (UdpPort successor = ports.getLast(); UdpPort b = bind(ANY, collector)) {
            assertEquals(ports.getFirst().localAddress(), successor.localAddress());
            b.send(ByteBuffer.allocate(7), successor.localAddress());
            assertEquals(7, next().length);
            successor.send(ByteBuffer.allocate(8), b.localAddress());
            assertEquals(8, next().length);
        }
    }

    @Test
    void thousandsOfMessagesTurnAPortInTheBackground() throws Exception {
        var turned = new LinkedBlockingQueue<Boolean>();
        Supplier<SystemCalls> calls = () -> {
            turned.add(true);
            return LibC.link();
        };
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector, Optional.of(calls));
                UdpPort b = DatagramUdpPort.bind(ANY, collector, Optional.empty())) {
            for (int i = 1; i <= NetConstants.TURNING_DATAGRAMS; i++) {
                assertTrue(turned.isEmpty(), "not before");
                b.send(ByteBuffer.allocate(10), a.localAddress());
                assertEquals(10, next().length);
            }
            assertEquals(true, turned.poll(10, TimeUnit.SECONDS));
            b.send(ByteBuffer.allocate(11), a.localAddress());
            assertEquals(11, next().length);
        }
    }

    @Test
    void bulkTrafficTurnsAPortInTheBackground() throws Exception {
        var turned = new LinkedBlockingQueue<Boolean>();
        Supplier<SystemCalls> calls = () -> {
            turned.add(true);
            return LibC.link();
        };
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector, Optional.empty());
                UdpPort b = DatagramUdpPort.bind(ANY, collector, Optional.of(calls))) {
            for (int i = 0; i < 200; i++) {
                b.send(ByteBuffer.allocate(10), a.localAddress());
                assertEquals(10, next().length);
            }
            assertTrue(turned.isEmpty(), "a few messages are no bulk traffic");
            sendTwice(b, sixtyOf(100, a));
            assertTrue(turned.isEmpty(), "nor are many short ones together");
            sendTwice(b, sixtyOf(NetConstants.BULK_BYTES, a));
            assertEquals(true, turned.poll(10, TimeUnit.SECONDS));
        }
    }

    private void sendTwice(UdpPort port, DatagramBatch batch) throws Exception {
        for (int i = 0; i < 2; i++) {
            port.send(batch, true);
            for (int j = 0; j < batch.count(); j++) {
                assertEquals(batch.length(0), next().length);
            }
        }
    }

    private int sends() {
        return made.stream().mapToInt(calls -> calls.sends).sum();
    }

    private static DatagramBatch sixtyOf(int bytes, UdpPort to) {
        DatagramBatch batch = new DatagramBatch(60 * bytes, 60);
        for (int i = 0; i < 60; i++) {
            batch.room().put(new byte[bytes]);
            batch.add(to.localAddress());
        }
        return batch;
    }
}
