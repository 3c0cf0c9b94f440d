package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.base.PublicKey;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of MUTABLE_PUT.
 *
 * <pre>
 *  +--------------+----------+-----------+-----------+--------------+
 *  | publicKey 32 | seq uint | size uint | value ... | signature 64 |
 *  +--------------+----------+-----------+-----------+--------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code mutablePutRequest}. Arrays are not copied.
 *
 * @param publicKey whose value it is; its hash is the request's target
 * @param seq       the sequence number: a higher one replaces a lower one
 * @param value     the value; empty is a value
 * @param signature over {@link Signables#mutable(long, byte[])}, 64 bytes
 */
public record MutablePutRequest(PublicKey publicKey, long seq, byte[] value, byte[] signature) implements DhtMessage {

    /** Checks the signature's length and the sequence number. */
    public MutablePutRequest {
        Objects.requireNonNull(publicKey, "publicKey");
        Objects.requireNonNull(value, "value");
        Checks.size("signature", signature, MessageConstants.SIGNATURE_BYTES);
        if (seq < 0) {
            throw new IllegalArgumentException("seq: negative: " + seq);
        }
    }

    /** {@return the message in these bytes} */
    public static MutablePutRequest decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        PublicKey key = PublicKey.of(reader.fixed("mutablePut.publicKey", MessageConstants.KEY_BYTES));
        long seq = reader.uint("mutablePut.seq");
        byte[] value = reader.buffer("mutablePut.value", MessageConstants.MAX_VALUE_BYTES);
        byte[] signature = reader.fixed("mutablePut.signature", MessageConstants.SIGNATURE_BYTES);
        return new MutablePutRequest(key, seq, value, signature);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.fixed(publicKey.toBytes(), MessageConstants.KEY_BYTES);
        writer.uint(seq);
        writer.buffer(value);
        writer.fixed(signature, MessageConstants.SIGNATURE_BYTES);
    }

    /** {@return what a node answers to MUTABLE_GET once it has accepted this} */
    public MutableGetResponse toResponse() {
        return new MutableGetResponse(seq, value, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MutablePutRequest that && publicKey.equals(that.publicKey) && seq == that.seq
                && Arrays.equals(value, that.value) && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(publicKey, seq, Arrays.hashCode(value), Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return "MutablePutRequest[" + publicKey + ", seq " + seq + ", value " + value.length + " bytes]";
    }
}
