package omega.flock.peer.punch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.rpc.routing.Diversity;
import omega.flock.runtime.NetworkSource;

/**
 * What a NAT does with one socket, judged from what other nodes see of it. Pure; not thread-safe.
 *
 * <pre>
 *                                             samples say
 *   node not firewalled, a sample, not RANDOM ──────────► OPEN
 *   fewer than 3 samples                      ──────────► UNKNOWN
 *   one address seen 3 times or more          ──────────► CONSISTENT, unless as many others were seen once each
 *   no address seen twice                     ──────────► RANDOM
 *   best seen twice, one host, 4 samples      ──────────► RANDOM
 *   best two seen twice each, several hosts   ──────────► CONSISTENT
 *   best seen twice, 5 samples                ──────────► RANDOM
 *   else                                      ──────────► as before
 * </pre>
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/nat.js}. Two differences, neither of which changes what may be on the wire: there
 * a CONSISTENT verdict can never be taken back, so that a NAT which starts to vary its ports is punched at a dead one, and
 * there OPEN is said without any address to punch at (holepunchto/hyperdht#287).
 */
public final class NatAnalysis {

    private static final class Tally {

        private final PeerAddress address;
        private int hits = 1;

        private Tally(PeerAddress address) {
            this.address = address;
        }
    }

    private final Set<NetworkSource> referrers = new HashSet<>();
    private final List<Tally> hosts = new ArrayList<>(); // most seen first, port 0
    private final List<Tally> addresses = new ArrayList<>(); // most seen first
    private Firewall firewall = Firewall.UNKNOWN;
    private List<PeerAddress> published = List.of();
    private boolean frozen;
    private boolean gaveUp;

    /**
     * Adds what a node saw. Only the first sample of each node counts, and of each public address: one host has many nodes for free.
     *
     * @param self the address that the node saw this socket come from
     * @param referrer the node
     * @param firewalled whether the own node believes to be unreachable for strangers
     * @return false if the sample did not count
     */
    public boolean add(PeerAddress self, PeerAddress referrer, boolean firewalled) {
        if (referrers.size() >= PunchConstants.MAX_SAMPLES || !referrers.add(Diversity.voter(referrer))) {
            return false;
        }
        count(hosts, new PeerAddress(self.host(), 0));
        count(addresses, self);
        update(firewalled);
        return true;
    }

    /** Keeps verdict and addresses as they are, because they are being negotiated; samples still count. */
    public void freeze() {
        frozen = true;
    }

    /** Says that no more samples are to be expected. */
    public void giveUp() {
        gaveUp = true;
    }

    /** Returns the verdict. */
    public Firewall firewall() {
        return firewall;
    }

    /** Returns where the socket can be reached, best first; a RANDOM NAT has its host with port 0. Empty while unknown. */
    public Optional<List<PeerAddress>> addresses() {
        return firewall == Firewall.UNKNOWN ? Optional.empty() : Optional.of(published);
    }

    /** Returns how many samples count. */
    public int samples() {
        return referrers.size();
    }

    /** Tells whether it is no use to wait any longer before negotiating. */
    public boolean isSettled() {
        return gaveUp || samples() >= PunchConstants.SETTLING_SAMPLES
                || firewall == Firewall.CONSISTENT || firewall == Firewall.OPEN;
    }

    @Override
    public String toString() {
        return "NatAnalysis[" + firewall + " " + published + ", samples " + samples() + (frozen ? ", frozen" : "") + "]";
    }

    private void update(boolean firewalled) {
        if (frozen) {
            return;
        }
        Firewall judged = judge(firewall == Firewall.OPEN ? Firewall.UNKNOWN : firewall);
        firewall = !firewalled && judged != Firewall.RANDOM ? Firewall.OPEN : judged;
        published = switch (firewall) {
            case UNKNOWN -> List.of();
            case RANDOM -> List.of(hosts.getFirst().address);
            case CONSISTENT, OPEN -> seenTwiceOrAmongTheFirstTwo();
        };
    }

    private Firewall judge(Firewall before) {
        if (samples() < PunchConstants.VERDICT_SAMPLES) {
            return Firewall.UNKNOWN;
        }
        int best = addresses.getFirst().hits;
        if (best >= 3) {
            long single = addresses.stream().filter(tally -> tally.hits == 1).count();
            return single < best ? Firewall.CONSISTENT : Firewall.RANDOM;
        }
        if (best == 1) {
            return Firewall.RANDOM;
        }
        if (hosts.size() == 1 && samples() > 3) {
            return Firewall.RANDOM;
        }
        if (hosts.size() > 1 && addresses.get(1).hits > 1) {
            return Firewall.CONSISTENT;
        }
        return samples() > 4 ? Firewall.RANDOM : before;
    }

    private List<PeerAddress> seenTwiceOrAmongTheFirstTwo() {
        List<PeerAddress> chosen = new ArrayList<>();
        for (Tally tally : addresses) {
            if (tally.hits >= 2 || chosen.size() < 2) {
                chosen.add(tally.address);
            }
        }
        return List.copyOf(chosen);
    }

    /** Counts in a list that stays ordered by hits; among equals the one that got there first leads. */
    private static void count(List<Tally> tallies, PeerAddress address) {
        for (int i = 0; i < tallies.size(); i++) {
            Tally tally = tallies.get(i);
            if (tally.address.equals(address)) {
                tally.hits++;
                for (; i > 0 && tallies.get(i - 1).hits < tally.hits; i--) {
                    Collections.swap(tallies, i, i - 1);
                }
                return;
            }
        }
        tallies.add(new Tally(address));
    }
}
