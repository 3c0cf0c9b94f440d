package omega.flock.crypto;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * What this package makes itself, of which only SHA-512 is the JDK's. Faster than the JDK's ways, and above all when a process is
 * young: looking an algorithm up there costs more than a handshake has to compute.
 */
final class OwnProvider implements CryptoProvider {

    private static final int HALF = CryptoConstants.SIGNATURE_BYTES / 2;
    private static final byte[] ZEROS = new byte[CryptoConstants.TAG_BYTES];

    // ---- Ed25519, RFC 8032 §5.1 ------------------------------------------------------------------------------------------------

    @Override
    public byte[] publicKey(byte[] seed) {
        byte[] scalar = Ed25519Dh.scalar(seed);
        byte[] publicKey = ScalarMultiplier.multiplyBase(scalar).compress();
        Arrays.fill(scalar, (byte) 0);
        return publicKey;
    }

    /** §5.1.6: r = SHA-512(prefix | M), R = [r]B, k = SHA-512(R | A | M), S = (r + k s) mod l. */
    @Override
    public byte[] sign(byte[] seed, byte[] publicKey, byte[] message) {
        MessageDigest hash = JdkAlgorithms.sha512();
        byte[] digest = hash.digest(seed);
        byte[] scalar = Ed25519Dh.clamped(digest);
        hash.update(digest, HALF, HALF);
        byte[] wide = hash.digest(message);
        byte[] r = Scalar25519.reduce(wide);
        byte[] point = ScalarMultiplier.multiplyBase(r).compress();
        byte[] signature = Arrays.copyOf(point, CryptoConstants.SIGNATURE_BYTES);
        byte[] s = Scalar25519.multiplyAdd(challenge(hash, point, publicKey, message), scalar, r);
        System.arraycopy(s, 0, signature, HALF, HALF);
        for (byte[] secret : new byte[][] {digest, scalar, wide, r}) {
            Arrays.fill(secret, (byte) 0);
        }
        return signature;
    }

    @Override
    public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (SmallOrder.holds(publicKey) || SmallOrder.holds(signature)) {
            return false;
        }
        byte[] r = Arrays.copyOf(signature, HALF);
        byte[] s = Arrays.copyOfRange(signature, HALF, signature.length);
        if (!Scalar25519.isReduced(s)) {
            return false;
        }
        byte[] negative = publicKey.clone();
        negative[publicKey.length - 1] ^= (byte) 0x80;
        Optional<EdwardsPoint> negativeKey = EdwardsPoint.decompress(negative);
        if (negativeKey.isEmpty()) {
            return false;
        }
        // "Check the group equation [S]B = R + [k]A'": without the cofactor, and by the bytes of R, as libsodium does.
        byte[] k = challenge(JdkAlgorithms.sha512(), r, publicKey, message);
        return Arrays.equals(PublicSum.of(k, negativeKey.get(), s).compress(), r);
    }

    /** k = SHA-512(R | A | M) mod l. */
    private static byte[] challenge(MessageDigest hash, byte[] r, byte[] publicKey, byte[] message) {
        byte[] hashed = Arrays.copyOf(r, r.length + publicKey.length + message.length);
        System.arraycopy(publicKey, 0, hashed, r.length, publicKey.length);
        System.arraycopy(message, 0, hashed, r.length + publicKey.length, message.length);
        return Scalar25519.reduce(hash.digest(hashed));
    }

    // ---- Diffie-Hellman --------------------------------------------------------------------------------------------------------

    @Override
    public Agreement agreement(byte[] publicKey) throws InvalidKeyException {
        return AgreementPoint.of(publicKey);
    }

    // ---- ChaCha20-Poly1305, RFC 8439 §2.8 -----------------------------------------------------------------------------------------

    @Override
    public byte[] seal(byte[] key, byte[] nonce, byte[] ad, byte[] plaintext) {
        ChaCha20 cipher = new ChaCha20(key, nonce);
        Poly1305 poly = authenticator(cipher);
        byte[] sealed = new byte[plaintext.length + CryptoConstants.TAG_BYTES];
        cipher.apply(plaintext, plaintext.length, sealed);
        authenticate(poly, ad, sealed, plaintext.length, sealed, plaintext.length);
        cipher.wipe();
        return sealed;
    }

    @Override
    public byte[] open(byte[] key, byte[] nonce, byte[] ad, byte[] ciphertext) throws AEADBadTagException {
        int length = ciphertext.length - CryptoConstants.TAG_BYTES;
        ChaCha20 cipher = new ChaCha20(key, nonce);
        byte[] tag = new byte[CryptoConstants.TAG_BYTES];
        authenticate(authenticator(cipher), ad, ciphertext, length, tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(ciphertext, length, ciphertext.length))) {
            throw new AEADBadTagException("the tag does not match");
        }
        byte[] plaintext = new byte[length];
        cipher.apply(ciphertext, length, plaintext);
        cipher.wipe();
        return plaintext;
    }

    /** §2.6: the key of Poly1305 is the first half of block 0; the message begins with block 1. */
    private static Poly1305 authenticator(ChaCha20 cipher) {
        Poly1305 poly = new Poly1305();
        poly.init(cipher.nextBlock(), 0);
        return poly;
    }

    /** §2.8: ad, zeros up to 16, ciphertext, zeros up to 16, and both lengths. */
    private static void authenticate(Poly1305 poly, byte[] ad, byte[] ciphertext, int length, byte[] tag, int offset) {
        poly.update(ad, 0, ad.length);
        poly.update(ZEROS, 0, -ad.length & 15);
        poly.update(ciphertext, 0, length);
        poly.update(ZEROS, 0, -length & 15);
        byte[] lengths = new byte[2 * Long.BYTES];
        LittleEndian.putInt64(lengths, 0, ad.length);
        LittleEndian.putInt64(lengths, Long.BYTES, length);
        poly.update(lengths, 0, lengths.length);
        poly.finish(tag, offset);
    }
}
