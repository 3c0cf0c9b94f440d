package omega.flock.swarm;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;

/**
 * What a flock knows about one peer. Pure: time is an argument. Not thread-safe: guarded by the guard of its swarm.
 *
 * <pre>
 *   known ──consider()──► queued ──taken──► dialling ──► connected ──closed──► waiting ──due──► queued
 *     ▲                                        └────────── failed ───────────────┘ │
 *     └───────────────────── given up: forgotten unless explicit or banned ◄────────┘
 * </pre>
 *
 * <p>Explicit and banned are marks beside that life. Rules: hyperswarm 4.17.2 lib/peer-info.js.
 */
final class PeerState {

    private final PublicKey publicKey;
    private final Set<Topic> topics = new LinkedHashSet<>();
    private List<PeerAddress> relayAddresses = List.of();
    private Priority priority = Priority.NORMAL;
    private int attempts;
    private boolean proven;
    private boolean client;
    private boolean explicit;
    private boolean banned;
    private boolean reconnecting = true;
    private boolean queued;
    private boolean waiting;
    private boolean dialOpen;
    private boolean relayForced;
    private boolean everDisconnected;
    private long openedNanos;
    private long disconnectedNanos;
    private long ticket;

    PeerState(PublicKey publicKey) {
        this.publicKey = publicKey;
    }

    PublicKey publicKey() {
        return publicKey;
    }

    /** Returns the topics under which the peer was discovered, oldest first. */
    Set<Topic> topics() {
        return topics;
    }

    /** Notes that the peer was found under a topic. */
    void associate(Topic topic) {
        topics.add(topic);
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

    int attempts() {
        return attempts;
    }

    boolean proven() {
        return proven;
    }

    boolean client() {
        return client;
    }

    boolean explicit() {
        return explicit;
    }

    void explicit(boolean mark) {
        explicit = mark;
    }

    boolean banned() {
        return banned;
    }

    void banned(boolean mark) {
        banned = mark;
    }

    boolean reconnecting() {
        return reconnecting;
    }

    void reconnecting(boolean wanted) {
        reconnecting = wanted;
    }

    boolean queued() {
        return queued;
    }

    void queued(boolean mark) {
        queued = mark;
    }

    boolean waiting() {
        return waiting;
    }

    void waiting(boolean mark) {
        waiting = mark;
    }

    /** Returns the flush ticket of the dial that is queued or under way; 0 for none. */
    long ticket() {
        return ticket;
    }

    void ticket(long number) {
        ticket = number;
    }

    /**
     * Decides whether the peer may be queued, and with which priority.
     *
     * @return false if it is banned, queued already, or out of attempts
     */
    boolean consider() {
        if (explicit && attempts > SwarmConstants.MAX_ATTEMPTS) {
            attempts = SwarmConstants.MAX_ATTEMPTS;
        }
        if (banned || queued || attempts > SwarmConstants.MAX_ATTEMPTS) {
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
        dialOpen = true;
        openedNanos = nowNanos;
    }

    /** A dial of ours has ended, whether it had opened or not. */
    void dialClosed(long nowNanos) {
        if (dialOpen && nowNanos - openedNanos >= SwarmConstants.MIN_CONNECTION_TIME.toNanos()) {
            attempts = 0;
        }
        dialOpen = false;
        everDisconnected = true;
        disconnectedNanos = nowNanos;
        attempts++;
    }

    /** A dial has shown that there is no way to the peer but through a relay: the next one uses it, and comes soon. */
    void forceRelaying() {
        relayForced = true;
        attempts = 0;
    }

    /** Tells whether the peer is dialled with a relay from now on. */
    boolean relayForced() {
        return relayForced;
    }

    /** The peer has connected to us; neither attempts nor proof change. */
    void inboundOpened() {
        client = false;
    }

    /** Tells whether an explicit peer still rests from its last dial. */
    boolean resting(long nowNanos) {
        return everDisconnected
                && nowNanos - disconnectedNanos < attempts * SwarmConstants.EXPLICIT_REST_PER_ATTEMPT.toNanos();
    }

    /** Forgets failures and rest, after a time without network. */
    void startAfresh() {
        attempts = 0;
        everDisconnected = false;
    }

    /** Tells whether nothing but a connection would keep the peer in mind. */
    boolean forgettable() {
        return !banned && !queued && !explicit && !waiting;
    }

    @Override
    public String toString() {
        return "PeerState[" + publicKey + ", attempts " + attempts + ", " + priority + "]";
    }
}
