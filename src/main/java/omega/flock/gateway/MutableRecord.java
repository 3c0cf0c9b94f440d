package omega.flock.gateway;

import java.util.Arrays;
import java.util.Objects;
import omega.flock.base.PublicKey;

/**
 * A signed record that its owner can replace by one with a higher sequence number.
 *
 * @param publicKey the owner
 * @param seq the sequence number, 0 to 2^53-1
 * @param value the content; about 1,000 bytes at most reach every node
 * @param signature the owner's 64-byte signature of sequence number and content
 */
public record MutableRecord(PublicKey publicKey, long seq, byte[] value, byte[] signature) {

    /** Copies the arrays. */
    public MutableRecord {
        Objects.requireNonNull(publicKey, "publicKey");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(signature, "signature");
        value = value.clone();
        signature = signature.clone();
    }

    /** Returns a copy of the content. */
    @Override
    public byte[] value() {
        return value.clone();
    }

    /** Returns a copy of the signature. */
    @Override
    public byte[] signature() {
        return signature.clone();
    }

    /** Compares the arrays by content. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MutableRecord record && publicKey.equals(record.publicKey) && seq == record.seq
                && Arrays.equals(value, record.value) && Arrays.equals(signature, record.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(publicKey, seq, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "MutableRecord[" + publicKey + ", seq " + seq + ", " + value.length + " bytes]";
    }
}
