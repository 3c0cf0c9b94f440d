package omega.flock.peer;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.PublicKey;
import omega.flock.secret.SecretStream;

/**
 * How a server takes connections. Immutable.
 *
 * @param firewall asked for each new peer on a virtual thread; true, an exception or no answer within
 *     {@link PeerConstants#FIREWALL_TIMEOUT} rejects it, and the peer learns nothing
 * @param sink who takes connections, each on a virtual thread of its own; absent: {@link PeerServer#accept()}
 * @param punchPolicy asked before each punching; false ends the attempt
 * @param shareLocalAddress whether our local addresses are told to peers
 * @param handshakeClearWait how long a finished or refused handshake is remembered against repetition
 * @param backlog how many connections wait for {@link PeerServer#accept()} at most; the next one is reset
 * @param relayThrough asked at each handshake, must not block: keys of blind relays, of which one is used at random; none if
 *     empty
 */
public record PeerServerOptions(Predicate<PublicKey> firewall, Optional<Consumer<SecretStream>> sink,
                                PunchPolicy punchPolicy, boolean shareLocalAddress, Duration handshakeClearWait, int backlog,
                                Supplier<List<PublicKey>> relayThrough) {

    /** The firewall that rejects nobody. It is not asked, which spares a handshake two changes of threads. */
    public static final Predicate<PublicKey> ADMIT_ALL = key -> false;

    /** Admits everybody, offers 256 connections by {@link PeerServer#accept()}, punches, shares local addresses, 10 s. */
    public static final PeerServerOptions DEFAULT = new PeerServerOptions(ADMIT_ALL, Optional.empty(),
            PunchPolicy.ALWAYS, true, PeerConstants.HANDSHAKE_CLEAR_WAIT, PeerConstants.ACCEPT_BACKLOG, List::of);

    /** Checks that nothing is missing. */
    public PeerServerOptions {
        Objects.requireNonNull(firewall, "firewall");
        Objects.requireNonNull(sink, "sink");
        Objects.requireNonNull(punchPolicy, "punchPolicy");
        Objects.requireNonNull(relayThrough, "relayThrough");
        if (handshakeClearWait.isNegative() || handshakeClearWait.isZero()) {
            throw new IllegalArgumentException("handshakeClearWait is not positive: " + handshakeClearWait);
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog is less than 1: " + backlog);
        }
    }

    /** Returns these options with a firewall: true rejects. */
    public PeerServerOptions withFirewall(Predicate<PublicKey> rejects) {
        return new PeerServerOptions(rejects, sink, punchPolicy, shareLocalAddress, handshakeClearWait, backlog,
                relayThrough);
    }

    /** Returns these options with a taker of connections in place of {@link PeerServer#accept()}. */
    public PeerServerOptions withSink(Consumer<SecretStream> taker) {
        return new PeerServerOptions(firewall, Optional.of(taker), punchPolicy, shareLocalAddress,
                handshakeClearWait, backlog, relayThrough);
    }

    /** Returns these options with a say on punching. */
    public PeerServerOptions withPunchPolicy(PunchPolicy policy) {
        return new PeerServerOptions(firewall, sink, policy, shareLocalAddress, handshakeClearWait, backlog,
                relayThrough);
    }

    /** Returns these options with the sharing of local addresses switched on or off. */
    public PeerServerOptions withShareLocalAddress(boolean share) {
        return new PeerServerOptions(firewall, sink, punchPolicy, share, handshakeClearWait, backlog,
                relayThrough);
    }

    /** Returns these options with another memory of finished handshakes, more than zero. */
    public PeerServerOptions withHandshakeClearWait(Duration wait) {
        return new PeerServerOptions(firewall, sink, punchPolicy, shareLocalAddress, wait, backlog,
                relayThrough);
    }

    /** Returns these options with room for another number of connections that nobody has accepted, at least 1. */
    public PeerServerOptions withBacklog(int connections) {
        return new PeerServerOptions(firewall, sink, punchPolicy, shareLocalAddress, handshakeClearWait,
                connections, relayThrough);
    }

    /** Returns these options with blind relays to choose from, asked for at each handshake; must not block. */
    public PeerServerOptions withRelayThrough(Supplier<List<PublicKey>> relays) {
        return new PeerServerOptions(firewall, sink, punchPolicy, shareLocalAddress, handshakeClearWait, backlog,
                relays);
    }
}
