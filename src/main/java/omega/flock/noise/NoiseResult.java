package omega.flock.noise;

import java.util.Objects;
import omega.flock.base.PublicKey;

/** What a finished handshake leaves: two traffic keys, the hash of the conversation, and who the peer is. Immutable. */
public final class NoiseResult {

    private final byte[] transmitKey;
    private final byte[] receiveKey;
    private final byte[] handshakeHash;
    private final PublicKey remotePublicKey;

    /**
     * Takes copies.
     *
     * @param transmitKey 32 secret bytes for what we send
     * @param receiveKey 32 secret bytes for what the peer sends
     * @param handshakeHash 64 bytes
     */
    public NoiseResult(byte[] transmitKey, byte[] receiveKey, byte[] handshakeHash, PublicKey remotePublicKey) {
        this.transmitKey = copyOf(transmitKey, NoiseConstants.KEY_BYTES, "a transmit key");
        this.receiveKey = copyOf(receiveKey, NoiseConstants.KEY_BYTES, "a receive key");
        this.handshakeHash = copyOf(handshakeHash, NoiseConstants.HASH_BYTES, "a handshake hash");
        this.remotePublicKey = Objects.requireNonNull(remotePublicKey, "remotePublicKey");
    }

    /** Returns a copy of the key for what we send. */
    public byte[] transmitKey() {
        return transmitKey.clone();
    }

    /** Returns a copy of the key for what the peer sends. */
    public byte[] receiveKey() {
        return receiveKey.clone();
    }

    /** Returns a copy of the 64 bytes that only these two peers in this handshake have. */
    public byte[] handshakeHash() {
        return handshakeHash.clone();
    }

    /** Returns the peer's static key, proved by the handshake. */
    public PublicKey remotePublicKey() {
        return remotePublicKey;
    }

    /** Names the peer only; the keys are never part of it. */
    @Override
    public String toString() {
        return "NoiseResult[" + remotePublicKey + "]";
    }

    private static byte[] copyOf(byte[] bytes, int length, String what) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(what + " has " + length + " bytes, not " + bytes.length);
        }
        return bytes.clone();
    }
}
