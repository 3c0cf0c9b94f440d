package omega.flock.noise;

import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import omega.flock.crypto.ChaChaPoly;

/** A key that counts its uses, Noise §5.1. Not thread-safe. */
final class CipherState {

    private final byte[] key;
    private long counter;

    CipherState(byte[] key) {
        this.key = key;
    }

    private CipherState(byte[] key, long counter) {
        this.key = key;
        this.counter = counter;
    }

    CipherState copy() {
        return new CipherState(key.clone(), counter);
    }

    byte[] encrypt(byte[] ad, byte[] plaintext) {
        return ChaChaPoly.seal(key, counter++, ad, plaintext);
    }

    byte[] decrypt(byte[] ad, byte[] ciphertext) throws AEADBadTagException {
        byte[] plaintext = ChaChaPoly.open(key, counter, ad, ciphertext);
        counter++;
        return plaintext;
    }

    /** Forgets the key; this object is of no use any more. */
    void wipe() {
        Arrays.fill(key, (byte) 0);
    }
}
