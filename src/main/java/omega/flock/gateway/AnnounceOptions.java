package omega.flock.gateway;

import java.util.List;
import java.util.Objects;
import omega.flock.base.PeerAddress;

/**
 * How to announce. Immutable: {@link #DEFAULT} and the {@code with…} methods.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>default</th></tr>
 * <tr><td>clear</td><td>false: stale records of the same key stay where they are</td></tr>
 * <tr><td>bump</td><td>0: no news of the topic</td></tr>
 * <tr><td>seeds</td><td>none: the walk begins with the nodes that the gateway knows</td></tr>
 * </table>
 */
public final class AnnounceOptions {

    /** The defaults of the table above. */
    public static final AnnounceOptions DEFAULT = new AnnounceOptions(omega.flock.dht.AnnounceOptions.DEFAULT);

    private final omega.flock.dht.AnnounceOptions options;

    private AnnounceOptions(omega.flock.dht.AnnounceOptions options) {
        this.options = options;
    }

    /** Returns options that have stale records of the key withdrawn that the walk meets, or not. */
    public AnnounceOptions withClear(boolean clear) {
        return new AnnounceOptions(options.withClear(clear));
    }

    /**
     * Returns options that tell those who look the topic up of news: they see the newest of all announcements as
     * {@link LookupReply#bump()}.
     *
     * @param bump when there was news, in milliseconds since 1970; 0 for none. Nodes ignore what lies more than a minute in the future
     * @throws IllegalArgumentException if it is negative
     */
    public AnnounceOptions withBump(long bump) {
        return new AnnounceOptions(options.withBump(bump));
    }

    /** Returns options that begin the walk with these nodes, the closest ones of an earlier walk for instance. */
    public AnnounceOptions withSeeds(List<PeerAddress> seeds) {
        return new AnnounceOptions(options.withSeeds(Objects.requireNonNull(seeds, "seeds")));
    }

    /** Tells whether stale records of the key are withdrawn. */
    public boolean clear() {
        return options.clear();
    }

    /** Returns when there was news of the topic, in milliseconds since 1970, or 0. */
    public long bump() {
        return options.bump();
    }

    /** Returns the nodes with which the walk begins. */
    public List<PeerAddress> seeds() {
        return options.seeds();
    }

    omega.flock.dht.AnnounceOptions toDhtOptions() {
        return options;
    }
}
