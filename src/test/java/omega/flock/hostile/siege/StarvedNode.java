package omega.flock.hostile.siege;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import omega.flock.base.KeyPair;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.GatewayServer;
import omega.flock.gateway.Testnet;
import omega.flock.runtime.TaskScope;

/**
 * A node in a small heap, which {@code starve} fills to the last byte and keeps full until the node has begun to close itself and has had no
 * memory for its first steps, or ten seconds are over; the answer says what became of it. {@code port} says where it is.
 */
public final class StarvedNode {

    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);
    private static final long STEPS = TimeUnit.MILLISECONDS.toNanos(500); // how long the node has to close itself without memory
    private static final int LARGEST = 1 << 20;
    private static final int SMALLEST = 32;

    private static final Object[] NOTHING = {};

    private static volatile Object[] ballast = NOTHING;

    private StarvedNode() {}

    public static void main(String[] arguments) throws Exception {
        try (Testnet testnet = Testnet.start(1);
                Gateway node = Gateway.builder().bootstrap(testnet.bootstrap()).host("127.0.0.1").port(0).open();
                Gateway peer = testnet.createNode();
                TaskScope waiters = new TaskScope("waiters");
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (!node.awaitReady(Duration.ofSeconds(20))) {
                throw new IOException("not ready");
            }
            GatewayServer server = node.listen(KeyPair.generate());
            Connection there = peer.connect(server.publicKey());
            Connection here = server.accept();
            Waiter accepting = new Waiter(waiters, server::accept);
            Waiter reading = new Waiter(waiters, here::readMessage);
            int port = node.localAddress().port();
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                if (command.equals("starve")) {
                    starve(node);
                    System.out.println(String.join("; ", "accept " + accepting.outcome(), "read " + reading.outcome(),
                            "port " + (isFree(port) ? "free" : "taken"), "open " + node.isOpen(), "health " + node.health()));
                } else {
                    System.out.println(port + " " + there.isOpen());
                }
            }
        }
        System.exit(0); // whatever the lack of memory has left behind
    }

    /** Somebody who waits, and needs no memory to say how that has ended. */
    private static final class Waiter {

        private volatile boolean over;
        private volatile Throwable thrown;

        Waiter(TaskScope scope, Callable<?> wait) {
            scope.fork("waiter", () -> {
                try {
                    wait.call();
                } catch (Exception | Error e) {
                    thrown = e;
                } finally {
                    over = true;
                }
            });
        }

        String outcome() throws InterruptedException {
            Beat beat = new Beat(TimeUnit.MILLISECONDS.toNanos(50), 0);
            for (long end = System.nanoTime() + LIMIT; !over && System.nanoTime() < end; ) {
                beat.await();
            }
            return over ? "threw " + thrown : "waits";
        }
    }

    private static void starve(Gateway node) {
        long end = System.nanoTime() + LIMIT;
        boolean open = true;
        int size = LARGEST;
        while (System.nanoTime() < end) {
            if (open && !node.isOpen()) {
                open = false;
                end = System.nanoTime() + STEPS;
            }
            try {
                ballast = new Object[] {ballast, new byte[size]};
            } catch (OutOfMemoryError e) {
                size = size > SMALLEST ? size / 2 : LARGEST;
            }
        }
        ballast = NOTHING; // a new one would not be had
    }

    /** The port is given back by the thread that closes the node, maybe a little later. */
    private static boolean isFree(int port) throws InterruptedException {
        Beat beat = new Beat(TimeUnit.MILLISECONDS.toNanos(50), 0);
        for (long end = System.nanoTime() + LIMIT; System.nanoTime() < end; beat.await()) {
            try (DatagramSocket bound = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                return bound.isBound();
            } catch (IOException e) {
                System.getLogger("siege").log(System.Logger.Level.TRACE, "the port is taken", e);
            }
        }
        return false;
    }
}
