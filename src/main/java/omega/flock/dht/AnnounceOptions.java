package omega.flock.dht;

import java.util.List;
import omega.flock.base.PeerAddress;

/**
 * How to announce.
 *
 * @param clear whether nodes on the way that list the key, but are not among the closest, are asked to forget it
 * @param bump  a hint for others that the topic has news, in milliseconds since 1970; 0 is none
 * @param seeds nodes to start from, the closest ones of an earlier walk
 */
public record AnnounceOptions(boolean clear, long bump, List<PeerAddress> seeds) {

    /** Neither clear nor bump nor seeds. */
    public static final AnnounceOptions DEFAULT = new AnnounceOptions(false, 0, List.of());

    /** Copies the list. */
    public AnnounceOptions {
        seeds = List.copyOf(seeds);
        if (bump < 0) {
            throw new IllegalArgumentException("bump: negative: " + bump);
        }
    }

    /** {@return these options with another {@code clear}} */
    public AnnounceOptions withClear(boolean value) {
        return new AnnounceOptions(value, bump, seeds);
    }

    /** {@return these options with another bump} */
    public AnnounceOptions withBump(long value) {
        return new AnnounceOptions(clear, value, seeds);
    }

    /** {@return these options with other seeds} */
    public AnnounceOptions withSeeds(List<PeerAddress> value) {
        return new AnnounceOptions(clear, bump, value);
    }
}
