package omega.flock.dht.message;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * The value of the reply to MUTABLE_GET.
 *
 * <pre>
 *  +----------+-----------+-----------+--------------+
 *  | seq uint | size uint | value ... | signature 64 |
 *  +----------+-----------+-----------+--------------+
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/messages.js {@code mutableGetResponse}. Arrays are not copied.
 *
 * @param seq       the sequence number
 * @param value     the value
 * @param signature by the key whose hash was asked for; nobody but the reader checks it
 */
public record MutableGetResponse(long seq, byte[] value, byte[] signature) implements DhtMessage {

    /** Checks the signature's length and the sequence number. */
    public MutableGetResponse {
        Objects.requireNonNull(value, "value");
        Checks.size("signature", signature, MessageConstants.SIGNATURE_BYTES);
        if (seq < 0) {
            throw new IllegalArgumentException("seq: negative: " + seq);
        }
    }

    /** {@return the message in these bytes} */
    public static MutableGetResponse decode(byte[] bytes) {
        WireReader reader = WireReader.of(bytes);
        long seq = reader.uint("mutableGet.seq");
        byte[] value = reader.buffer("mutableGet.value", MessageConstants.MAX_VALUE_BYTES);
        byte[] signature = reader.fixed("mutableGet.signature", MessageConstants.SIGNATURE_BYTES);
        return new MutableGetResponse(seq, value, signature);
    }

    @Override
    public void encode(WireWriter writer) {
        writer.uint(seq);
        writer.buffer(value);
        writer.fixed(signature, MessageConstants.SIGNATURE_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MutableGetResponse that && seq == that.seq && Arrays.equals(value, that.value)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seq, Arrays.hashCode(value), Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return "MutableGetResponse[seq " + seq + ", value " + value.length + " bytes]";
    }
}
