package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.base.CloseReason;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.noise.NoiseResult;
import omega.flock.peer.punch.Punching;
import omega.flock.peer.relay.RelayConstants;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.secret.SecretStream;
import omega.flock.secret.SecretStreamOptions;
import omega.flock.transport.StreamFirewall;
import omega.flock.transport.UdxStream;
import omega.flock.transport.UdxTransport;

/** What dials and servers of one node share. Thread-safe. */
final class PeerContext {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final Ticker ticker;
    private final TaskScope scope;
    private final DeadlineQueue timers;
    private final DhtNode dht;
    private final UdxTransport transport;
    private final Punching punching;
    private final LocalAddresses localAddresses;
    private final SecretStreamOptions streamOptions;
    private final SecureRandom random;
    private final Dialer dialer;
    private final Set<UdxStream> rawStreams = ConcurrentHashMap.newKeySet();
    private final Set<SecretStream> secretStreams = ConcurrentHashMap.newKeySet();
    private final RelayCache relayCache = new RelayCache();
    private final DialTurns dialTurns;
    private final OfferedRelays<RelayRoute> offeredRelays;
    private final PeerCounters counters = new PeerCounters();
    private final ReentrantLock admissionLock = new ReentrantLock();
    private final HandshakeAdmission<InboundHandshake> admission; // guarded by its lock

    PeerContext(Ticker ticker, TaskScope scope, DeadlineQueue timers, DhtNode dht, UdxTransport transport, Punching punching,
            LocalAddresses localAddresses, SecretStreamOptions streamOptions, SecureRandom random, KeyPair defaultKeyPair,
            HandshakePlaces halfOpen) {
        this.ticker = ticker;
        this.scope = scope;
        this.timers = timers;
        this.dht = dht;
        this.transport = transport;
        this.punching = punching;
        this.localAddresses = localAddresses;
        this.streamOptions = streamOptions;
        this.random = random;
        this.dialTurns = new DialTurns(ticker);
        this.offeredRelays = new OfferedRelays<>(ticker.nanoTime());
        this.dialer = new Dialer(this, defaultKeyPair);
        this.admission = new HandshakeAdmission<>(halfOpen.relayed(), halfOpen.direct(), ticker.nanoTime());
    }

    /**
     * Wraps a stream in the encryption that a handshake under one of our keys yielded.
     *
     * @param remote what the peer said in that handshake
     */
    SecretStream encrypt(UdxStream raw, NoiseResult keys, boolean initiator, KeyPair local, NoisePayload remote) {
        SecretStream stream = new SecretStream(raw, keys, initiator, local.publicKey(),
                streamOptions.withSecretDatagrams(remote.hasSecretDatagrams()));
        secretStreams.add(stream);
        stream.onClose(reason -> secretStreams.remove(stream));
        return stream;
    }

    /** Creates a raw stream that ends with the node at the latest. */
    UdxStream createStream(StreamFirewall firewall) {
        UdxStream stream = transport.createStream(firewall);
        rawStreams.add(stream);
        stream.onClose(reason -> rawStreams.remove(stream));
        return stream;
    }

    int liveStreams() {
        return rawStreams.size();
    }

    /** Resets all streams, and waits a moment for the resets to leave: whoever calls this closes the ports next. */
    void destroyStreams(CloseReason reason) {
        List<UdxStream> all = List.copyOf(rawStreams);
        CountDownLatch left = new CountDownLatch(all.size());
        for (UdxStream stream : all) {
            stream.destroy(reason);
            stream.onClose(why -> left.countDown());
        }
        try {
            if (!left.await(PeerConstants.RESET_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(Level.DEBUG, "streams.reset.late streams={0}", left.getCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the streams that the program has closed have delivered what was written to them. */
    void awaitLingering(Duration limit) {
        long deadline = ticker.nanoTime() + limit.toNanos();
        for (SecretStream stream : secretStreams) {
            long left = deadline - ticker.nanoTime();
            if (left <= 0) {
                return;
            }
            if (!stream.isOpen()) {
                try {
                    stream.awaitAcknowledged(Duration.ofNanos(left));
                } catch (IOException e) {
                    // It has ended otherwise: nothing to wait for.
                    continue;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** Asks for one more half-open handshake of a server; see {@link HandshakeAdmission#tryEnter}. */
    HandshakeAdmission.Decision<InboundHandshake> admitHandshake(HandshakeAdmission.Applicant applicant, boolean limitSpeed,
            Supplier<InboundHandshake> maker) {
        if (limitSpeed && ConnectionMemory.mustWait(streamOptions.memory(), applicant.client())) {
            return new HandshakeAdmission.Decision<>(Optional.empty(), Optional.empty(), Optional.of(PeerDrop.MEMORY_SHORT));
        }
        admissionLock.lock();
        try {
            return admission.tryEnter(applicant, limitSpeed, maker, ticker.nanoTime());
        } finally {
            admissionLock.unlock();
        }
    }

    /** The first message of a handshake was garbage: its client gets slower. */
    void handshakeFailed(InboundHandshake handshake) {
        admissionLock.lock();
        try {
            admission.failed(handshake, ticker.nanoTime());
        } finally {
            admissionLock.unlock();
        }
    }

    /** Gives back what {@link #admitHandshake} gave; see {@link HandshakeAdmission#settled}. */
    void handshakeSettled(InboundHandshake handshake, boolean connected) {
        admissionLock.lock();
        try {
            admission.settled(handshake, connected, ticker.nanoTime());
        } finally {
            admissionLock.unlock();
        }
    }

    /** {@return whether there is memory for a connection that a peer has opened} */
    boolean admitConnection(SecretStream connection) {
        return ConnectionMemory.admit(streamOptions.memory(), connection);
    }

    Ticker ticker() {
        return ticker;
    }

    /** The scope of the node; whoever forks makes a child of it. */
    TaskScope scope() {
        return scope;
    }

    DeadlineQueue timers() {
        return timers;
    }

    DhtNode dht() {
        return dht;
    }

    Punching punching() {
        return punching;
    }

    LocalAddresses localAddresses() {
        return localAddresses;
    }

    SecureRandom random() {
        return random;
    }

    Dialer dialer() {
        return dialer;
    }

    /** Picks one of some relays at random and a token to meet there under; empty if there are none. */
    Optional<RelayThroughInfo> offerOneOf(List<PublicKey> relays) {
        if (relays.isEmpty()) {
            return Optional.empty();
        }
        byte[] token = new byte[RelayConstants.TOKEN_BYTES];
        random.nextBytes(token);
        return Optional.of(RelayThroughInfo.of(relays.get(random.nextInt(relays.size())), token));
    }

    RelayCache relayCache() {
        return relayCache;
    }

    DialTurns dialTurns() {
        return dialTurns;
    }

    OfferedRelays<RelayRoute> offeredRelays() {
        return offeredRelays;
    }

    PeerCounters counters() {
        return counters;
    }
}
