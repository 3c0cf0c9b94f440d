package omega.flock.swarm;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;
import omega.flock.swarm.machine.Link;

/**
 * What a swarm needs of the network. Methods that wait end with {@link InterruptedException} when their thread is
 * interrupted, and end soon then.
 */
public interface Network {

    /**
     * Connects to a peer.
     *
     * @param relays nodes that may reach it; empty if unknown
     * @param relayThrough blind relays that may carry the connection; empty for none
     * @param limit after which it fails
     */
    Link dial(PublicKey remote, KeyPair identity, List<PeerAddress> relays, List<PublicKey> relayThrough, Duration limit)
            throws IOException, InterruptedException;

    /**
     * Makes {@code identity} reachable and waits until it is announced.
     *
     * @param rejects asked on a thread of its own for each handshake, with a time limit
     * @param relayThrough asked for each handshake: blind relays that may carry the connection; empty for none
     */
    Listener listen(KeyPair identity, Predicate<PublicKey> rejects, Supplier<List<PublicKey>> relayThrough)
            throws IOException, InterruptedException;

    /** Tells whether anybody of the network answers; true also while nobody was asked. */
    boolean online();

    /** Tells whether the NAT of this host gives it another port for each destination, which makes punching a matter of luck. */
    boolean randomized();

    /** Starts to look a topic up. */
    Query<LookupReply> lookup(Topic topic, List<PeerAddress> seeds) throws IOException;

    /**
     * Starts to look a topic up and announce {@code identity} at the closest nodes.
     *
     * @param relays nodes through which the key is reached
     */
    Query<LookupReply> announce(Topic topic, KeyPair identity, List<PeerAddress> relays, AnnounceOptions options) throws IOException;

    /** Starts to look a topic up and withdraw {@code identity} wherever the walk meets it. */
    Query<LookupReply> lookupAndUnannounce(Topic topic, KeyPair identity, List<PeerAddress> seeds) throws IOException;

    /** Withdraws {@code identity} from these nodes. */
    void unannounce(Topic topic, KeyPair identity, List<PeerAddress> nodes) throws IOException, InterruptedException;

    /** Runs {@code listener} whenever the network of this host has changed, or came back; it must not block. */
    void onChange(Runnable listener);

    /** Lets go of the network. */
    void suspend() throws InterruptedException;

    /** Takes the network back. */
    void resume() throws InterruptedException;

    /** Closes everything, with the courtesies that the network expects. Bounded, idempotent. */
    void close();

    /** Closes everything at once. Idempotent. */
    void closeNow();
}
