package omega.flock.rpc;

import java.util.Map;

/**
 * What a node has done so far; a snapshot.
 *
 * @param requests our own requests
 * @param commands internal commands that we sent and that were answered
 * @param queries our own queries
 * @param nodes nodes in the routing table
 * @param drops what was dropped and why; reasons that never occurred are missing
 */
public record RpcStats(Requests requests, Map<InternalCommand, Command> commands, Queries queries, int nodes,
        Map<DropReason, Long> drops) {

    /** Copies the maps. */
    public RpcStats {
        commands = Map.copyOf(commands);
        drops = Map.copyOf(drops);
    }

    /**
     * Our own requests.
     *
     * @param active in flight or waiting for the congestion window
     * @param total created so far
     * @param responses that were answered
     * @param timeouts that were not
     * @param retries transmissions beyond the first
     */
    public record Requests(int active, long total, long responses, long timeouts, long retries) {}

    /**
     * One internal command, counted as dht-rpc does.
     *
     * @param tx requests that we created
     * @param rx replies that came
     */
    public record Command(long tx, long rx) {}

    /**
     * Our own queries.
     *
     * @param active not closed or ended
     * @param total created so far
     */
    public record Queries(int active, long total) {}

    /** Returns how often something was dropped for this reason. */
    public long dropped(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }
}
