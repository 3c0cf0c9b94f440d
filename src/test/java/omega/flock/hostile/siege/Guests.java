package omega.flock.hostile.siege;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.gateway.ConnectOptions;
import omega.flock.gateway.Connection;
import omega.flock.gateway.Gateway;
import omega.flock.gateway.PeerReply;
import omega.flock.gateway.Query;
import omega.flock.runtime.TaskScope;

/** The honest ones: the nodes of the hash table, the peers that the node serves, and clients that come and go. */
final class Guests implements AutoCloseable {

    private static final int NODES = 20;
    private static final int CLIENT_HOSTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Gateway> nodes = new ArrayList<>();
    private final List<Gateway> clients = new ArrayList<>();
    private final TaskScope readers = new TaskScope("served peers");
    private final LongAdder received = new LongAdder();
    private final AtomicInteger lost = new AtomicInteger();

    /** Starts the hash table; blocks until its nodes know each other. */
    Guests() throws IOException, InterruptedException {
        nodes.add(Gateway.bootstrapper(Land.node(0).host(), Land.PORT));
        for (int i = 1; i < NODES; i++) {
            nodes.add(ready(open(Land.node(i).host()).ephemeral(false).firewalled(false).open()));
        }
    }

    private static Gateway.Builder open(String host) {
        return Gateway.builder().host(host).port(Land.PORT).bootstrap(Land.node(0).toString());
    }

    private static Gateway ready(Gateway gateway) throws IOException, InterruptedException {
        if (!gateway.awaitReady(PATIENCE)) {
            throw new IOException("the network was not reached: " + gateway.health());
        }
        return gateway;
    }

    /** {@return the nodes at which a server has announced itself} */
    List<PeerAddress> relaysOf(PublicKey server) {
        List<PeerAddress> relays = new ArrayList<>();
        try (Query<PeerReply> walk = nodes.get(1).findPeer(server)) {
            walk.forEach(reply -> relays.add(reply.from()));
        }
        relays.remove(Land.STRONGHOLD);
        return relays;
    }

    /** Starts a transfer to each of so many peers. */
    void beServed(PublicKey server, int peers) throws IOException, InterruptedException {
        for (int i = 0; i < CLIENT_HOSTS + peers; i++) {
            clients.add(ready(open(Land.guest(i)).open()));
        }
        for (int i = 0; i < peers; i++) {
            Connection connection = clients.get(CLIENT_HOSTS + i).connect(server);
            connection.writeMessage(new byte[] {Stronghold.TRANSFER});
            readers.fork("peer " + i, () -> {
                try (connection) {
                    while (true) {
                        received.add(connection.readMessage().length);
                    }
                } catch (IOException e) {
                    ended(e);
                }
            });
        }
    }

    private void ended(IOException why) {
        if (!readers.isCancelled()) {
            lost.incrementAndGet();
            System.err.println("a transfer has ended: " + why);
        }
    }

    /** {@return bytes that all served peers have got so far} */
    long received() {
        return received.sum();
    }

    /** {@return served peers whose transfer has ended} */
    int lost() {
        return lost.get();
    }

    /**
     * What became of clients that connected one after the other, each with a new key.
     *
     * @param met how many were answered
     * @param nanos how long each took
     */
    record Visits(int met, List<Long> nanos) {}

    Visits visit(PublicKey server, int times) throws InterruptedException {
        int met = 0;
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            ConnectOptions options = ConnectOptions.DEFAULT.withKeyPair(KeyPair.generate()).withTimeout(PATIENCE);
            try (Connection connection = clients.get(i % CLIENT_HOSTS).connect(server, options)) {
                connection.setReadTimeout(PATIENCE);
                connection.writeMessage(new byte[] {Stronghold.HELLO});
                met += connection.readMessage().length;
            } catch (IOException e) {
                System.err.println("a client did not connect: " + e);
            }
            nanos.add(System.nanoTime() - start);
        }
        return new Visits(met, nanos);
    }

    @Override
    public void close() {
        readers.close();
        clients.forEach(Gateway::closeNow);
        nodes.reversed().forEach(Gateway::closeNow);
    }
}
