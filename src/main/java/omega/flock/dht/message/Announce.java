package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of ANNOUNCE and UNANNOUNCE.
 *
 * <pre>
 *  +------------+--------------------+---------------------+-----------------------+--------------------+
 *  | flags uint | PeerRecord (flag 1)| refresh 32 (flag 2) | signature 64 (flag 4) | bump uint (flag 8) |
 *  +------------+--------------------+---------------------+-----------------------+--------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code announce}. {@link Signables} says what the signature covers; bump and flags
 * are not part of it. Arrays are not copied.
 *
 * @param peer      the peer; absent when an earlier announce is refreshed
 * @param refresh   with a peer: the hash whose preimage will refresh the record; without one: that preimage; 32 bytes
 * @param signature by the peer's key, 64 bytes
 * @param bump      a hint in milliseconds since 1970 that members of the topic have news; 0 is none
 */
public record Announce(Optional<PeerRecord> peer, Optional<byte[]> refresh, Optional<byte[]> signature, long bump)
        implements DhtMessage {

    private static final int FLAG_PEER = 1;
    private static final int FLAG_REFRESH = 2;
    private static final int FLAG_SIGNATURE = 4;
    private static final int FLAG_BUMP = 8;

    /** Checks the lengths. */
    public Announce {
        Objects.requireNonNull(peer, "peer");
        Checks.size("refresh", refresh, MessageConstants.KEY_BYTES);
        Checks.size("signature", signature, MessageConstants.SIGNATURE_BYTES);
        if (bump < 0) {
            throw new IllegalArgumentException("bump: negative: " + bump);
        }
    }

    /** {@return a signed announce or unannounce without refresh} */
    public static Announce signed(PeerRecord peer, byte[] signature, long bump) {
        return new Announce(Optional.of(peer), Optional.empty(), Optional.of(signature), bump);
    }

    /** {@return the message in these bytes} */
    public static Announce decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long flags = reader.uint("announce.flags");
        Optional<PeerRecord> peer = (flags & FLAG_PEER) != 0 ? Optional.of(PeerRecord.decode(reader)) : Optional.empty();
        Optional<byte[]> refresh = (flags & FLAG_REFRESH) != 0
                ? Optional.of(reader.fixed("announce.refresh", MessageConstants.KEY_BYTES)) : Optional.empty();
        Optional<byte[]> signature = (flags & FLAG_SIGNATURE) != 0
                ? Optional.of(reader.fixed("announce.signature", MessageConstants.SIGNATURE_BYTES)) : Optional.empty();
        long bump = (flags & FLAG_BUMP) != 0 ? reader.uint("announce.bump") : 0;
        return new Announce(peer, refresh, signature, bump);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint((peer.isPresent() ? FLAG_PEER : 0)
                | (refresh.isPresent() ? FLAG_REFRESH : 0)
                | (signature.isPresent() ? FLAG_SIGNATURE : 0)
                | (bump != 0 ? FLAG_BUMP : 0));
        peer.ifPresent(record -> record.encode(writer));
        refresh.ifPresent(writer::raw);
        signature.ifPresent(writer::raw);
        if (bump != 0) {
            writer.uint(bump);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Announce that && peer.equals(that.peer) && bump == that.bump
                && Arrays.equals(refresh.orElse(null), that.refresh.orElse(null))
                && Arrays.equals(signature.orElse(null), that.signature.orElse(null));
    }

    @Override
    public int hashCode() {
        return Objects.hash(peer, bump, Arrays.hashCode(refresh.orElse(null)), Arrays.hashCode(signature.orElse(null)));
    }

    @Override
    public String toString() {
        return "Announce[" + peer + (refresh.isPresent() ? ", refresh" : "") + (signature.isPresent() ? ", signed" : "")
                + ", bump " + bump + "]";
    }
}
