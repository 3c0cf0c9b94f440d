package omega.flock.peer;

import java.util.concurrent.RejectedExecutionException;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.secret.SecretStream;

/** Dials peers, any number at a time, each on the thread of its caller. Thread-safe. */
final class Dialer {

    private final PeerContext context;
    private final KeyPair defaultKeyPair;

    Dialer(PeerContext context, KeyPair defaultKeyPair) {
        this.context = context;
        this.defaultKeyPair = defaultKeyPair;
    }

    /** Reaches a peer; see {@link PeerNode#connect}. */
    SecretStream connect(PublicKey remote, DialOptions options) throws FlockException, InterruptedException {
        long deadline = context.ticker().nanoTime() + options.timeout().orElse(PeerConstants.DIAL_TIMEOUT).toNanos();
        context.counters().dials.incrementAndGet();
        try (Dial dial = new Dial(context, remote, options, options.keyPair().orElse(defaultKeyPair), deadline)) {
            return dial.run();
        } catch (FlockException e) {
            if (context.ticker().nanoTime() - deadline >= 0) {
                throw new FlockException("DIAL_TIMEOUT", "no connection to " + remote + " in time", e);
            }
            throw e;
        } catch (RejectedExecutionException e) {
            throw new FlockException("SHUT_DOWN", "the node is closing", e);
        } finally {
            context.counters().dials.decrementAndGet();
        }
    }
}
