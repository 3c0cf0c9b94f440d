package omega.flock.swarm;

import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.runtime.TaskScope;

/** Short names for threads and logs, and the words of a flock that is closed. */
final class SwarmText {
    private static final int DIGITS = 8;

    private SwarmText() {
    }

    static String brief(PublicKey key) {
        return key.toString().substring(0, DIGITS);
    }

    static String brief(Topic topic) {
        return topic.toString().substring(0, DIGITS);
    }

    /** {@return what a call of a closed flock throws that cannot do anything} */
    static IllegalStateException cannot(String what, TaskScope scope) {
        return new IllegalStateException(closed(scope) + ", it cannot " + what, scope.failure().orElse(null));
    }

    /** {@return what a call throws that waits for something of a flock that closes} */
    static FlockException shutDown(TaskScope scope) {
        return new FlockException(Code.SHUT_DOWN, closed(scope), scope.failure().orElse(null));
    }

    private static String closed(TaskScope scope) {
        Optional<Throwable> failure = scope.failure();
        return failure.map(cause -> "the flock failed: " + cause).orElse("the flock is closed");
    }
}
