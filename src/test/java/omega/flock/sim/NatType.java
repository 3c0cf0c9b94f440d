package omega.flock.sim;

/** How a NAT picks the outside port of a flow and whom it lets in; both filter by the remote address and port. */
public enum NatType {
    /** One outside port for each inside port, whatever the destination (endpoint-independent mapping). */
    CONSISTENT,
    /** A new random outside port for each destination (endpoint-dependent mapping, "symmetric"). */
    RANDOM
}
