package omega.flock;

import java.util.List;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.swarm.Swarm;
import omega.flock.swarm.machine.Peer;

/**
 * What a flock knows about one peer, and how it should treat it. Live: every method tells the state of the moment.
 * Thread-safe; nothing here waits.
 *
 * <p>A flock forgets a peer that is neither connected nor dialled, waited for, explicit or banned, and begins anew with it
 * later. Identify peers by {@link #publicKey()}, not by this object.
 */
public final class PeerInfo {

    private final Swarm swarm;
    private final Peer peer; // guarded by the lock of the swarm

    PeerInfo(Swarm swarm, Peer peer) {
        this.swarm = swarm;
        this.peer = peer;
    }

    /** Returns who it is. */
    public PublicKey publicKey() {
        return peer.publicKey();
    }

    /**
     * Returns the topics under which this flock discovered the peer, the first one first: a snapshot. Empty for a peer that
     * dialled and was not discovered. It may grow while connected, and does not shrink when a topic is left.
     */
    public List<Topic> topics() {
        return swarm.read(() -> List.copyOf(peer.topics()));
    }

    /** Tells whether the peer is among those who are dialled early: new, or lost only once or twice. */
    public boolean isPrioritized() {
        return swarm.read(peer::prioritized);
    }

    /** The same as {@link #isPrioritized()}, under the name that the JavaScript stack has. */
    public boolean prioritized() {
        return swarm.read(peer::prioritized);
    }

    /**
     * Bans the peer: it is not dialled, and its own attempts get no answer. A connection that is open stays open. Works also if the
     * flock has forgotten the peer.
     */
    public void ban() {
        swarm.ban(peer, true);
    }

    /** Lifts the ban, also one by the firewall. That does not dial by itself: the next lookup or {@link Flock#joinPeer} does. */
    public void unban() {
        swarm.ban(peer, false);
    }

    /** {@linkplain #ban() Bans} the peer, or {@linkplain #unban() lifts} the ban: as the JavaScript stack has it. */
    public void ban(boolean banned) {
        swarm.ban(peer, banned);
    }

    /** Tells whether the peer is banned, by {@link #ban()} or by the firewall. */
    public boolean isBanned() {
        return swarm.read(peer::banned);
    }

    /** The same as {@link #isBanned()}, under the name that the JavaScript stack has. */
    public boolean banned() {
        return swarm.read(peer::banned);
    }

    /**
     * Sets whether the flock dials the peer again by itself after a connection to it has ended. Default: true. False does
     * not keep a lookup that finds the peer, or {@link Flock#joinPeer}, from dialling it.
     */
    public void reconnect(boolean reconnect) {
        swarm.reconnect(peer, reconnect);
    }

    /** Tells whether the last connection to the peer was dialled by this side; false before the first. */
    public boolean isClient() {
        return swarm.read(peer::client);
    }

    /** The same as {@link #isClient()}, under the name that the JavaScript stack has. */
    public boolean client() {
        return swarm.read(peer::client);
    }

    /** Tells whether the peer was joined by its key, with {@link Flock#joinPeer}. */
    public boolean isExplicit() {
        return swarm.read(peer::explicit);
    }

    /** The same as {@link #isExplicit()}, under the name that the JavaScript stack has. */
    public boolean explicit() {
        return swarm.read(peer::explicit);
    }

    /** Two are equal when they stand for the same peer and the flock has not forgotten it in between. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PeerInfo info && peer == info.peer;
    }

    @Override
    public int hashCode() {
        return peer.publicKey().hashCode();
    }

    @Override
    public String toString() {
        return "PeerInfo[" + publicKey() + "]";
    }
}
