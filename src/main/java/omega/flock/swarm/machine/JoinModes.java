package omega.flock.swarm.machine;

/**
 * What one session of a topic wants.
 *
 * @param server whether it announces
 * @param client whether it looks up and dials
 * @param limit how many peers of the topic it dials at most; {@link Integer#MAX_VALUE} for no limit
 */
public record JoinModes(boolean server, boolean client, int limit) {

    /**
     * Checks the modes.
     *
     * @throws IllegalArgumentException if neither mode is on, or the limit is negative
     */
    public JoinModes {
        if (!server && !client) {
            throw new IllegalArgumentException("a topic is joined as server, as client or as both, not as neither: server " + server
                    + ", client " + client);
        }
        if (limit < 0) {
            throw new IllegalArgumentException("a limit must not be negative: " + limit);
        }
    }
}
