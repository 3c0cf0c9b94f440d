package omega.flock.swarm.machine;

/**
 * The life of a swarm.
 *
 * <pre>
 *   OPEN ◄──────► SUSPENDED ──close()──► CLOSED      absorbing
 *     └──────────────close()───────────────▲
 * </pre>
 */
public enum Phase {
    /** Dials, accepts and searches. */
    OPEN,
    /** Keeps its topics and explicit peers in mind, and uses no network. */
    SUSPENDED,
    /** Lets nothing begin; ends what there is. */
    CLOSED
}
