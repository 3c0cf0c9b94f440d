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

/** What every port of this machine does, by whichever calls. */
@Timeout(20)
abstract class UdpPortContract {

    static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    final DatagramHandler collector = (port, source, datagram) -> received.add(bytesOf(datagram));

    abstract UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException;

    @Test
    void aDatagramArrivesWholeWithItsSource() throws Exception {
        var sources = new LinkedBlockingQueue<InetSocketAddress>();
        try (UdpPort a = bind(ANY, collector);
                UdpPort b = bind(ANY, (port, source, datagram) -> sources.add(source))) {
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
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
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
        try (UdpPort a = bind(ANY, failing); UdpPort b = bind(ANY, collector)) {
            b.send(ByteBuffer.wrap(new byte[] {0}), a.localAddress());
            b.send(ByteBuffer.wrap(new byte[] {9}), a.localAddress());
            assertArrayEquals(new byte[] {9}, next());
        }
    }

    @Test
    void anErrorClosesThePortAndTellsTheHandlerWhy() throws Exception {
        var failures = new LinkedBlockingQueue<Throwable>();
        DatagramHandler failing = new DatagramHandler() {
            @Override
            public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
                throw new OutOfMemoryError("on purpose");
            }

            @Override
            public void onPortFailed(UdpPort port, Throwable cause) {
                assertFalse(port.isOpen());
                failures.add(cause);
            }
        };
        try (UdpPort a = bind(ANY, collector.orElse(collector)); UdpPort b = bind(ANY, failing.orElse(collector))) {
            a.send(ByteBuffer.allocate(1), b.localAddress());
            assertEquals("on purpose", failures.poll(10, TimeUnit.SECONDS).getMessage());
            assertFalse(b.isOpen());
            assertTrue(a.isOpen());
        }
    }

    @Test
    void aPortThatIsClosedOnPurposeHasNotFailed() throws Exception {
        var failures = new LinkedBlockingQueue<Throwable>();
        DatagramHandler closing = new DatagramHandler() {
            @Override
            public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
                port.close();
                received.add(bytesOf(datagram));
                throw new StackOverflowError("after the end");
            }

            @Override
            public void onPortFailed(UdpPort port, Throwable cause) {
                failures.add(cause);
            }
        };
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, closing)) {
            a.send(ByteBuffer.allocate(3), b.localAddress());
            assertEquals(3, next().length);
            a.close();
            assertEquals(List.of(), List.copyOf(failures));
        }
    }

    @Test
    void aClosedPortIsFreeAgainAndSendsNothing() throws Exception {
        UdpPort port = bind(ANY, collector);
        InetSocketAddress address = port.localAddress();
        assertThrows(IOException.class, () -> bind(address, collector));
        port.close();
        port.close();
        assertFalse(port.isOpen());
        assertThrows(IOException.class, () -> port.send(ByteBuffer.allocate(1), address));
        bind(address, collector).close();
    }

    @Test
    void theReaderMayCloseItsOwnPort() throws Exception {
        var closed = new LinkedBlockingQueue<Boolean>();
        UdpPort port = bind(ANY, (self, source, datagram) -> {
            self.close();
            return closed.add(self.isOpen());
        });
        try (UdpPort other = bind(ANY, collector)) {
            other.send(ByteBuffer.allocate(1), port.localAddress());
            assertEquals(Boolean.FALSE, closed.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void sendingToADeadPortHurtsNobody() throws Exception {
        UdpPort dead = bind(ANY, collector);
        dead.close();
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
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
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector);
                UdpPort c = bind(ANY, (port, source, datagram) -> others.add(bytesOf(datagram)))) {
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
        UdpPort closed = bind(ANY, collector);
        closed.close();
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
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
    void aLargeBurstOfMixedSizesKeepsItsOrder() throws Exception {
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
            DatagramBatch batch = new DatagramBatch(64 << 10, 64);
            int sent = 0;
            for (int round = 0; round < 40; round++) {
                batch.clear();
                while (batch.hasRoom(1472) && batch.count() < 20) {
                    int size = sent % 7 == 0 ? 100 : sent % 11 == 0 ? 1400 : 1200;
                    batch.add(put(batch, sent++, size, a.localAddress()));
                }
                assertEquals(0, b.send(batch, true));
                for (int i = sent - batch.count(); i < sent; i++) {
                    ByteBuffer got = ByteBuffer.wrap(next());
                    assertEquals(i, got.getInt());
                    assertEquals(i % 7 == 0 ? 100 : i % 11 == 0 ? 1400 : 1200, got.limit());
                }
            }
        }
    }

    @Test
    void closingEndsTheReaderThatWaitsAndFreesTheAddress() throws Exception {
        for (int i = 0; i < 50; i++) {
            UdpPort port = bind(ANY, collector);
            InetSocketAddress address = port.localAddress();
            port.close();
            bind(address, collector).close();
        }
        Thread.currentThread().interrupt();
        UdpPort port = bind(ANY, collector);
        InetSocketAddress address = port.localAddress();
        port.close();
        assertTrue(Thread.interrupted());
        bind(address, collector).close();
    }

    @Test
    void aReaderAnswersFromItsOwnPortToManySources() throws Exception {
        var echoes = new LinkedBlockingQueue<Integer>();
        DatagramHandler echo = (port, source, datagram) -> {
            try {
                port.send(datagram, source);
                return true;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        DatagramHandler count = (port, source, datagram) -> echoes.add(datagram.getInt());
        try (UdpPort server = bind(ANY, echo); UdpPort b = bind(ANY, count); UdpPort c = bind(ANY, count)) {
            for (int i = 0; i < 40; i++) {
                (i % 2 == 0 ? b : c).send(ByteBuffer.allocate(4).putInt(0, i), server.localAddress());
                assertEquals(i, echoes.poll(10, TimeUnit.SECONDS));
            }
        }
    }

    private static InetSocketAddress put(DatagramBatch batch, int number, int size, InetSocketAddress to) {
        batch.room().putInt(number).put(new byte[size - 4]);
        return to;
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

    byte[] next() throws InterruptedException {
        byte[] bytes = received.poll(10, TimeUnit.SECONDS);
        assertTrue(bytes != null, "nothing arrived");
        return bytes;
    }

    static byte[] bytesOf(ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        return bytes;
    }
}
