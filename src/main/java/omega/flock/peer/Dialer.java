package omega.flock.peer;

import java.util.concurrent.RejectedExecutionException;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.runtime.Nanos;
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;

/** Dials peers, any number at a time, each on the thread of its caller. Thread-safe. */
final class Dialer {

    /**
     * What a dial has reached.
     *
     * @param stream the connection
     * @param raw what carries it
     */
    record Reached(SecretStream stream, UdxStream raw) {}

    private final PeerContext context;
    private final KeyPair defaultKeyPair;

    Dialer(PeerContext context, KeyPair defaultKeyPair) {
        this.context = context;
        this.defaultKeyPair = defaultKeyPair;
    }

    /** Reaches a peer for the program; see {@link PeerNode#connect}. */
    SecretStream connect(PublicKey remote, DialOptions options) throws FlockException, InterruptedException {
        SecretStream stream = dial(remote, options, false).stream();
        context.counters().dialled.increment();
        return stream;
    }

    /**
     * Reaches a peer.
     *
     * @param forStranger whether a stranger has named it: looking for it then yields to everything else
     */
    Reached dial(PublicKey remote, DialOptions options, boolean forStranger) throws FlockException, InterruptedException {
        long deadline = context.ticker().nanoTime() + Nanos.of(options.timeout().orElse(PeerConstants.DIAL_TIMEOUT));
        context.counters().dials.incrementAndGet();
        try (Dial dial = new Dial(context, remote, options, forStranger, options.keyPair().orElse(defaultKeyPair), deadline)) {
            return dial.run();
        } catch (FlockException e) {
            if (context.ticker().nanoTime() - deadline >= 0) {
                throw new FlockException(Code.DIAL_TIMEOUT, "no connection to " + remote + " in time", e);
            }
            throw e;
        } catch (RejectedExecutionException e) {
            throw new FlockException(Code.SHUT_DOWN, "the node is closing", e);
        } finally {
            context.counters().dials.decrementAndGet();
        }
    }
}
