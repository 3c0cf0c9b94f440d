package omega.flock.swarm;

import java.util.List;
import java.util.function.Supplier;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.swarm.machine.Peer;

/** A peer as the outside may see and mark it; thread-safe. Two handles are equal when they stand for the same peer's state. */
public final class PeerHandle {
    /** Where a peer is looked at and changed. */
    interface Owner {
        /** Reads under the lock that guards the peer. */
        <T> T read(Supplier<T> question);

        /** Bans or unbans a peer, which may have been forgotten meanwhile. */
        void ban(Peer peer, boolean banned);
    }

    private final Owner owner;
    private final Peer peer; // guarded by the lock of its owner

    PeerHandle(Owner owner, Peer peer) {
        this.owner = owner;
        this.peer = peer;
    }

    /** Returns who it is. */
    public PublicKey publicKey() {
        return peer.publicKey();
    }

    /** Returns the topics under which it was discovered. */
    public List<Topic> topics() {
        return owner.read(() -> List.copyOf(peer.topics()));
    }

    /** Tells whether it is among those who are dialled early. */
    public boolean prioritized() {
        return owner.read(peer::prioritized);
    }

    /** Bans or unbans it. */
    public void ban(boolean banned) {
        owner.ban(peer, banned);
    }

    /** Tells whether it is banned. */
    public boolean banned() {
        return owner.read(peer::banned);
    }

    /** Allows or forbids to dial it again by itself after a connection has ended. */
    public void reconnect(boolean wanted) {
        owner.read(() -> {
            peer.reconnecting(wanted);
            return wanted;
        });
    }

    /** Tells whether the last connection to it was dialled by us. */
    public boolean client() {
        return owner.read(peer::client);
    }

    /** Tells whether it was joined by key. */
    public boolean explicit() {
        return owner.read(peer::explicit);
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
