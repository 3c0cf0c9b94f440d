package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PortGroupTest {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration SOON = Duration.ofSeconds(10);

    private record Arrival(UdpPort port, InetSocketAddress source, int length, Thread reader) {}

    private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final DatagramHandler collector = (port, source, datagram) ->
            arrivals.add(new Arrival(port, source, datagram.remaining(), Thread.currentThread()));
    private final PortBinder group = MachinePorts.MACHINE.forMany(1);

    @Test
    void manyPortsHaveOneReaderWhichEndsWithTheLastOfThem() throws Exception {
        List<UdpPort> ports = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ports.add(group.bind(ANY, collector));
        }
        Thread reader = null;
        try (UdpPort sender = DatagramUdpPort.bind(ANY, (port, source, datagram) -> true)) {
            for (UdpPort port : ports) {
                sender.send(ByteBuffer.allocate(1), port.localAddress());
                Arrival arrival = next();
                assertSame(port, arrival.port());
                assertEquals(sender.localAddress(), arrival.source());
                reader = arrival.reader();
                assertEquals("flock-udp-group", reader.getName());
            }
        }
        ports.forEach(UdpPort::close);
        Thread last = reader;
        Eventually.holds("the reader ends", SOON, () -> !last.isAlive(), last::getState);
    }

    @RepeatedTest(value = 50, failureThreshold = 1) // a close that meets the end of a selection is a matter of luck
    void theReaderEndsHoweverTheClosesMeetItsSelections() throws Exception {
        List<UdpPort> ports = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ports.add(group.bind(ANY, collector));
        }
        ports.getFirst().send(ByteBuffer.allocate(1), ports.getFirst().localAddress());
        Thread reader = next().reader();
        ports.parallelStream().forEach(UdpPort::close);
        Eventually.holds("the reader ends", SOON, () -> !reader.isAlive(), reader::getState);
    }

    @RepeatedTest(value = 50, failureThreshold = 1) // the reader may let go of a closed port only in its next selection
    void whoeverHasWaitedForTheReleaseFindsTheAddressesFree() throws Exception {
        List<UdpPort> ports = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ports.add(group.bind(ANY, collector));
        }
        ports.forEach(UdpPort::close);
        group.awaitReleased();
        for (UdpPort port : ports) {
            DatagramUdpPort.bind(port.localAddress(), collector).close();
        }
    }

    @Test
    void anErrorForOnePortClosesThatOneAndTellsItsHandlerWhy() throws Exception {
        var failures = new LinkedBlockingQueue<Throwable>();
        DatagramHandler failing = new DatagramHandler() {
            @Override
            public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
                throw new OutOfMemoryError("on purpose");
            }

            @Override
            public void onPortFailed(UdpPort port, Throwable cause) {
                failures.add(cause);
            }
        };
        try (UdpPort other = group.bind(ANY, collector); UdpPort port = group.bind(ANY, failing)) {
            other.send(ByteBuffer.allocate(1), port.localAddress());
            assertEquals("on purpose", failures.poll(10, TimeUnit.SECONDS).getMessage());
            assertFalse(port.isOpen());
            other.send(ByteBuffer.allocate(1), other.localAddress());
            assertSame(other, next().port());
        }
    }

    @Test
    void aPortThatReceivesALongDatagramGetsAReaderOfItsOwn() throws Exception {
        try (UdpPort other = group.bind(ANY, collector); UdpPort port = group.bind(ANY, collector);
                UdpPort sender = DatagramUdpPort.bind(ANY, collector)) {
            sender.send(ByteBuffer.allocate(1), port.localAddress());
            Thread shared = next().reader();
            for (int i = 0; i < 100; i++) {
                sender.send(ByteBuffer.allocate(2 + i), port.localAddress());
            }
            for (int i = 0; i < 100; i++) {
                Arrival arrival = next();
                assertEquals(2 + i, arrival.length(), "one after the other, whichever thread reads");
                assertSame(port, arrival.port());
            }
            sender.send(ByteBuffer.allocate(1), port.localAddress());
            assertNotSame(shared, next().reader());
            sender.send(ByteBuffer.allocate(1), other.localAddress());
            assertSame(shared, next().reader());
            port.send(ByteBuffer.allocate(7), sender.localAddress());
            assertEquals(port.localAddress(), next().source());
            port.close();
            assertFalse(port.isOpen());
            assertThrows(IOException.class, () -> port.send(ByteBuffer.allocate(1), sender.localAddress()));
        }
    }

    @Test
    void aGroupWhoseReaderHasEndedStartsAnother() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (UdpPort port = group.bind(ANY, collector)) {
                port.send(ByteBuffer.allocate(1), port.localAddress());
                assertSame(port, next().port());
            }
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheReader() throws Exception {
        try (UdpPort failing = group.bind(ANY, (port, source, datagram) -> {
            throw new IllegalStateException("on purpose");
        }); UdpPort port = group.bind(ANY, collector)) {
            port.send(ByteBuffer.allocate(1), failing.localAddress());
            port.send(ByteBuffer.allocate(1), port.localAddress());
            assertTrue(next().port().isOpen());
        }
    }

    private Arrival next() throws InterruptedException {
        Arrival arrival = arrivals.poll(10, TimeUnit.SECONDS);
        assertTrue(arrival != null, "nothing arrived");
        return arrival;
    }
}
