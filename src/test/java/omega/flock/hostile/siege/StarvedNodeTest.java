package omega.flock.hostile.siege;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import omega.flock.base.PeerAddress;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import omega.flock.wire.WireWriter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Row 11 for real: "no error of any kind, OutOfMemoryError included, leaves a node that looks alive and is deaf". A JVM whose heap is full
 * gets requests; whatever they cost the node's readers is not there. The node closes itself, as FAILED, with the error as its cause;
 * whoever waited is awake, and its port is free.
 */
@Timeout(120)
class StarvedNodeTest {

    private static final int FIND_NODE = 2;

    // On JDK 21 a wait that there is no memory for leaves its lock, and the first to notice is who gives it back.
    private final boolean losesLocks = Runtime.version().feature() < 22;

    private static byte[] request(PeerAddress to, int tid) {
        return new WireWriter().uint8(0x03).uint8(0x0c).uint16(tid & 0xffff).ipv4Address(to).uint(FIND_NODE).raw(new byte[32]).toBytes();
    }

    @RepeatedTest(3)
    void aNodeWhoseHeapIsFullClosesWithItsReasonAndIsNotDeaf() throws Exception {
        List<String> small = List.of("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        try (Subprocess node = new Subprocess(StarvedNode.class, small); TaskScope scope = new TaskScope("asks");
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String alive = node.ask("port");
            assertTrue(alive.endsWith("true"), alive);
            PeerAddress to = new PeerAddress("127.0.0.1", Integer.parseInt(alive.split(" ")[0]));
            Task<String> answer = scope.forkCallable("starves", () -> node.ask("starve"));
            Beat beat = new Beat(TimeUnit.MILLISECONDS.toNanos(2), 0);
            for (int tid = 0; !answer.isDone(); tid++) {
                byte[] request = request(to, tid);
                stranger.send(new DatagramPacket(request, request.length, to.toSocketAddress()));
                beat.await();
            }
            String end = answer.join(Duration.ofSeconds(1));
            System.out.println(end);
            assertTrue(end.contains("open false"), end);
            assertTrue(end.contains("state=FAILED"), end);
            assertTrue(end.contains("OutOfMemoryError") || losesLocks && end.contains("IllegalMonitorState"), end);
            assertTrue(end.contains("accept threw") && end.contains("read threw"), end);
            assertTrue(end.contains("port free"), end);
        }
    }
}
