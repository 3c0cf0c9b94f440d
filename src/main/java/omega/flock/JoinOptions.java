package omega.flock;

import omega.flock.swarm.machine.JoinModes;

/**
 * What one {@link Flock#join join} of a topic wants. Immutable.
 *
 * @param server whether to announce under the topic and take connections; {@link #DEFAULT}: true
 * @param client whether to look the topic up and dial whom it yields; {@link #DEFAULT}: true
 * @param limit how many peers of the topic are dialled at most, counted as distinct keys that are connected, being dialled
 *     or waiting for it; 0 for none, {@link Integer#MAX_VALUE} (the default) for no limit. When several sessions of a topic
 *     look it up, the largest of their limits holds
 */
public record JoinOptions(boolean server, boolean client, int limit) {

    /** Server and client, no limit. */
    public static final JoinOptions DEFAULT = new JoinOptions(true, true, Integer.MAX_VALUE);

    /** Server only: be found, look for nobody. */
    public static final JoinOptions SERVER = new JoinOptions(true, false, Integer.MAX_VALUE);

    /** Client only: find others, be found by nobody. */
    public static final JoinOptions CLIENT = new JoinOptions(false, true, Integer.MAX_VALUE);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if neither server nor client is wanted, or the limit is negative
     */
    public JoinOptions {
        new JoinModes(server, client, limit); // checks them
    }

    /**
     * Returns these options with another limit.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public JoinOptions withLimit(int newLimit) {
        return new JoinOptions(server, client, newLimit);
    }

    JoinModes modes() {
        return new JoinModes(server, client, limit);
    }
}
