package omega.flock.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;

/**
 * The algorithms that the JDK supplies, with one clear word when a cut-down run-time image lacks them.
 *
 * <p>Instances are made anew each time: they are not thread-safe.
 */
final class JdkAlgorithms {

    private static final String CURVES = "jdk.crypto.ec"; // from JDK 22 on they are in java.base

    private JdkAlgorithms() {}

    static Signature ed25519() {
        return find("Ed25519", Signature::getInstance);
    }

    static KeyPairGenerator ed25519Generator() {
        return find("Ed25519", KeyPairGenerator::getInstance);
    }

    static KeyFactory keys(String curve) {
        return find(curve, KeyFactory::getInstance);
    }

    static KeyAgreement agreement(String curve) {
        return find(curve, KeyAgreement::getInstance);
    }

    private interface Lookup<T> {
        T find(String algorithm) throws GeneralSecurityException;
    }

    private static <T> T find(String algorithm, Lookup<T> lookup) {
        try {
            return lookup.find(algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java run-time image has no " + algorithm + "; before JDK 22 it is part of the"
                    + " module " + CURVES + ": add it (jlink --add-modules " + CURVES + ")", e);
        }
    }

    static MessageDigest sha512() {
        try {
            // Copying one that nobody uses is cheaper than looking one up.
            return (MessageDigest) Sha512.UNUSED.clone();
        } catch (CloneNotSupportedException e) {
            return Sha512.lookUp();
        }
    }

    private static final class Sha512 {

        static final MessageDigest UNUSED = lookUp();

        static MessageDigest lookUp() {
            try {
                return MessageDigest.getInstance("SHA-512");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java run-time image has no SHA-512", e);
            }
        }
    }

    static Cipher cipher(String transformation) {
        try {
            return Cipher.getInstance(transformation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java run-time image has no " + transformation, e);
        }
    }
}
