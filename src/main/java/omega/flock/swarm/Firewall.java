package omega.flock.swarm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import omega.flock.base.PublicKey;
import omega.flock.peer.PeerConstants;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;

/** Asks the program whom to reject, on the thread of the dial or handshake, never under the lock. */
final class Firewall {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final Predicate<PublicKey> predicate;

    Firewall(Predicate<PublicKey> predicate) {
        this.predicate = predicate;
    }

    /** {@return whether a peer is rejected; empty if the program failed to say} */
    Optional<Boolean> rejects(PublicKey key) {
        try {
            return Optional.of(predicate.test(key));
        } catch (RuntimeException e) {
            return failed(key, e);
        }
    }

    /** {@return the same for a dial, for which nobody else limits the time: asked in a task of the dial's scope} */
    Optional<Boolean> rejects(PublicKey key, TaskScope scope) throws InterruptedException {
        Task<Optional<Boolean>> verdict = scope.forkCallable("flock-firewall " + SwarmText.brief(key), () -> rejects(key));
        try {
            return verdict.join(PeerConstants.FIREWALL_TIMEOUT);
        } catch (TimeoutException e) {
            verdict.cancel();
            return failed(key, e);
        } catch (ExecutionException e) {
            return failed(key, e.getCause());
        }
    }

    private static Optional<Boolean> failed(PublicKey key, Throwable failure) {
        LOG.log(Level.WARNING, "swarm.firewall.failed peer=" + key, failure);
        return Optional.empty();
    }
}
