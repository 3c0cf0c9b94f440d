package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DatagramUdpPortTest {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private final DatagramHandler collector = (port, source, datagram) -> received.add(bytesOf(datagram));

    @Test
    void aDatagramArrivesWholeWithItsSource() throws Exception {
        var sources = new LinkedBlockingQueue<InetSocketAddress>();
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector);
                UdpPort b = DatagramUdpPort.bind(ANY, (port, source, datagram) -> sources.add(source))) {
            b.send(ByteBuffer.wrap(new byte[] {1, 2, 3}), a.localAddress());
            b.send(ByteBuffer.allocate(0), a.localAddress());
            a.send(ByteBuffer.allocate(1), b.localAddress());
            assertArrayEquals(new byte[] {1, 2, 3}, next());
            assertArrayEquals(new byte[0], next());
            assertEquals(a.localAddress(), sources.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void anInterruptedSenderDoesNotCloseThePort() throws Exception {
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector); UdpPort b = DatagramUdpPort.bind(ANY, collector)) {
            Thread.currentThread().interrupt();
            b.send(ByteBuffer.allocate(1), a.localAddress());
            assertTrue(Thread.interrupted());
            assertTrue(b.isOpen());
            assertEquals(1, next().length);
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheReader() throws Exception {
        DatagramHandler failing = (port, source, datagram) -> {
            if (datagram.get(0) == 0) {
                throw new IllegalStateException("on purpose");
            }
            return collector.onDatagram(port, source, datagram);
        };
        try (UdpPort a = DatagramUdpPort.bind(ANY, failing); UdpPort b = DatagramUdpPort.bind(ANY, collector)) {
            b.send(ByteBuffer.wrap(new byte[] {0}), a.localAddress());
            b.send(ByteBuffer.wrap(new byte[] {9}), a.localAddress());
            assertArrayEquals(new byte[] {9}, next());
        }
    }

    @Test
    void aClosedPortIsFreeAgainAndSendsNothing() throws Exception {
        UdpPort port = DatagramUdpPort.bind(ANY, collector);
        InetSocketAddress address = port.localAddress();
        assertThrows(IOException.class, () -> DatagramUdpPort.bind(address, collector));
        port.close();
        port.close();
        assertFalse(port.isOpen());
        assertThrows(IOException.class, () -> port.send(ByteBuffer.allocate(1), address));
        DatagramUdpPort.bind(address, collector).close();
    }

    @Test
    void theReaderMayCloseItsOwnPort() throws Exception {
        var closed = new LinkedBlockingQueue<Boolean>();
        UdpPort port = DatagramUdpPort.bind(ANY, (self, source, datagram) -> {
            self.close();
            return closed.add(self.isOpen());
        });
        try (UdpPort other = DatagramUdpPort.bind(ANY, collector)) {
            other.send(ByteBuffer.allocate(1), port.localAddress());
            assertEquals(Boolean.FALSE, closed.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void sendingToADeadPortHurtsNobody() throws Exception {
        UdpPort dead = DatagramUdpPort.bind(ANY, collector);
        dead.close();
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector); UdpPort b = DatagramUdpPort.bind(ANY, collector)) {
            for (int i = 0; i < 50; i++) {
                a.send(ByteBuffer.allocate(5), dead.localAddress());
            }
            b.send(ByteBuffer.wrap(new byte[] {4}), a.localAddress());
            assertArrayEquals(new byte[] {4}, next());
        }
    }

    @Test
    void handlersInARowSeeTheWholeDatagramEach() {
        List<Integer> seen = new CopyOnWriteArrayList<>();
        DatagramHandler first = (port, source, datagram) -> {
            seen.add((int) datagram.get());
            return false;
        };
        DatagramHandler both = first.orElse((port, source, datagram) -> seen.add(datagram.remaining()));
        assertTrue(both.onDatagram(null, ANY, ByteBuffer.wrap(new byte[] {7, 8})));
        assertEquals(List.of(7, 2), seen);
    }

    @Test
    void aBatchArrivesInItsOrderWithItsSizesAtItsDestinations() throws Exception {
        var others = new LinkedBlockingQueue<byte[]>();
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector); UdpPort b = DatagramUdpPort.bind(ANY, collector);
                UdpPort c = DatagramUdpPort.bind(ANY, (port, source, datagram) -> others.add(bytesOf(datagram)))) {
            DatagramBatch batch = new DatagramBatch(64 << 10, 64);
            int[] sizes = {1200, 1200, 20, 1200, 1472, 1, 0, 700};
            for (int i = 0; i < sizes.length; i++) {
                batch.room().put(new byte[sizes[i]]);
                batch.add(i == 2 ? c.localAddress() : a.localAddress());
            }
            assertEquals(0, b.send(batch, true));
            for (int size : new int[] {1200, 1200, 1200, 1472, 1, 0, 700}) {
                assertEquals(size, next().length);
            }
            assertEquals(20, others.poll(10, TimeUnit.SECONDS).length);
        }
    }

    @Test
    void whatTheSystemRefusesOfABatchIsCounted() throws Exception {
        UdpPort closed = DatagramUdpPort.bind(ANY, collector);
        closed.close();
        try (UdpPort a = DatagramUdpPort.bind(ANY, collector); UdpPort b = DatagramUdpPort.bind(ANY, collector)) {
            DatagramBatch batch = new DatagramBatch(80 << 10, 4);
            batch.room().put((byte) 1);
            batch.add(a.localAddress());
            batch.room().put(new byte[70 << 10]); // more than UDP carries
            batch.add(a.localAddress());
            batch.room().put((byte) 3);
            batch.add(a.localAddress());
            assertEquals(1, b.send(batch, false));
            assertArrayEquals(new byte[] {1}, next());
            assertArrayEquals(new byte[] {3}, next());
            assertEquals(3, closed.send(batch, true));
        }
    }

    @Test
    void aHandlerMayTakeSeveralDatagramsAtOnceAndLeavesTheRestToTheNext() throws Exception {
        DatagramBatch batch = new DatagramBatch(100, 10);
        for (byte i = 0; i < 5; i++) {
            batch.room().put(i);
            batch.add(ANY);
        }
        List<Integer> seen = new CopyOnWriteArrayList<>();
        DatagramHandler evens = (port, source, datagram) -> datagram.get() % 2 == 0;
        DatagramHandler pairs = new DatagramHandler() {
            @Override
            public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
                throw new AssertionError("not asked for single ones");
            }

            @Override
            public int onDatagrams(UdpPort port, DatagramBatch all, int first) {
                seen.add((int) all.datagram(first).get());
                return 2;
            }
        };
        DatagramHandler both = evens.orElse(pairs);
        assertEquals(1, both.onDatagrams(null, batch, 0));
        assertEquals(2, both.onDatagrams(null, batch, 1));
        assertEquals(List.of(1), seen);
    }

    private byte[] next() throws InterruptedException {
        byte[] bytes = received.poll(10, TimeUnit.SECONDS);
        assertTrue(bytes != null, "nothing arrived");
        return bytes;
    }

    private static byte[] bytesOf(ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        return bytes;
    }
}
