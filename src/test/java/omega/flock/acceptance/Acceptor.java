package omega.flock.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import omega.flock.gateway.Connection;
import omega.flock.gateway.GatewayServer;

/** Accepts the connections of a server on a virtual thread, one more thread for each; ends with the server. */
final class Acceptor implements AutoCloseable {

    /** What a server does with a connection. */
    @FunctionalInterface
    interface Handler {
        void handle(Connection connection) throws IOException;
    }

    private final GatewayServer server;
    private final Handler handler;
    private final Thread acceptor;
    private final List<Thread> workers = new CopyOnWriteArrayList<>();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private volatile boolean closing;

    Acceptor(GatewayServer server, Handler handler) {
        this.server = server;
        this.handler = handler;
        this.acceptor = Thread.ofVirtual().name("acceptor").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = server.accept();
                workers.add(Thread.ofVirtual().name("worker").start(() -> handle(connection)));
            }
        } catch (IOException | InterruptedException e) {
            if (!closing) {
                failures.add(e);
            }
        }
    }

    private void handle(Connection connection) {
        try {
            handler.handle(connection);
        } catch (IOException | RuntimeException e) {
            failures.add(e);
        }
    }

    /** What went wrong on any of the threads. */
    List<Exception> failures() {
        return new ArrayList<>(failures);
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        server.close();
        acceptor.join(Duration.ofSeconds(5));
        for (Thread worker : workers) {
            worker.join(Duration.ofSeconds(5));
        }
    }
}
