package omega.flock.swarm.machine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;

/**
 * What a flock knows about one peer, and how it stands to it. Not thread-safe: guarded by the lock of its swarm. Rules: hyperswarm 4.17.2
 * lib/peer-info.js.
 */
public final class Peer {
    private final PublicKey publicKey;
    private final Set<Topic> topics = new LinkedHashSet<>();
    private List<PeerAddress> relayAddresses = List.of();
    private Priority priority = Priority.NORMAL;
    private boolean client;
    private boolean reconnecting = true;
    private boolean everDisconnected;
    private long disconnectedNanos;
    private Optional<Long> openedNanos = Optional.empty(); // of a dial of ours, while it is open
    int attempts;
    boolean proven;
    boolean explicit;
    boolean banned;
    boolean relayForced;
    /** Whether a retry timer runs; it outlasts a connection that the peer opens meanwhile. */
    boolean retrying;
    PeerStanding standing = PeerStanding.Rest.IDLE;

    Peer(PublicKey publicKey) {
        this.publicKey = publicKey;
    }

    /** {@return who it is} */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** {@return the topics under which it was discovered, the oldest first} */
    public Set<Topic> topics() {
        return topics;
    }

    /** {@return whether it is among those who are dialled early} */
    public boolean prioritized() {
        return priority.prioritized();
    }

    /** {@return whether it is banned} */
    public boolean banned() {
        return banned;
    }

    /** {@return whether the last connection to it was dialled by us} */
    public boolean client() {
        return client;
    }

    /** {@return whether it was joined by key} */
    public boolean explicit() {
        return explicit;
    }

    /** {@return whether it is dialled again by itself after a connection has ended} */
    public boolean reconnecting() {
        return reconnecting;
    }

    /** Allows or forbids that. */
    public void reconnecting(boolean wanted) {
        reconnecting = wanted;
    }

    List<PeerAddress> relayAddresses() {
        return relayAddresses;
    }

    /** Takes newer relay addresses; none at all tells nothing new and replaces nothing. */
    void updateRelayAddresses(List<PeerAddress> addresses) {
        if (!addresses.isEmpty()) {
            relayAddresses = List.copyOf(addresses.subList(0, Math.min(addresses.size(), SwarmConstants.MAX_RELAY_ADDRESSES)));
        }
    }

    Priority priority() {
        return priority;
    }

    /**
     * Decides whether the peer may be queued, and with which priority.
     *
     * @return false if it is banned, queued or engaged already, or out of attempts
     */
    boolean consider() {
        if (explicit && attempts > SwarmConstants.MAX_ATTEMPTS) {
            attempts = SwarmConstants.MAX_ATTEMPTS;
        }
        if (banned || !(standing instanceof PeerStanding.Rest) || attempts > SwarmConstants.MAX_ATTEMPTS) {
            return false;
        }
        priority = Priority.afterAttempts(attempts);
        return true;
    }

    /** The peer was found again by a lookup while it is neither connected nor dialled. */
    void rediscovered() {
        if (!priority.prioritized() || !client) {
            client = false;
            proven = false;
            attempts = 0;
        }
    }

    /** A dial of ours has opened. */
    void dialOpened(long nowNanos) {
        proven = true;
        client = true;
        openedNanos = Optional.of(nowNanos);
    }

    /** A dial of ours has ended, whether it had opened or not. */
    void dialClosed(long nowNanos) {
        if (openedNanos.isPresent() && nowNanos - openedNanos.get() >= SwarmConstants.MIN_CONNECTION_TIME.toNanos()) {
            attempts = 0;
        }
        openedNanos = Optional.empty();
        everDisconnected = true;
        disconnectedNanos = nowNanos;
        attempts++;
    }

    /** A dial has shown that there is no way to the peer but through a relay: the next one uses it, and comes soon. */
    void forceRelaying() {
        relayForced = true;
        attempts = 0;
    }

    /** The peer has connected to us; neither attempts nor proof change. */
    void inboundOpened() {
        client = false;
    }

    /** Tells whether an explicit peer still rests from its last dial. */
    boolean resting(long nowNanos) {
        return everDisconnected && nowNanos - disconnectedNanos < attempts * SwarmConstants.EXPLICIT_REST_PER_ATTEMPT.toNanos();
    }

    /** Forgets failures and rest, after a time without network. */
    void startAfresh() {
        attempts = 0;
        everDisconnected = false;
    }

    /** Nothing is under way any more. */
    void rest() {
        standing = retrying ? PeerStanding.Rest.WAITING : PeerStanding.Rest.IDLE;
    }

    boolean queued() {
        return standing instanceof PeerStanding.Queued;
    }

    /** Tells whether nothing holds the peer in mind. */
    boolean forgettable() {
        return standing == PeerStanding.Rest.IDLE && !retrying && !banned && !explicit;
    }

    @Override
    public String toString() {
        return "Peer[" + publicKey + ", attempts " + attempts + ", " + priority + ", " + standing + "]";
    }
}
