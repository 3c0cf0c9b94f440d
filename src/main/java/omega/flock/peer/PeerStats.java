package omega.flock.peer;

import java.util.Map;

/**
 * A snapshot of what one peer node did and holds. The gauges return to zero when nothing is under way.
 *
 * @param dials dials under way
 * @param servers servers that listen
 * @param halfOpenHandshakes handshakes of all servers that have no connection yet, or are remembered against repetition
 * @param punchers hole punchers at work
 * @param poolSockets sockets opened for punching, those with a connection on them included
 * @param streams raw streams of dials, handshakes and connections
 * @param connectionsDialled connections that dials have handed out so far
 * @param connectionsAccepted connections that servers have handed out so far
 * @param punchesOpen paths that needed no punching
 * @param punchesConsistent punches between two NATs that keep their port
 * @param punchesRandom punches with one NAT that does not
 * @param punchesPutOff rounds of clients that servers answered with "try later"
 * @param punchProbes probes sent for punching, answers to those of others included
 * @param punchProbesFailed probes that the system refused to send, and answers left out because there were too many
 * @param relays relays that carry a stream or are asked to, each with a connection of its own
 * @param relayAttempts handshakes of servers for which a relay was asked
 * @param relaySuccesses those of them that a relay paired with their client
 * @param relayAborts those of them that it did not, or that needed it no more
 * @param drops what was refused, by reason
 */
public record PeerStats(int dials, int servers, int halfOpenHandshakes, int punchers, int poolSockets,
                        int streams, long connectionsDialled, long connectionsAccepted, long punchesOpen, long punchesConsistent,
                        long punchesRandom, long punchesPutOff, long punchProbes, long punchProbesFailed, int relays,
                        long relayAttempts, long relaySuccesses, long relayAborts, Map<String, Long> drops) {

    /** Copies the map. */
    public PeerStats {
        drops = Map.copyOf(drops);
    }
}
