package omega.flock.dht.message;

import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * Says that the writer speaks the secret stream, and which version. That its datagrams can be secret stands among the payload's flags.
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
 * @param secretDatagrams whether the writer can seal datagrams with keys that only the two peers have; the JavaScript stack cannot
 */
public record SecretStreamInfo(long version, boolean secretDatagrams) implements DhtMessage {

    /** What the JavaScript stack says. */
    public static final SecretStreamInfo BASIC = new SecretStreamInfo(MessageConstants.PAYLOAD_VERSION, false);
    /** What this library says. */
    public static final SecretStreamInfo CURRENT = new SecretStreamInfo(MessageConstants.PAYLOAD_VERSION, true);

    /** Checks that the version is not negative. */
    public SecretStreamInfo {
        if (version < 0) {
            throw new IllegalArgumentException("version: negative: " + version);
        }
    }

    static SecretStreamInfo decode(WireReader reader, boolean secretDatagrams) {
        return new SecretStreamInfo(reader.uint("secretStream.version"), secretDatagrams);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(version);
    }
}
