package omega.flock.dht.message;

import java.util.List;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of the reply to LOOKUP: records one after the other, without lengths.
 *
 * <pre>
 *  +------------+--------------------+-----------------------------+
 *  | count uint | count x PeerRecord | bump uint, missing is zero  |
 *  +------------+--------------------+-----------------------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code lookupRawReply}.
 *
 * @param peers some of the peers of the topic, at most 20 from a JavaScript node
 * @param bump  the newest bump of the topic at that node, a hint only
 */
public record LookupRecords(List<PeerRecord> peers, long bump) implements DhtMessage {

    /** Copies the list. */
    public LookupRecords {
        peers = List.copyOf(peers);
        if (bump < 0) {
            throw new IllegalArgumentException("bump: negative: " + bump);
        }
    }

    /** {@return the message in these bytes} */
    public static LookupRecords decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        List<PeerRecord> peers = reader.list("lookup.peers", MessageConstants.MAX_PEERS, MessageConstants.MIN_PEER_BYTES,
                PeerRecord::decode);
        long bump = reader.remaining() > 0 ? reader.uint("lookup.bump") : 0;
        return new LookupRecords(peers, bump);
    }

    /** {@return the bytes of a message whose records are encoded already} */
    public static byte[] encodeRaw(List<byte[]> records, long bump) {
        WireWriter writer = new WireWriter();
        writer.list(records, WireWriter::raw);
        writer.uint(bump);
        return writer.toBytes();
    }

    @Override
    public void encode(WireWriter writer) {
        writer.list(peers, (out, peer) -> peer.encode(out));
        writer.uint(bump);
    }
}
