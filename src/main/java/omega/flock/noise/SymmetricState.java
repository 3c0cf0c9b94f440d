package omega.flock.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import omega.flock.crypto.Blake2b;
import omega.flock.crypto.Hkdf;

/** The running hash of everything said and the key made of every agreement, Noise §5.2. Not thread-safe. */
final class SymmetricState {

    private static final byte[] NOTHING = new byte[0];

    private byte[] chainingKey;
    private byte[] hash;
    private Optional<CipherState> cipher;

    /** "The name is {@literal <} 64 bytes, so it is padded, never hashed." */
    SymmetricState(String protocolName) {
        this(Arrays.copyOf(protocolName.getBytes(US_ASCII), NoiseConstants.HASH_BYTES));
    }

    private SymmetricState(byte[] paddedName) {
        this(paddedName, paddedName.clone(), Optional.empty());
    }

    private SymmetricState(byte[] chainingKey, byte[] hash, Optional<CipherState> cipher) {
        this.chainingKey = chainingKey;
        this.hash = hash;
        this.cipher = cipher;
    }

    SymmetricState copy() {
        return new SymmetricState(chainingKey.clone(), hash.clone(), cipher.map(CipherState::copy));
    }

    /** "h = H(h | data)". */
    void mixHash(byte[] data) {
        hash = Blake2b.hash512(hash, data);
    }

    /** "(ck, t) = HKDF(ck, dh, 2); k = t[0..32); n = 0". Forgets {@code agreement}. */
    void mixKey(byte[] agreement) {
        byte[][] keys = Hkdf.derive(chainingKey, agreement, 2);
        Arrays.fill(agreement, (byte) 0);
        wipe();
        chainingKey = keys[0];
        cipher = Optional.of(new CipherState(Arrays.copyOf(keys[1], NoiseConstants.KEY_BYTES)));
        Arrays.fill(keys[1], (byte) 0);
    }

    /** Returns how much longer than its plaintext a ciphertext is. */
    int overhead() {
        return cipher.isPresent() ? NoiseConstants.TAG_BYTES : 0;
    }

    /** Hashes "even for an empty payload without key". */
    byte[] encryptAndHash(byte[] plaintext) {
        byte[] ciphertext = cipher.map(state -> state.encrypt(hash, plaintext)).orElse(plaintext);
        mixHash(ciphertext);
        return ciphertext;
    }

    byte[] decryptAndHash(byte[] ciphertext, String what) throws NoiseException {
        byte[] plaintext = cipher.isPresent() ? decrypt(cipher.get(), ciphertext, what) : ciphertext;
        mixHash(ciphertext);
        return plaintext;
    }

    private byte[] decrypt(CipherState state, byte[] ciphertext, String what) throws NoiseException {
        if (ciphertext.length > NoiseConstants.LARGEST_CIPHERTEXT) {
            throw new NoiseException(what + " of " + ciphertext.length + " bytes is more than Noise allows");
        }
        try {
            return state.decrypt(hash, ciphertext);
        } catch (AEADBadTagException e) {
            throw new NoiseException(what + " does not decrypt", e);
        }
    }

    /** Returns the initiator's and the responder's traffic key: "(t1, t2) = HKDF(ck, "", 2)", 32 bytes of each. */
    byte[][] split() {
        byte[][] keys = Hkdf.derive(chainingKey, NOTHING, 2);
        byte[][] traffic = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            traffic[i] = Arrays.copyOf(keys[i], NoiseConstants.KEY_BYTES);
            Arrays.fill(keys[i], (byte) 0);
        }
        return traffic;
    }

    /** Returns the hash of the conversation so far, which both sides share and nobody keeps secret. */
    byte[] hash() {
        return hash.clone();
    }

    /** Forgets the keys. */
    void wipe() {
        Arrays.fill(chainingKey, (byte) 0);
        cipher.ifPresent(CipherState::wipe);
    }
}
