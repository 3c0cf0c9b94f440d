package omega.flock.peer;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import omega.flock.runtime.NetworkSource;

/**
 * What is known of clients from handshakes that they began before, by their source: a client that has come as far as a connection is
 * there, and wants one; of one that has left a handshake unfinished neither is known. Bounded, the longest silent forgotten first: those that a
 * stranger invents can push each other out, and not one that was ever there. Pure; not thread-safe.
 */
final class ClientStandings {

    private static final int REMEMBERED = 4096;

    private final SequencedMap<NetworkSource, Long> connected = new LinkedHashMap<>();
    private final SequencedMap<NetworkSource, Long> unfinished = new LinkedHashMap<>(); // or under way

    /** A client begins a handshake. */
    void begins(NetworkSource client, long nowNanos) {
        note(unfinished, client, nowNanos);
    }

    /** A handshake of a client is over. */
    void ended(NetworkSource client, boolean withConnection, long nowNanos) {
        if (withConnection) {
            unfinished.remove(client);
            note(connected, client, nowNanos);
        } else {
            connected.remove(client);
            note(unfinished, client, nowNanos);
        }
    }

    /** {@return whether the last handshake of this client that ended, not long ago, led to a connection} */
    boolean hasConnected(NetworkSource client, long nowNanos) {
        return isLater(connected, client, nowNanos - PeerConstants.CONNECTED_MEMORY.toNanos());
    }

    /** {@return whether this client has begun a handshake of late that led nowhere yet} */
    boolean hasUnfinished(NetworkSource client, long nowNanos) {
        return isLater(unfinished, client, nowNanos - PeerConstants.UNFINISHED_MEMORY.toNanos());
    }

    private static boolean isLater(SequencedMap<NetworkSource, Long> noted, NetworkSource client, long nanos) {
        Long at = noted.get(client);
        return at != null && at - nanos > 0;
    }

    private static void note(SequencedMap<NetworkSource, Long> noted, NetworkSource client, long nowNanos) {
        noted.putLast(client, nowNanos);
        if (noted.size() > REMEMBERED) {
            noted.pollFirstEntry();
        }
    }
}
