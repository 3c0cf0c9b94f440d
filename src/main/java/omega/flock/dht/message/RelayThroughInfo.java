package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.base.PublicKey;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The blind relay that the writer offers, and the token under which both sides meet there.
 *
 * <pre>
 *  +--------------+------------+--------------+----------+
 *  | version uint | flags uint | publicKey 32 | token 32 |
 *  +--------------+------------+--------------+----------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code relayThroughInfo}. The token is not copied and not printed: who knows it can
 * take the place of a peer at the relay.
 *
 * @param version   1; a reader does not look at it
 * @param publicKey the relay's key
 * @param token     the pairing token, 32 bytes
 */
public record RelayThroughInfo(long version, PublicKey publicKey, byte[] token) implements DhtMessage {

    /** Checks the token's length. */
    public RelayThroughInfo {
        Objects.requireNonNull(publicKey, "publicKey");
        Checks.size("token", token, MessageConstants.KEY_BYTES);
        if (version < 0) {
            throw new IllegalArgumentException("version: negative: " + version);
        }
    }

    /** {@return an offer in the current version} */
    public static RelayThroughInfo of(PublicKey publicKey, byte[] token) {
        return new RelayThroughInfo(MessageConstants.PAYLOAD_VERSION, publicKey, token);
    }

    static RelayThroughInfo decode(WireReader reader) {
        long version = reader.uint("relayThrough.version");
        reader.uint("relayThrough.flags");
        PublicKey key = PublicKey.of(reader.fixed("relayThrough.publicKey", MessageConstants.KEY_BYTES));
        byte[] token = reader.fixed("relayThrough.token", MessageConstants.KEY_BYTES);
        return new RelayThroughInfo(version, key, token);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(version);
        writer.uint(0);
        writer.fixed(publicKey.toBytes(), MessageConstants.KEY_BYTES);
        writer.fixed(token, MessageConstants.KEY_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelayThroughInfo that && version == that.version && publicKey.equals(that.publicKey)
                && Arrays.equals(token, that.token);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, publicKey, Arrays.hashCode(token));
    }

    @Override
    public String toString() {
        return "RelayThroughInfo[version " + version + ", publicKey " + publicKey + "]";
    }
}
