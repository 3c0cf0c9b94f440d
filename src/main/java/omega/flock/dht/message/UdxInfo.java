package omega.flock.dht.message;

import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The UDX stream that the writer of a {@link NoisePayload} will use.
 *
 * <pre>
 *  +--------------+-------------------------------+---------+----------+
 *  | version uint | features uint, 1: reusable    | id uint | seq uint |
 *  +--------------+-------------------------------+---------+----------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code udxInfo}.
 *
 * @param version        1; a reader does not look at it
 * @param reusableSocket whether the writer agrees to keep the path for later connections
 * @param id             the writer's local stream id; what the other side must put into its packets
 * @param seq            the first sequence number, always 0
 */
public record UdxInfo(long version, boolean reusableSocket, long id, long seq) implements DhtMessage {

    private static final int FEATURE_REUSABLE_SOCKET = 1;

    /** Checks that no number is negative. */
    public UdxInfo {
        if (version < 0 || id < 0 || seq < 0) {
            throw new IllegalArgumentException("version, id or seq: negative: " + version + ", " + id + ", " + seq);
        }
    }

    /** {@return the info for a stream that starts at sequence number 0} */
    public static UdxInfo of(boolean reusableSocket, long id) {
        return new UdxInfo(MessageConstants.PAYLOAD_VERSION, reusableSocket, id, 0);
    }

    static UdxInfo decode(WireReader reader) {
        long version = reader.uint("udx.version");
        long features = reader.uint("udx.features");
        long id = reader.uint("udx.id");
        long seq = reader.uint("udx.seq");
        return new UdxInfo(version, (features & FEATURE_REUSABLE_SOCKET) != 0, id, seq);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(version);
        writer.uint(reusableSocket ? FEATURE_REUSABLE_SOCKET : 0);
        writer.uint(id);
        writer.uint(seq);
    }
}
