package omega.flock.gateway;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.PublicKey;
import omega.flock.peer.PeerServerOptions;

/**
 * How a server treats those who want to connect. Immutable: {@link #DEFAULT} and the {@code with…} methods.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>default</th></tr>
 * <tr><td>firewall</td><td>rejects nobody</td></tr>
 * <tr><td>share local address</td><td>true: peers on the same network may connect directly</td></tr>
 * <tr><td>relay through</td><td>none of our own; one that the client wants is used</td></tr>
 * <tr><td>backlog</td><td>{@value #DEFAULT_BACKLOG} connections that nobody has accepted yet</td></tr>
 * </table>
 */
public final class ServerOptions {

    /** Connections that may wait for {@link GatewayServer#accept()}. */
    public static final int DEFAULT_BACKLOG = 256;

    /** The defaults of the table above. */
    public static final ServerOptions DEFAULT = new ServerOptions(PeerServerOptions.ADMIT_ALL, true, DEFAULT_BACKLOG, List::of);

    private final Predicate<PublicKey> firewall;
    private final boolean shareLocalAddress;
    private final int backlog;
    private final Supplier<List<PublicKey>> relayThrough;

    private ServerOptions(Predicate<PublicKey> firewall, boolean shareLocalAddress, int backlog,
            Supplier<List<PublicKey>> relayThrough) {
        this.firewall = firewall;
        this.shareLocalAddress = shareLocalAddress;
        this.backlog = backlog;
        this.relayThrough = relayThrough;
    }

    /**
     * Returns options with another firewall. It runs on a virtual thread of its own for each handshake, for at most five
     * seconds; one that throws or takes longer rejects. Whoever is rejected gets no answer at all.
     *
     * <p>It is no secret that somebody listens: the announcement stands at nodes of the hash table, which know the key, and each of which
     * sees from where it is dialled through that node, though not under which key. Keys cost nothing: whoever is rejected may come again
     * under another, so a firewall that names whom to admit holds and one that names whom to reject does not. It guards the application,
     * not the packets: a handshake costs this host some hundred microseconds before the firewall is asked, which other bounds hold down.
     *
     * @param rejects tells by the key of the peer, which is proven at that point; true rejects
     */
    public ServerOptions withFirewall(Predicate<PublicKey> rejects) {
        return new ServerOptions(Objects.requireNonNull(rejects, "rejects"), shareLocalAddress, backlog, relayThrough);
    }

    /** Returns options that tell peers the addresses of this host on its local network, or keep them. */
    public ServerOptions withShareLocalAddress(boolean share) {
        return new ServerOptions(firewall, share, backlog, relayThrough);
    }

    /**
     * Returns options with another backlog. When it is full, the newest connection is reset.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public ServerOptions withBacklog(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("a backlog must be at least 1, not " + connections);
        }
        return new ServerOptions(firewall, shareLocalAddress, connections, relayThrough);
    }

    /**
     * Returns options with blind relays, of which one is used for each client, picked at random, in place of any that the
     * client brings. What a relay does and learns, and when it is used: {@link ConnectOptions#withRelayThrough}.
     *
     * @param relays none to use no relay of our own
     */
    public ServerOptions withRelayThrough(PublicKey... relays) {
        Objects.requireNonNull(relays, "relays");
        List<PublicKey> fixed = List.of(relays);
        return withRelayThrough(() -> fixed);
    }

    /**
     * Returns options with blind relays that are asked for at each handshake.
     *
     * @param relays runs on the handshake's virtual thread and must not block; an empty list for no relay of our own
     */
    public ServerOptions withRelayThrough(Supplier<List<PublicKey>> relays) {
        return new ServerOptions(firewall, shareLocalAddress, backlog, Objects.requireNonNull(relays, "relays"));
    }

    /** Returns the firewall. */
    public Predicate<PublicKey> firewall() {
        return firewall;
    }

    /** Tells whether peers learn the addresses of this host on its local network. */
    public boolean shareLocalAddress() {
        return shareLocalAddress;
    }

    /** Returns how many connections may wait to be accepted. */
    public int backlog() {
        return backlog;
    }

    /** Returns the blind relays of which one may carry the next connection. */
    public List<PublicKey> relayThrough() {
        return List.copyOf(relayThrough.get());
    }

    PeerServerOptions toPeerServerOptions() {
        return PeerServerOptions.DEFAULT.withFirewall(firewall).withShareLocalAddress(shareLocalAddress).withBacklog(backlog)
                .withRelayThrough(relayThrough);
    }
}
