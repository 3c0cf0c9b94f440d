import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.ServerOptions;
import omega.flock.gateway.Testnet;

/**
 * Many idle connections, both ends in this process, as a user of the exported API; {@code benchmarks/js/crowd-peer.js} is its twin.
 *
 * <pre>
 * idle CONNECTIONS SECONDS [BYTES]    prints one line of JSON:
 *   connectSeconds       until all were open, 64 at a time
 *   youngPercent         processor time, of one core, over the first third of SECONDS of idling that begin when the handshakes are forgotten
 *   processorPercent     the same over the rest: by then the code that keeps connections alive is compiled
 *   heapBytesPerEnd      live heap after a collection, less what two nodes without connections hold, by 2 × CONNECTIONS
 *   alive                connections that brought an echo back after that
 *   platformThreads      of the whole process
 *   bytesPerSecond       of BYTES (default 300,000,000) through one of them
 * </pre>
 */
public final class CrowdPeer {

    private static final int CONNECTS_AT_ONCE = 64;
    /** A handshake is remembered for 10 s, a closed stream for 15 s. */
    private static final Duration SETTLING = Duration.ofSeconds(17);
    private static final Duration ECHO_PATIENCE = Duration.ofSeconds(30);
    private static final byte[] CALL = "are you there?".getBytes(US_ASCII);
    private static final byte[] CHUNK = new byte[64 * 1024];

    private CrowdPeer() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3 || !arguments[0].equals("idle")) {
            throw new IllegalArgumentException("idle CONNECTIONS SECONDS [BYTES]");
        }
        long bytes = arguments.length > 3 ? Long.parseLong(arguments[3]) : 300_000_000;
        try (Testnet testnet = Testnet.start(3); Gateway here = open(testnet); Gateway there = open(testnet)) {
            idle(here, there, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), bytes);
        }
    }

    private static Gateway open(Testnet testnet) {
        return Gateway.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").firewalled(false).open();
    }

    private static void idle(Gateway here, Gateway there, int connections, int seconds, long bytes) throws Exception {
        here.awaitReady(Duration.ofSeconds(10));
        GatewayServer server = there.listen(KeyPair.generate(), ServerOptions.DEFAULT.withBacklog(4 * CONNECTS_AT_ONCE));
        Thread.ofVirtual().start(() -> serve(server));
        here.connect(server.publicKey()).close(); // classes that a connection needs are no part of it
        Thread.sleep(SETTLING);
        long heapBefore = liveHeap();

        long started = System.nanoTime();
        List<Connection> crowd = connectAll(here, server.publicKey(), connections);
        double connectSeconds = (System.nanoTime() - started) / 1e9;
        CountDownLatch echoes = new CountDownLatch(connections);
        BlockingQueue<Long> counts = new LinkedBlockingQueue<>();
        crowd.forEach(each -> Thread.ofVirtual().start(() -> listen(each, echoes, counts)));

        Thread.sleep(SETTLING);
        Duration idling = Duration.ofSeconds(seconds);
        double young = processorPercent(idling.dividedBy(3));
        double processor = processorPercent(idling.minus(idling.dividedBy(3)));
        double heapPerEnd = (double) (liveHeap() - heapBefore) / (2.0 * connections);
        int platformThreads = ManagementFactory.getThreadMXBean().getThreadCount();

        for (Connection each : crowd) {
            call(each);
        }
        echoes.await(ECHO_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long alive = connections - echoes.getCount();
        double rate = transfer(crowd.getLast(), bytes, counts);
        System.out.printf(Locale.ROOT, "{\"connections\":%d,\"connectSeconds\":%.2f,\"youngPercent\":%.2f,\"processorPercent\":%.2f,\"heapBytesPerEnd\":%.0f,"
                        + "\"alive\":%d,\"platformThreads\":%d,\"bytesPerSecond\":%.0f}%n",
                connections, connectSeconds, young, processor, heapPerEnd, alive, platformThreads, rate);
        server.closeNow();
        here.closeNow();
        there.closeNow();
    }

    private static List<Connection> connectAll(Gateway here, PublicKey key, int connections) throws Exception {
        Semaphore atOnce = new Semaphore(CONNECTS_AT_ONCE);
        List<Future<Connection>> dials = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                atOnce.acquire();
                dials.add(threads.submit(() -> {
                    try {
                        return here.connect(key);
                    } finally {
                        atOnce.release();
                    }
                }));
            }
            List<Connection> crowd = new ArrayList<>();
            for (Future<Connection> dial : dials) {
                crowd.add(dial.get());
            }
            return crowd;
        }
    }

    private static void serve(GatewayServer server) {
        try {
            while (true) {
                Connection connection = server.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            }
        } catch (IOException e) {
            // closed: the run is over
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Brings a call back, counts larger messages, tells their bytes at the end. */
    private static void answer(Connection connection) {
        long count = 0;
        try (connection) {
            byte[] message = connection.readMessage();
            for (; message != null; message = connection.readMessage()) {
                if (message.length == CALL.length) {
                    connection.writeMessage(message);
                } else {
                    count += message.length;
                }
            }
            connection.writeMessage(Long.toString(count).getBytes(US_ASCII));
        } catch (IOException e) {
            // the process ends, or the connection did not live: then it brings nothing back
        }
    }

    private static void listen(Connection connection, CountDownLatch echoes, BlockingQueue<Long> counts) {
        try {
            byte[] message = connection.readMessage();
            for (; message != null; message = connection.readMessage()) {
                if (message.length == CALL.length) {
                    echoes.countDown();
                } else {
                    counts.add(Long.valueOf(new String(message, US_ASCII)));
                }
            }
        } catch (IOException e) {
            // not alive, which the count of echoes tells
        }
    }

    private static void call(Connection connection) {
        try {
            connection.writeMessage(CALL);
        } catch (IOException e) {
            // not alive, which the count of echoes tells
        }
    }

    private static double transfer(Connection connection, long bytes, BlockingQueue<Long> counts) throws Exception {
        long whole = bytes / CHUNK.length * CHUNK.length;
        long started = System.nanoTime();
        OutputStream out = connection.getOutputStream();
        for (long sent = 0; sent < whole; sent += CHUNK.length) {
            out.write(CHUNK);
        }
        connection.shutdownOutput();
        Long count = counts.poll(60, TimeUnit.SECONDS);
        if (count == null || count != whole) {
            throw new IOException("the other end counted " + count + " of " + whole);
        }
        return whole / ((System.nanoTime() - started) / 1e9);
    }

    private static double processorPercent(Duration idling) throws InterruptedException {
        Duration before = processorTime();
        long since = System.nanoTime();
        Thread.sleep(idling);
        return 100.0 * processorTime().minus(before).toNanos() / (System.nanoTime() - since);
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    private static long liveHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
