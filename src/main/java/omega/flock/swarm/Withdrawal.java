package omega.flock.swarm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;

/**
 * Takes the record of a topic back from the nodes that may hold it, on a virtual thread of its own: first lets an
 * announcement that was cut short arrive, because what arrives after its withdrawal would lie there for 20 minutes.
 */
final class Withdrawal {

    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    private final SwarmContext<?> context;
    private final Topic topic;
    private final WalkMemory memory; // guarded by context.guard

    Withdrawal(SwarmContext<?> context, Topic topic, WalkMemory memory) {
        this.context = context;
        this.topic = topic;
        this.memory = memory;
    }

    /** Waits for the last refresh to end, then unannounces if that is wanted. Bounded. */
    void run(Optional<Refresh> last, boolean unannounce) throws InterruptedException {
        if (last.isPresent()) {
            Waits.await(last.get().ended(), SwarmConstants.COMMIT_GRACE.multipliedBy(2));
        }
        List<PeerAddress> holders = context.guard.get(memory::withdrawn);
        if (!unannounce || holders.isEmpty()) {
            return;
        }
        try {
            if (!Waits.limited(context.scope, "flock-unannounce " + SwarmText.brief(topic), SwarmConstants.UNANNOUNCE_LIMIT,
                    () -> context.network.unannounce(topic, context.options.keyPair(), holders))) {
                LOG.log(Level.DEBUG, "swarm.unannounce.timeout topic={0}", topic);
            }
        } catch (IOException e) {
            // What nobody takes back expires by itself.
            LOG.log(Level.DEBUG, "swarm.unannounce.failed topic={0} error={1}", topic, e);
        }
    }
}
