package omega.flock.transport;

import static omega.flock.transport.BlockingReads.readSome;
import static omega.flock.transport.StreamFixture.read;
import static omega.flock.transport.StreamFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.CloseReason;
import omega.flock.net.DatagramBatch;
import omega.flock.net.DatagramHandler;
import omega.flock.net.DatagramUdpPort;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users who write and wait for the reply, over real ports on loopback, which they may read themselves meanwhile. */
@Timeout(60)
class ConversationTest {
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    /** Counts what was not read by a port's reader. */
    private static final class Counting implements DatagramHandler {
        private final DatagramHandler next;
        private final AtomicInteger byUsers = new AtomicInteger();

        Counting(DatagramHandler next) {
            this.next = next;
        }

        @Override
        public boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
            throw new AssertionError("a port hands up batches");
        }

        @Override
        public int onDatagrams(UdpPort port, DatagramBatch batch, int first) {
            if (!Thread.currentThread().getName().startsWith("flock-udp ")) {
                byUsers.incrementAndGet();
            }
            return next.onDatagrams(port, batch, first);
        }
    }

    private static void echo(UdxStream stream) throws IOException {
        byte[] bytes = new byte[100];
        for (int count = readSome(stream, bytes, 0, 100); count >= 0; count = readSome(stream, bytes, 0, 100)) {
            stream.write(bytes, 0, count);
        }
        stream.end();
    }

    private static void ask(UdxStream stream, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            String question = "%6d".formatted(i);
            write(stream, question);
            assertEquals(question, read(stream, 6));
        }
    }

    @Test
    void inALongConversationTheUserReadsAndAnotherStreamIsServedAllTheSame() throws Exception {
        try (TaskScope scope = new TaskScope("test");
                UdxTransport transport = LoneTransport.in(scope)) {
            Counting counting = new Counting(transport);
            try (UdpPort portA = DatagramUdpPort.bind(ANY, counting); UdpPort portB = DatagramUdpPort.bind(ANY, transport)) {
                UdxStream[] talk = pair(transport, portA, portB);
                UdxStream[] other = pair(transport, portA, portB);
                Task<Void> echo = scope.fork("echo", () -> echo(talk[1]));
                Task<Void> otherEcho = scope.fork("other-echo", () -> echo(other[1]));
                int rounds = 0;
                while (rounds < 20 || counting.byUsers.get() < 1_000) { // this thread asks, and may read with or without native calls
                    ask(talk[0], 500);
                    Task<Void> aside = scope.fork("aside", () -> ask(other[0], 20));
                    ask(talk[0], 100);
                    aside.join();
                    rounds++;
                }
                talk[0].end();
                other[0].end();
                echo.join();
                otherEcho.join();
            }
        }
    }

    @Test
    void streamsThatAreClosedAtAnyMomentDisturbNoOther() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ConversationTest seed " + seed);
        Random random = new Random(seed);
        try (TaskScope scope = new TaskScope("test");
                UdxTransport transport = LoneTransport.in(scope);
                UdpPort portA = DatagramUdpPort.bind(ANY, transport);
                UdpPort portB = DatagramUdpPort.bind(ANY, transport)) {
            UdxStream[] lasting = pair(transport, portA, portB);
            Task<Void> echo = scope.fork("echo", () -> echo(lasting[1]));
            for (int round = 0; round < 60; round++) {
                // One conversation alone for a while, so that its user gets to read, or with company; then an end from outside.
                UdxStream[] victim = pair(transport, portA, portB);
                CountDownLatch inTheMiddle = new CountDownLatch(1);
                int middle = random.nextInt(400);
                List<Task<Void>> tasks = List.of(
                        scope.fork("victim-echo", () -> untilClosed(() -> echo(victim[1]))),
                        scope.fork("victim", () -> untilClosed(() -> {
                            ask(victim[0], middle);
                            inTheMiddle.countDown();
                            ask(victim[0], Integer.MAX_VALUE);
                        })));
                if (random.nextBoolean()) {
                    ask(lasting[0], random.nextInt(300));
                }
                inTheMiddle.await();
                UdxStream either = victim[random.nextInt(2)];
                switch (random.nextInt(3)) {
                    case 0 -> either.destroy(CloseReason.closedLocally("enough"));
                    case 1 -> either.closeGracefully();
                    default -> {
                        tasks.get(random.nextInt(2)).cancel(); // interrupts it
                        either.destroy(CloseReason.closedLocally("enough"));
                    }
                }
                for (Task<Void> task : tasks) {
                    task.join();
                }
                ask(lasting[0], 1 + random.nextInt(300));
            }
            lasting[0].end();
            echo.join();
            assertTrue(portA.isOpen() && portB.isOpen());
        }
    }

    /** What an end from outside looks like to a user is tested elsewhere; here it has to come, and to be an exception. */
    private static void untilClosed(ThrowingRunnable body) {
        try {
            body.run();
        } catch (InterruptedIOException e) {
            assertTrue(Thread.interrupted());
        } catch (IOException e) {
            assertTrue(e.getMessage() != null);
        } catch (AssertionError e) {
            assertTrue(e.getMessage().startsWith("the stream ended"), e.getMessage());
        }
    }

    private interface ThrowingRunnable {
        void run() throws IOException;
    }

    private static UdxStream[] pair(UdxTransport transport, UdpPort portA, UdpPort portB) {
        UdxStream a = transport.createStream(StreamFirewall.DENY_ALL);
        UdxStream b = transport.createStream(StreamFirewall.DENY_ALL);
        a.connect(portA, b.id(), portB.localAddress());
        b.connect(portB, a.id(), portA.localAddress());
        return new UdxStream[] {a, b};
    }
}
