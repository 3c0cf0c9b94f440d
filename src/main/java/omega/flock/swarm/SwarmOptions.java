package omega.flock.swarm;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.swarm.machine.Backoffs;
import omega.flock.swarm.machine.DialBudget;

/**
 * How a swarm behaves.
 *
 * @param keyPair who it is
 * @param budget how many connections and dials it may have
 * @param backoffs the lengths of its retry timers
 * @param firewall tells whom to reject and ban; empty for nobody
 * @param relayThrough blind relays for peers that cannot be reached without
 */
public record SwarmOptions(KeyPair keyPair, DialBudget budget, Backoffs backoffs, Optional<Predicate<PublicKey>> firewall,
                           List<PublicKey> relayThrough) {

    /** Checks that nothing is missing. */
    public SwarmOptions {
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(budget, "budget");
        Objects.requireNonNull(backoffs, "backoffs");
        Objects.requireNonNull(firewall, "firewall");
        relayThrough = List.copyOf(relayThrough);
    }
}
