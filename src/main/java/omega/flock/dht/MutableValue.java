package omega.flock.dht;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.base.PublicKey;

/**
 * A mutable value whose signature was checked. Arrays are not copied.
 *
 * @param publicKey whose value it is
 * @param seq       its sequence number
 * @param value     the value; may be empty
 * @param signature of the key's owner, 64 bytes
 */
public record MutableValue(PublicKey publicKey, long seq, byte[] value, byte[] signature) {

    @Override
    public boolean equals(Object other) {
        return other instanceof MutableValue that && publicKey.equals(that.publicKey) && seq == that.seq
                && Arrays.equals(value, that.value) && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(publicKey, seq, Arrays.hashCode(value), Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return "MutableValue[" + publicKey + ", seq " + seq + ", value " + value.length + " bytes]";
    }
}
