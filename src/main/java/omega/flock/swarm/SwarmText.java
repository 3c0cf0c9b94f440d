package omega.flock.swarm;

import omega.flock.base.PublicKey;
import omega.flock.base.Topic;

/** Short names for threads and logs. */
final class SwarmText {

    private static final int DIGITS = 8;

    private SwarmText() {}

    static String brief(PublicKey key) {
        return key.toString().substring(0, DIGITS);
    }

    static String brief(Topic topic) {
        return topic.toString().substring(0, DIGITS);
    }
}
