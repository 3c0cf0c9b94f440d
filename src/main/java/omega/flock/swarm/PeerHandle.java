package omega.flock.swarm;

import java.util.List;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;

/** A peer as the outside may see and mark it; thread-safe. Two handles are equal when they stand for the same peer's state. */
public final class PeerHandle {

    /** What a handle may change; called inside a change. */
    interface Owner {

        /** Bans or unbans a peer, which may have been forgotten meanwhile. */
        void ban(PeerState peer, boolean banned);
    }

    private final Guard guard;
    private final Owner owner;
    private final PeerState peer; // its fields are guarded by guard

    PeerHandle(Guard guard, Owner owner, PeerState peer) {
        this.guard = guard;
        this.owner = owner;
        this.peer = peer;
    }

    /** Returns who it is. */
    public PublicKey publicKey() {
        return peer.publicKey();
    }

    /** Returns the topics under which it was discovered. */
    public List<Topic> topics() {
        return guard.get(() -> List.copyOf(peer.topics()));
    }

    /** Tells whether it is among those who are dialled early. */
    public boolean prioritized() {
        return guard.get(() -> peer.priority().prioritized());
    }

    /** Bans or unbans it. */
    public void ban(boolean banned) {
        guard.run(() -> owner.ban(peer, banned));
    }

    /** Tells whether it is banned. */
    public boolean banned() {
        return guard.get(peer::banned);
    }

    /** Allows or forbids to dial it again by itself after a connection has ended. */
    public void reconnect(boolean wanted) {
        guard.run(() -> peer.reconnecting(wanted));
    }

    /** Tells whether the last connection to it was dialled by us. */
    public boolean client() {
        return guard.get(peer::client);
    }

    /** Tells whether it was joined by key. */
    public boolean explicit() {
        return guard.get(peer::explicit);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerHandle handle && peer == handle.peer;
    }

    @Override
    public int hashCode() {
        return peer.publicKey().hashCode();
    }

    @Override
    public String toString() {
        return "Peer[" + peer.publicKey() + "]";
    }
}
