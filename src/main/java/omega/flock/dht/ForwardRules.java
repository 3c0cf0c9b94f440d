package omega.flock.dht;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.Addresses;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.SourceBudget;

/**
 * Whether a stranger's message may be passed on to another one. Pure; not thread-safe; time is an argument.
 *
 * <p>What is passed on arrives with our address as its source, so without rules a relay lends that to everybody: to reach hosts of our
 * own network and services of this very machine, and to hit a third party from here. The rules:
 * <ul>
 *   <li>a message goes where a server has announced itself from, which a token has proven, or to an address that it names;
 *   <li>a named address is one that a host can have; from a public sender it is no private one, from another machine neither one of
 *       loopback nor our own: hosts of one private network, laboratories too, pass messages among themselves;
 *   <li>an answer goes to a client that has asked through us in the same transaction, and has at most three times the bytes of
 *       what it asked with;
 *   <li>a sender, and an address that messages name, has a budget of bytes.
 * </ul>
 * hyperdht 6.34.0 {@code lib/router.js} has none of them.
 */
final class ForwardRules {

    /** Bytes around a forwarded value: type, flags, transaction, recipient, command, target, length. */
    private static final int ENVELOPE_BYTES = 1 + 1 + 2 + 6 + 1 + 32 + 3;

    private static final int ANSWER_FACTOR = 3;

    private final SourceBudget senders;
    private final SourceBudget named;
    private final SequencedMap<Long, Integer> answerable = new LinkedHashMap<>(); // client and transaction: bytes left; oldest first

    ForwardRules(long nowNanos) {
        senders = budget(nowNanos);
        named = budget(nowNanos);
    }

    private static SourceBudget budget(long nowNanos) {
        return new SourceBudget(DhtConstants.FORWARD_BYTES_PER_SECOND, DhtConstants.FORWARD_BURST_BYTES,
                DhtConstants.ALL_FORWARD_BYTES_PER_SECOND, nowNanos);
    }

    /**
     * Asks for the way to where a server has announced itself from.
     *
     * @param bytes length of the value that is passed on
     * @return why it may not go there, if it may not
     */
    Optional<DhtDrop> toAnnounced(PeerAddress from, int bytes, long nowNanos) {
        return spend(senders, source(from), bytes, nowNanos);
    }

    /** Asks for the way to an address that the message names; otherwise as {@link #toAnnounced}. */
    Optional<DhtDrop> toNamed(PeerAddress from, PeerAddress to, Optional<PeerAddress> own, int bytes, long nowNanos) {
        return refusal(from, to, own)
                .or(() -> spend(senders, source(from), bytes, nowNanos))
                .or(() -> spend(named, source(to), bytes, nowNanos));
    }

    /** {@return why nothing may go from one address to another that was named, if so} */
    static Optional<DhtDrop> refusal(PeerAddress from, PeerAddress to, Optional<PeerAddress> own) {
        if (!Addresses.isUsable(to)) {
            return Optional.of(DhtDrop.BAD_DESTINATION);
        }
        NetworkSource sender = source(from);
        boolean ourselves = own.filter(to::equals).isPresent() && !sender.isLoopback();
        return !ourselves && sender.mayName(source(to)) ? Optional.empty() : Optional.of(DhtDrop.PRIVATE_DESTINATION);
    }

    /** A client has asked through us, and may be answered. */
    void asked(PeerAddress client, int tid, int bytes) {
        int before = Optional.ofNullable(answerable.remove(key(client, tid))).orElse(0);
        if (answerable.size() >= DhtConstants.MAX_AWAITED_ANSWERS) {
            answerable.pollFirstEntry();
        }
        answerable.put(key(client, tid), Math.min(DhtConstants.MAX_ANSWER_BYTES, before + ANSWER_FACTOR * (bytes + ENVELOPE_BYTES)));
    }

    /** Asks for the way back to a client; otherwise as {@link #toAnnounced}. */
    Optional<DhtDrop> toClient(PeerAddress from, PeerAddress client, int tid, int bytes, long nowNanos) {
        if (!Addresses.isUsable(client)) {
            return Optional.of(DhtDrop.BAD_DESTINATION);
        }
        Integer left = answerable.get(key(client, tid));
        if (left == null || left < bytes + ENVELOPE_BYTES) {
            return Optional.of(DhtDrop.UNASKED);
        }
        Optional<DhtDrop> refusal = spend(senders, source(from), bytes, nowNanos);
        if (refusal.isEmpty()) {
            answerable.put(key(client, tid), left - bytes - ENVELOPE_BYTES);
        }
        return refusal;
    }

    /** Nothing on the wire can come from or go to a loopback address: that is this machine, which may do as it likes. */
    private static Optional<DhtDrop> spend(SourceBudget budget, NetworkSource source, int bytes, long nowNanos) {
        return source.isLoopback() || budget.trySpend(source, bytes + ENVELOPE_BYTES, nowNanos)
                ? Optional.empty() : Optional.of(DhtDrop.FORWARD_BUDGET);
    }

    private static NetworkSource source(PeerAddress address) {
        return NetworkSource.of(address.toSocketAddress());
    }

    private static long key(PeerAddress client, int tid) {
        return (long) source(client).host() << 32 | (long) client.port() << 16 | tid;
    }
}
