package omega.flock.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the JDK's own providers make, for whoever may use vetted implementations only: Ed25519 for keys and signatures, two
 * agreements of X25519 for each Diffie-Hellman, ChaCha20-Poly1305 for handshakes. Ours are what is public: the checks of keys and
 * the way between the two forms of the curve.
 */
final class JdkProvider implements CryptoProvider {

    private static final String ED25519 = "Ed25519";
    private static final String AEAD = "ChaCha20-Poly1305";
    private static final int SIGN_BIT = 255;

    /** The JDK has no way from a private key to its public one but this: a generator whose randomness is the seed. */
    @Override
    public byte[] publicKey(byte[] seed) {
        try {
            KeyPairGenerator generator = JdkAlgorithms.ed25519Generator();
            generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
            EdECPoint point = ((EdECPublicKey) generator.generateKeyPair().getPublic()).getPoint();
            byte[] publicKey = LittleEndian.bytes(point.getY());
            publicKey[publicKey.length - 1] |= (byte) (point.isXOdd() ? 0x80 : 0);
            return publicKey;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 refuses a seed", e);
        }
    }

    @Override
    public byte[] sign(byte[] seed, byte[] publicKey, byte[] message) {
        try {
            Signature signature = JdkAlgorithms.ed25519();
            signature.initSign(JdkAlgorithms.keys(ED25519).generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 refuses to sign", e);
        }
    }

    /** The JDK "checks the group equation" without the cofactor, as libsodium does; points of small order are refused here. */
    @Override
    public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (SmallOrder.holds(publicKey) || SmallOrder.holds(signature)) {
            return false;
        }
        try {
            EdECPoint point = new EdECPoint(publicKey[publicKey.length - 1] < 0,
                    LittleEndian.number(publicKey).clearBit(SIGN_BIT));
            Signature verifier = JdkAlgorithms.ed25519();
            verifier.initVerify(JdkAlgorithms.keys(ED25519).generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // the key or R is no point, or s is not below the order
        }
    }

    @Override
    public Agreement agreement(byte[] publicKey) throws InvalidKeyException {
        return new XdhAgreement(AgreementPoint.checked(publicKey));
    }

    @Override
    public byte[] seal(byte[] key, byte[] nonce, byte[] ad, byte[] plaintext) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, nonce, ad).doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(AEAD + " refuses to seal", e);
        }
    }

    @Override
    public byte[] open(byte[] key, byte[] nonce, byte[] ad, byte[] ciphertext) throws AEADBadTagException {
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, ad).doFinal(ciphertext);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(AEAD + " refuses to open", e);
        }
    }

    /** One object for each message: one that is used again refuses a nonce that comes again, as a failed attempt's may. */
    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] ad) throws GeneralSecurityException {
        Cipher cipher = JdkAlgorithms.cipher(AEAD);
        cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
        cipher.updateAAD(ad);
        return cipher;
    }

    /** Gives the seed where randomness is asked for. */
    private static final class Seed extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) {
                throw new IllegalStateException("Ed25519 asks for " + bytes.length + " random bytes");
            }
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
            Arrays.fill(seed, (byte) 0);
        }
    }
}
