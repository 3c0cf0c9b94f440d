package omega.flock.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import omega.flock.base.PeerAddress;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import org.junit.jupiter.api.Test;

class MemoryNetworkTest {

    private static final Duration INSTANT = Duration.ofMillis(1);

    /** A port and what it has received. */
    private static final class Probe {

        final List<String> received = new ArrayList<>();
        final List<InetSocketAddress> sources = new ArrayList<>();
        final UdpPort port;

        Probe(PortBinder host, String at) throws IOException {
            port = host.bind(address(at), (udp, source, datagram) -> {
                received.add(text(datagram));
                sources.add(source);
                return true;
            });
        }

        void send(String text, InetSocketAddress to) throws IOException {
            port.send(ByteBuffer.wrap(text.getBytes()), to);
        }
    }

    @Test
    void deliversAtOnceInOrderWithTheSourceOfTheSender() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(1);
        Probe a = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        Probe b = new Probe(network.host("5.5.5.2"), "5.5.5.2:2000");
        a.send("one", address("5.5.5.2:2000"));
        a.send("two", address("5.5.5.2:2000"));
        assertEquals(List.of(), b.received, "nothing arrives on the sender's thread");
        network.advance(Duration.ZERO);
        assertEquals(List.of("one", "two"), b.received);
        assertEquals(address("5.5.5.1:1000"), b.sources.get(0));
    }

    @Test
    void datagramsTravelForAsLongAsTheLatencySays() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(2).conditions(Conditions.PERFECT.withLatencyMillis(50));
        Probe a = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        a.send("self", address("5.5.5.1:1000"));
        network.advance(Duration.ofMillis(49));
        assertEquals(List.of(), a.received);
        network.advance(Duration.ofMillis(1));
        assertEquals(List.of("self"), a.received);
    }

    @Test
    void theSameSeedLosesAndReordersTheSameDatagrams() throws IOException {
        List<String> first = rainyDay(7);
        assertEquals(first, rainyDay(7));
        assertNotEquals(first, rainyDay(8));
        assertTrue(first.size() > 500 && first.size() < 1300, "got " + first.size());
        assertNotEquals(first.stream().sorted().toList(), first);
    }

    private static List<String> rainyDay(long seed) throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(seed).conditions(Conditions.PERFECT.withLatencyMillis(10)
                .withJitterMillis(3).withLoss(0.2).withDuplication(0.1).withReordering(0.05));
        Probe a = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        Probe b = new Probe(network.host("5.5.5.2"), "0.0.0.0:1000");
        for (int i = 0; i < 1000; i++) {
            a.send(String.format("%04d", i), address("5.5.5.2:1000"));
            network.advance(Duration.ofMillis(1));
        }
        network.advance(Duration.ofSeconds(1));
        return b.received;
    }

    @Test
    void longDatagramsVanishWhereThePathIsNarrow() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(3).conditions(Conditions.PERFECT.withMaxPayload(3));
        Probe a = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        a.send("123", address("5.5.5.1:1000"));
        a.send("1234", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        assertEquals(List.of("123"), a.received);
        assertEquals(1, network.stats().tooLong());
    }

    @Test
    void aConsistentNatShowsOneOutsidePortAndLetsOnlyAnswersIn() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(4);
        MemoryNat nat = network.nat("5.5.5.10", NatType.CONSISTENT);
        Probe inside = new Probe(nat.host("10.0.0.2"), "0.0.0.0:4000");
        Probe asked = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        Probe stranger = new Probe(network.host("5.5.5.2"), "0.0.0.0:1000");
        inside.send("hello", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        InetSocketAddress outside = asked.sources.get(0);
        assertEquals(nat.address(), outside.getAddress());
        stranger.send("let me in", outside);
        asked.send("answer", outside);
        network.advance(INSTANT);
        assertEquals(List.of("answer"), inside.received);
        inside.send("hello you", address("5.5.5.2:1000"));
        network.advance(INSTANT);
        assertEquals(outside, stranger.sources.get(0));
        stranger.send("now", outside);
        network.advance(INSTANT);
        assertEquals(List.of("answer", "now"), inside.received);
    }

    @Test
    void aRandomNatShowsEachDestinationAnotherPort() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(5);
        MemoryNat nat = network.nat("5.5.5.10", NatType.RANDOM);
        Probe inside = new Probe(nat.host("10.0.0.2"), "0.0.0.0:4000");
        Probe a = new Probe(network.host("5.5.5.1"), "0.0.0.0:1000");
        Probe b = new Probe(network.host("5.5.5.2"), "0.0.0.0:1000");
        inside.send("x", address("5.5.5.1:1000"));
        inside.send("y", address("5.5.5.2:1000"));
        inside.send("z", address("5.5.5.2:1000"));
        network.advance(INSTANT);
        assertNotEquals(a.sources.get(0), b.sources.get(0));
        assertEquals(b.sources.get(0), b.sources.get(1), "a flow keeps its port");
        a.send("to the mapping of b", b.sources.get(0));
        network.advance(INSTANT);
        assertEquals(List.of(), inside.received);
    }

    @Test
    void neighboursBehindOneNatReachEachOtherPrivatelyAndByHairpinIfItIsOn() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(6);
        MemoryNat nat = network.nat("5.5.5.10", NatType.CONSISTENT);
        Probe a = new Probe(nat.host("10.0.0.2"), "0.0.0.0:4000");
        Probe b = new Probe(nat.host("10.0.0.3"), "0.0.0.0:4001");
        a.send("lan", address("10.0.0.3:4001"));
        a.send("hairpin", address("5.5.5.10:4001"));
        network.advance(INSTANT);
        assertEquals(List.of("lan"), b.received);
        assertEquals(address("10.0.0.2:4000"), b.sources.get(0));
        nat.hairpin(true);
        b.send("open", address("5.5.5.10:4000"));
        a.send("hairpin", address("5.5.5.10:4001"));
        network.advance(INSTANT);
        assertEquals(List.of("lan", "hairpin"), b.received);
        assertEquals(address("5.5.5.10:4000"), b.sources.get(1));
    }

    @Test
    void privateNetworksOfTwoNatsDoNotMix() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(7);
        Probe a = new Probe(network.nat("5.5.5.10", NatType.CONSISTENT).host("10.0.0.2"), "0.0.0.0:4000");
        Probe b = new Probe(network.nat("5.5.5.20", NatType.CONSISTENT).host("10.0.0.3"), "0.0.0.0:4000");
        a.send("lost", address("10.0.0.3:4000"));
        network.advance(INSTANT);
        assertEquals(List.of(), b.received);
        assertEquals(1, network.stats().unreachable());
    }

    @Test
    void aFirewalledHostHearsOnlyThoseItSpokeTo() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(8);
        Probe closed = new Probe(network.firewalledHost("5.5.5.1"), "0.0.0.0:1000");
        Probe other = new Probe(network.host("5.5.5.2"), "0.0.0.0:1000");
        other.send("before", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        closed.send("hello", address("5.5.5.2:1000"));
        network.advance(INSTANT);
        other.send("after", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        assertEquals(List.of("after"), closed.received);
    }

    @Test
    void portsAreTakenFreedAndDeadWhenClosed() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(9);
        MemoryHost host = network.host("5.5.5.1");
        Probe a = new Probe(host, "0.0.0.0:1000");
        assertThrows(BindException.class, () -> new Probe(host, "0.0.0.0:1000"));
        assertThrows(BindException.class, () -> new Probe(host, "5.5.5.2:1001"));
        a.send("late", address("5.5.5.1:1000"));
        a.port.close();
        a.port.close();
        network.advance(INSTANT);
        assertEquals(List.of(), a.received);
        assertFalse(a.port.isOpen());
        assertThrows(ClosedChannelException.class, () -> a.send("x", address("5.5.5.1:1000")));
        assertEquals(0, host.openPorts());
        new Probe(host, "0.0.0.0:1000");
        assertNotEquals(0, new Probe(host, "0.0.0.0:0").port.localAddress().getPort());
    }

    @Test
    void hostsThatAreOffOrFilteredHearNothing() throws IOException {
        MemoryNetwork network = MemoryNetwork.manual(10);
        MemoryHost host = network.host("5.5.5.1");
        Probe a = new Probe(host, "0.0.0.0:1000");
        Probe b = new Probe(network.host("5.5.5.2"), "0.0.0.0:1000");
        host.online(false);
        b.send("off", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        host.online(true);
        network.filter((source, destination, payload) -> payload.remaining() != 3);
        b.send("bad", address("5.5.5.1:1000"));
        b.send("good", address("5.5.5.1:1000"));
        network.advance(INSTANT);
        assertEquals(List.of("good"), a.received);
    }

    @Test
    void inRealTimeAThreadOfItsOwnDelivers() throws Exception {
        try (MemoryNetwork network = new MemoryNetwork(11).conditions(Conditions.PERFECT.withLatencyMillis(5))) {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            UdpPort port = network.host("5.5.5.1").bind(address("0.0.0.0:0"), (udp, source, datagram) -> {
                received.add(Thread.currentThread().getName() + " " + text(datagram));
                return true;
            });
            port.send(ByteBuffer.wrap("hi".getBytes()), address("5.5.5.1:" + port.localAddress().getPort()));
            assertEquals("memory-network hi", received.poll(5, TimeUnit.SECONDS));
        }
    }

    private static InetSocketAddress address(String hostPort) {
        return PeerAddress.parse(hostPort).toSocketAddress();
    }

    private static String text(ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        return new String(bytes);
    }
}
