package omega.flock.peer.punch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omega.flock.base.PeerAddress;

/**
 * Chooses the nodes that are asked how they see a socket. Pure; not thread-safe.
 *
 * <p>The newest nodes of the table are skipped when there are others: a NAT may still have an opening for them, made from
 * another socket. Among the next ones, those on different networks go first, because a NAT that picks its ports by the
 * destination's address shows one port to all the nodes of one host. Source: hyperdht 6.34.0 {@code lib/nat.js}; the
 * preference for different networks is ours.
 */
final class NatSampler {

    private final Set<PeerAddress> asked = new HashSet<>();

    /**
     * Returns the nodes to ask now, which are not chosen again.
     *
     * @param newestFirst the routing table
     * @param wanted how many samples are missing
     */
    List<PeerAddress> choose(List<PeerAddress> newestFirst, int wanted) {
        int skip = newestFirst.size() >= PunchConstants.SKIP_FROM_NODES ? PunchConstants.SKIPPED_NODES : 0;
        List<PeerAddress> candidates = newestFirst.stream().skip(skip).filter(node -> !asked.contains(node)).toList();
        List<PeerAddress> window = candidates.subList(0, Math.min(candidates.size(), PunchConstants.SAMPLING_WINDOW));
        Set<String> networks = new HashSet<>();
        asked.forEach(node -> networks.add(network(node)));
        List<PeerAddress> chosen = new ArrayList<>();
        for (PeerAddress node : window) {
            if (chosen.size() < wanted && networks.add(network(node))) {
                chosen.add(node);
            }
        }
        for (PeerAddress node : window) {
            if (chosen.size() < wanted && !chosen.contains(node)) {
                chosen.add(node);
            }
        }
        asked.addAll(chosen);
        return chosen;
    }

    /** The first three octets. */
    private static String network(PeerAddress node) {
        int lastDot = node.host().lastIndexOf('.');
        return lastDot < 0 ? node.host() : node.host().substring(0, lastDot);
    }
}
