package omega.flock.dht.message;

import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * Says that the writer speaks the secret stream, and which version.
 *
 * <pre>
 *  +--------------+
 *  | version uint |
 *  +--------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code secretStreamInfo}.
 *
 * @param version 1 in every implementation so far
 */
public record SecretStreamInfo(long version) implements DhtMessage {

    /** The only version there is. */
    public static final SecretStreamInfo CURRENT = new SecretStreamInfo(MessageConstants.PAYLOAD_VERSION);

    /** Checks that the version is not negative. */
    public SecretStreamInfo {
        if (version < 0) {
            throw new IllegalArgumentException("version: negative: " + version);
        }
    }

    static SecretStreamInfo decode(WireReader reader) {
        return new SecretStreamInfo(reader.uint("secretStream.version"));
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(version);
    }
}
