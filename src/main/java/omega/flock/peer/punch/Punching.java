package omega.flock.peer.punch;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.net.UdpPort;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** What all punchers of one node share, and where they come from. Thread-safe; owned by the node, which closes the sockets. */
public final class Punching {

    private final Ticker ticker;
    private final TaskScope scope;
    private final RandomGenerator random;
    private final PunchNode node;
    private final PunchSockets sockets;
    private final RandomPunchGate gate;
    private final PunchStats stats = new PunchStats();
    private final AtomicInteger live = new AtomicInteger();

    /**
     * Puts the parts together.
     *
     * @param scope where the probing threads run
     * @param random where guessed ports come from; thread-safe, such as a {@code SecureRandom}
     */
    public Punching(Ticker ticker, TaskScope scope, RandomGenerator random, PunchNode node, PunchSockets sockets,
            RandomPunchGate gate) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.scope = Objects.requireNonNull(scope, "scope");
        this.random = Objects.requireNonNull(random, "random");
        this.node = Objects.requireNonNull(node, "node");
        this.sockets = Objects.requireNonNull(sockets, "sockets");
        this.gate = Objects.requireNonNull(gate, "gate");
    }

    /**
     * Opens a puncher with a fresh socket and starts to find out what its NAT does.
     *
     * @param initiator whether this side dialled; only the initiator acts on a probe
     * @param remoteFirewall what the other peer's handshake said about its NAT
     * @throws IOException if no socket could be opened
     */
    public HolePuncher open(boolean initiator, Firewall remoteFirewall, PunchListener listener) throws IOException {
        return open(initiator, Optional.empty(), remoteFirewall, listener);
    }

    /**
     * Does the same as the side that was dialled.
     *
     * @param client where the client comes from: a random punch for it has to wait for its turn among the others
     */
    public HolePuncher openFor(NetworkSource client, Firewall remoteFirewall, PunchListener listener) throws IOException {
        return open(false, Optional.of(client), remoteFirewall, listener);
    }

    private HolePuncher open(boolean initiator, Optional<NetworkSource> stranger, Firewall remoteFirewall, PunchListener listener)
            throws IOException {
        Objects.requireNonNull(remoteFirewall, "remoteFirewall");
        Objects.requireNonNull(listener, "listener");
        HolePuncher puncher = new HolePuncher(this, initiator, stranger, remoteFirewall, listener);
        puncher.start();
        return puncher;
    }

    /**
     * Sends a neighbour in the local network a probe from the port that it will try, so that the own host's firewall takes
     * what comes back for an answer: two hosts that refuse strangers never meet on their network otherwise
     * (holepunchto/hyperdht#210). A node takes no notice of a probe on its main ports.
     *
     * @param neighbour where the peer's streams come from
     * @param outside where the peer's requests come from, seen from outside: a JavaScript peer pings before it connects, from
     *     another socket, whose port most NATs leave as it is
     */
    public void knock(UdpPort from, PeerAddress neighbour, PeerAddress outside) {
        for (int port : new int[] {neighbour.port(), outside.port()}) {
            if (port != 0) {
                sockets.sendProbe(from, new PeerAddress(neighbour.host(), port).toSocketAddress());
            }
        }
    }

    /** Returns the sockets. */
    public PunchSockets sockets() {
        return sockets;
    }

    /** Returns the gate for random punches. */
    public RandomPunchGate gate() {
        return gate;
    }

    /** Returns the counts of punches. */
    public PunchStats stats() {
        return stats;
    }

    /** Returns how many punchers are open. */
    public int live() {
        return live.get();
    }

    Ticker ticker() {
        return ticker;
    }

    TaskScope scope() {
        return scope;
    }

    RandomGenerator random() {
        return random;
    }

    PunchNode node() {
        return node;
    }

    void countOpened() {
        live.incrementAndGet();
    }

    void countClosed() {
        live.decrementAndGet();
    }
}
