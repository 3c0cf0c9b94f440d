package omega.flock.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import omega.flock.runtime.TokenBucket;

/**
 * Decides whether a stranger may start a handshake, before anything is allocated for it. Pure; not thread-safe. One for all
 * servers of a node: hyperdht has no bound here (issues hyperdht#294, #299).
 */
final class HandshakeAdmission {

    private final int maxInFlight;
    private final Map<String, TokenBucket> sources = new LinkedHashMap<>(16, 0.75f, true);
    private int inFlight;

    HandshakeAdmission(int maxInFlight) {
        this.maxInFlight = maxInFlight;
    }

    /**
     * Asks for one more; whoever gets in gives it back by {@link #settled()}.
     *
     * @param source the host that the datagram came from, or the one that a relay names
     * @param limitSource whether that host's speed is watched; false for what comes from this very machine
     * @return why not, or empty for yes
     */
    Optional<PeerDrop> tryEnter(String source, boolean limitSource, long nowNanos) {
        if (inFlight >= maxInFlight) {
            return Optional.of(PeerDrop.TOO_MANY_HALF_OPEN);
        }
        if (limitSource && !takeToken(source, nowNanos)) {
            return Optional.of(PeerDrop.SOURCE_TOO_FAST);
        }
        inFlight++;
        return Optional.empty();
    }

    private boolean takeToken(String source, long nowNanos) {
        TokenBucket bucket = sources.computeIfAbsent(source,
                host -> new TokenBucket(PeerConstants.SOURCE_BURST, PeerConstants.SOURCE_PER_SECOND, nowNanos));
        if (sources.size() > PeerConstants.MAX_SOURCES) {
            sources.remove(sources.keySet().iterator().next());
        }
        return bucket.tryTake(nowNanos);
    }

    void settled() {
        inFlight--;
    }

    int inFlight() {
        return inFlight;
    }

    int sources() {
        return sources.size();
    }
}
