package omega.flock.rpc;

/** Why something that came from the network, or should have gone there, was dropped. */
public enum DropReason {
    /** Its first byte is neither that of a request nor of a reply, or it is shorter than two bytes. */
    NOT_RPC,
    /** It is cut off or has a field that cannot be. */
    MALFORMED,
    /** It came while the node was suspended or closed. */
    NOT_RUNNING,
    /** A reply to nothing that we wait for: late, repeated or made up. */
    UNKNOWN_TRANSACTION,
    /** A reply to a request of ours by another node than the one asked, or to another port: made up, or a node with two addresses. */
    WRONG_SOURCE,
    /** Its source sends more requests than it may. */
    RATE_LIMITED,
    /** Parts of an answer, its value or some closer nodes: its source has proven nothing and has had more than it sent pays for. */
    UNPROVEN_SOURCE,
    /** A request with a wrong token, which was answered with error 2. */
    BAD_TOKEN,
    /** An internal command without what it needs, which is met with silence. */
    BAD_INTERNAL_VALUE,
    /** A delayed ping that gave its place up, or found none: too many wait already, most of them of its source. */
    TOO_MANY_DELAYED_PINGS,
    /** A down hint while too many nodes are being checked already. */
    TOO_MANY_CHECKS,
    /** Closer nodes in a reply beyond the 20 that a node may name. */
    EXCESS_CLOSER_NODES,
    /** A closer node at an address that nobody can have. */
    BOGUS_ADDRESS,
    /** A closer node that would make a query remember too many. */
    QUERY_FULL,
    /** A node beyond those that count of one address, or of one /24, in the routing table or in a query. */
    CROWDED_NODE,
    /** A node that the configured filter refused. */
    FILTERED_NODE,
    /** A request of ours beyond the number that may be in flight. */
    TOO_MANY_REQUESTS,
    /** A down hint of ours beyond the budget of the tick. */
    DOWN_HINT_BUDGET,
    /** A datagram of ours that the system refused to send. */
    SEND_FAILED
}
