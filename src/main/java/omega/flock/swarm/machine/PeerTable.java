package omega.flock.swarm.machine;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PublicKey;

/**
 * Everyone a flock has in mind: connected, dialled, queued, waiting, explicit, banned. What strangers can make it remember
 * is bounded. Not thread-safe.
 */
final class PeerTable {
    private final Map<PublicKey, Peer> peers = new HashMap<>();
    private final Set<Peer> explicit = new LinkedHashSet<>();
    private final Set<PublicKey> firewallBans = new LinkedHashSet<>();
    private final int maxDiscovered;
    private final int maxFirewallBans;

    PeerTable(int maxDiscovered, int maxFirewallBans) {
        this.maxDiscovered = maxDiscovered;
        this.maxFirewallBans = maxFirewallBans;
    }

    Optional<Peer> find(PublicKey key) {
        return Optional.ofNullable(peers.get(key));
    }

    boolean banned(PublicKey key) {
        Peer peer = peers.get(key);
        return peer != null && peer.banned;
    }

    /** {@return the peer of a key, a new one if it is unknown} */
    Peer upsert(PublicKey key) {
        return peers.computeIfAbsent(key, Peer::new);
    }

    /** {@return the peer of a key that a lookup yielded; empty if it is unknown and too many others are known} */
    Optional<Peer> discover(PublicKey key) {
        boolean full = !peers.containsKey(key) && peers.size() - firewallBans.size() >= maxDiscovered;
        return full ? Optional.empty() : Optional.of(upsert(key));
    }

    /** {@return what is known under the key of a peer, this very peer if it had been forgotten} */
    Peer recall(Peer peer) {
        return peers.computeIfAbsent(peer.publicKey(), key -> peer);
    }

    void explicit(Peer peer, boolean mark) {
        peer.explicit = mark;
        if (mark) {
            explicit.add(peer);
        } else {
            explicit.remove(peer);
        }
    }

    /** {@return the explicit peers in the order in which they were joined: a snapshot} */
    List<Peer> explicitPeers() {
        return List.copyOf(explicit);
    }

    int explicitCount() {
        return explicit.size();
    }

    /**
     * Remembers a ban by the firewall.
     *
     * @return the peer whose ban had to be given up for it
     */
    Optional<Peer> banByFirewall(Peer peer) {
        peer.banned = true;
        firewallBans.add(peer.publicKey());
        if (firewallBans.size() <= maxFirewallBans) {
            return Optional.empty();
        }
        PublicKey oldest = firewallBans.iterator().next();
        firewallBans.remove(oldest);
        Optional<Peer> freed = find(oldest);
        freed.ifPresent(known -> known.banned = false);
        return freed;
    }

    /** Sets or clears a ban on the user's behalf; such bans are kept without limit. */
    void ban(Peer peer, boolean banned) {
        peer.banned = banned;
        firewallBans.remove(peer.publicKey());
    }

    /** Forgets a peer that nothing holds; says whether it did. */
    boolean forget(Peer peer) {
        return peer.forgettable() && peers.remove(peer.publicKey(), peer);
    }

    Collection<Peer> all() {
        return Collections.unmodifiableCollection(peers.values());
    }

    void clear() {
        peers.clear();
        explicit.clear();
        firewallBans.clear();
    }
}
