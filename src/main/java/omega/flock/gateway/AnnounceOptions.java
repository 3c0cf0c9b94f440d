package omega.flock.gateway;

import java.util.List;
import omega.flock.base.PeerAddress;

/**
 * How to announce. Immutable: {@link #DEFAULT} and the {@code with…} methods.
 *
 * @param clear whether stale records of the same key that the walk meets are withdrawn; default false
 * @param seeds nodes to begin the walk with, the closest ones of an earlier walk for instance; default none
 */
public record AnnounceOptions(boolean clear, List<PeerAddress> seeds) {

    /** Clears nothing and begins with the nodes that the gateway knows. */
    public static final AnnounceOptions DEFAULT = new AnnounceOptions(false, List.of());

    /** Copies the list. */
    public AnnounceOptions {
        seeds = List.copyOf(seeds);
    }

    /** Returns options that withdraw stale records of the key, or not. */
    public AnnounceOptions withClear(boolean value) {
        return new AnnounceOptions(value, seeds);
    }

    /** Returns options that begin the walk with these nodes. */
    public AnnounceOptions withSeeds(List<PeerAddress> nodes) {
        return new AnnounceOptions(clear, nodes);
    }
}
