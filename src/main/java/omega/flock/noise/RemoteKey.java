package omega.flock.noise;

import java.security.InvalidKeyException;
import java.util.Arrays;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.crypto.Ed25519Dh;

/**
 * A key of the peer that passed the checks of Diffie-Hellman. Immutable.
 *
 * <p>Checking at once costs nothing more than checking at the first use, and no agreement can fail afterwards.
 */
record RemoteKey(PublicKey publicKey, Ed25519Dh.Remote point) {

    /** "A receiver must abort the handshake in these cases." */
    static RemoteKey of(PublicKey publicKey) throws InvalidKeyException {
        return new RemoteKey(publicKey, Ed25519Dh.prepare(publicKey.toBytes()));
    }

    /** Returns the Diffie-Hellman result. */
    byte[] agree(KeyPair local) {
        byte[] seed = local.seed();
        try {
            return point.agree(seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }
}
