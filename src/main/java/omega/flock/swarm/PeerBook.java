package omega.flock.swarm;

import java.util.ArrayList;
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
 * is bounded. Pure; not thread-safe.
 */
final class PeerBook {

    private final Map<PublicKey, PeerState> peers = new HashMap<>();
    private final Set<PeerState> explicit = new LinkedHashSet<>();
    private final Set<PublicKey> firewallBans = new LinkedHashSet<>();
    private final int maxDiscovered;
    private final int maxFirewallBans;

    PeerBook() {
        this(SwarmConstants.MAX_DISCOVERED_PEERS, SwarmConstants.MAX_FIREWALL_BANS);
    }

    PeerBook(int maxDiscovered, int maxFirewallBans) {
        this.maxDiscovered = maxDiscovered;
        this.maxFirewallBans = maxFirewallBans;
    }

    Optional<PeerState> find(PublicKey key) {
        return Optional.ofNullable(peers.get(key));
    }

    /** Returns the peer of a key, a new one if it is unknown. */
    PeerState upsert(PublicKey key) {
        return peers.computeIfAbsent(key, PeerState::new);
    }

    /** Returns the peer of a key that a lookup yielded; empty if it is unknown and too many others are known. */
    Optional<PeerState> discover(PublicKey key) {
        PeerState known = peers.get(key);
        if (known == null && peers.size() - firewallBans.size() >= maxDiscovered) {
            return Optional.empty();
        }
        return Optional.of(known != null ? known : upsert(key));
    }

    /** Returns what is known under the key of a peer, this very peer if it had been forgotten. */
    PeerState recall(PeerState peer) {
        return peers.computeIfAbsent(peer.publicKey(), key -> peer);
    }

    void explicit(PeerState peer, boolean mark) {
        peer.explicit(mark);
        if (mark) {
            explicit.add(peer);
        } else {
            explicit.remove(peer);
        }
    }

    /** Returns the explicit peers in the order in which they were joined: a snapshot. */
    List<PeerState> explicitPeers() {
        return new ArrayList<>(explicit);
    }

    int explicitCount() {
        return explicit.size();
    }

    /**
     * Remembers a ban by the firewall.
     *
     * @return the peer whose ban had to be given up for it
     */
    Optional<PeerState> banByFirewall(PeerState peer) {
        peer.banned(true);
        firewallBans.add(peer.publicKey());
        if (firewallBans.size() <= maxFirewallBans) {
            return Optional.empty();
        }
        PublicKey oldest = firewallBans.iterator().next();
        firewallBans.remove(oldest);
        Optional<PeerState> freed = find(oldest);
        freed.ifPresent(state -> state.banned(false));
        return freed;
    }

    /** Sets or clears a ban on the user's behalf; such bans are kept without limit. */
    void ban(PeerState peer, boolean banned) {
        peer.banned(banned);
        firewallBans.remove(peer.publicKey());
    }

    /** Forgets a peer that nothing holds; says whether it did. */
    boolean forget(PeerState peer, boolean connected) {
        return !connected && peer.forgettable() && peers.remove(peer.publicKey(), peer);
    }

    Collection<PeerState> all() {
        return Collections.unmodifiableCollection(peers.values());
    }

    void clear() {
        peers.clear();
        explicit.clear();
        firewallBans.clear();
    }
}
