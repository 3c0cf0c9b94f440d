package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Ed25519Test {

    /** RFC 8032 §7.1: seed, public key, message, signature of tests 1, 2, 3 and SHA(abc). */
    private static final String[][] RFC_8032 = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                    + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                    + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
        {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
                    + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}
    };

    @Test
    void derivesTheKeysOfRfc8032() {
        for (String[] vector : RFC_8032) {
            assertEquals(vector[1], Hex.text(Ed25519.publicKey(Hex.bytes(vector[0]))));
        }
    }

    @Test
    void signsAsRfc8032Says() {
        for (String[] vector : RFC_8032) {
            assertEquals(vector[3], Hex.text(sign(Hex.bytes(vector[0]), Hex.bytes(vector[2]))));
            assertTrue(Ed25519.verify(Hex.bytes(vector[1]), Hex.bytes(vector[2]), Hex.bytes(vector[3])));
        }
    }

    @Test
    void derivesSignsAndVerifiesAsTheJavaScriptStackDoes() {
        for (VectorFile.Case vector : VectorFile.read("ed25519", "sign")) {
            byte[] seed = vector.bytes("seed");
            assertEquals(vector.text("publicKey"), Hex.text(Ed25519.publicKey(seed)), vector.place());
            assertEquals(vector.text("signature"), Hex.text(sign(seed, vector.bytes("message"))), vector.place());
            assertTrue(Ed25519.verify(vector.bytes("publicKey"), vector.bytes("message"), vector.bytes("signature")), vector.place());
        }
    }

    @Test
    void acceptsAndRefusesSignaturesAsLibsodiumDoes() {
        for (VectorFile.Case vector : VectorFile.read("ed25519", "verify")) {
            boolean valid = Ed25519.verify(vector.bytes("publicKey"), vector.bytes("message"), vector.bytes("signature"));
            assertEquals(vector.text("valid"), Boolean.toString(valid), vector.place());
        }
    }

    @Property(tries = 30)
    void refusesASignatureWithAnyBitTurned(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 40) byte[] message,
            @ForAll @IntRange(max = 511) int bit) {
        byte[] signature = Hex.flipped(sign(seed, message), bit);
        assertFalse(Ed25519.verify(Ed25519.publicKey(seed), message, signature));
    }

    @Property(tries = 30)
    void refusesASignatureOfAnotherMessage(@ForAll @Size(32) byte[] seed, @ForAll @Size(min = 1, max = 40) byte[] message,
            @ForAll @IntRange(max = 7) int bit) {
        byte[] signature = sign(seed, message);
        assertTrue(Ed25519.verify(Ed25519.publicKey(seed), message, signature));
        assertFalse(Ed25519.verify(Ed25519.publicKey(seed), Hex.flipped(message, bit), signature));
    }

    @Property(tries = 400)
    void verifiesWhatTheJdkVerifies(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 200) byte[] message,
            @ForAll @IntRange(max = 511) int bit) throws GeneralSecurityException {
        byte[] publicKey = Ed25519.publicKey(seed);
        byte[] signature = sign(seed, message);
        assertTrue(Ed25519.verify(publicKey, message, signature));
        assertTrue(verifiedByTheJdk(publicKey, message, signature));
        byte[] forged = Hex.flipped(signature, bit);
        assertFalse(Ed25519.verify(publicKey, message, forged));
        assertFalse(verifiedByTheJdk(publicKey, message, forged));
    }

    @Property(tries = 300)
    void signsAsTheJdkDoes(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 300) byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
        signature.update(message);
        assertEquals(Hex.text(signature.sign()), Hex.text(sign(seed, message)));
    }

    /** 0 + [k]A = [k a]B holds, and any owner of a key can make it; libsodium refuses the R. */
    @Property(tries = 20)
    void refusesASignatureWhosePointIsOfSmallOrder(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 40) byte[] message)
            throws GeneralSecurityException {
        byte[] r = new byte[32];
        r[0] = 1;
        byte[] publicKey = Ed25519.publicKey(seed);
        MessageDigest hash = MessageDigest.getInstance("SHA-512");
        byte[] scalar = Ed25519Dh.clamped(hash.digest(seed));
        hash.update(r);
        hash.update(publicKey);
        byte[] k = Scalar25519.reduce(hash.digest(message));
        byte[] signature = Arrays.copyOf(r, 64);
        System.arraycopy(Scalar25519.multiplyAdd(k, scalar, new byte[32]), 0, signature, 32, 32);
        assertTrue(verifiedByTheJdk(publicKey, message, signature), "the equation does not hold");
        assertFalse(Ed25519.verify(publicKey, message, signature));
    }

    private static boolean verifiedByTheJdk(byte[] publicKey, byte[] message, byte[] signature) throws GeneralSecurityException {
        EdECPoint point = new EdECPoint(publicKey[31] < 0, TwoAgreements.number(publicKey).clearBit(255));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
        verifier.update(message);
        try {
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // s is not below the order, or R is no point
        }
    }

    @Property(tries = 60)
    void saysNoToWhateverStrangersCallASignature(@ForAll @Size(max = 40) byte[] publicKey, @ForAll @Size(max = 70) byte[] signature) {
        assertFalse(Ed25519.verify(publicKey, new byte[3], signature));
    }

    @Test
    void saysNoToKeysAndSignaturesOfAnotherLength() {
        byte[] seed = Hex.counting(32);
        byte[] signature = sign(seed, new byte[1]);
        byte[] publicKey = Ed25519.publicKey(seed);
        assertFalse(Ed25519.verify(Arrays.copyOf(publicKey, 33), new byte[1], signature));
        assertFalse(Ed25519.verify(publicKey, new byte[1], Arrays.copyOf(signature, 65)));
        assertFalse(Ed25519.verify(publicKey, new byte[1], Arrays.copyOf(signature, 63)));
        assertFalse(Ed25519.verify(publicKey, new byte[1], new byte[0]));
    }

    @Test
    void refusesASeedOfAnotherLengthWithoutShowingIt() {
        byte[] seed = Hex.repeated(0x5A, 31);
        String message = assertThrows(IllegalArgumentException.class, () -> Ed25519.publicKey(seed)).getMessage();
        assertEquals("a seed has 32 bytes, not 31", message);
        assertThrows(IllegalArgumentException.class, () -> Ed25519.sign(seed, new byte[32], new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> Ed25519.sign(new byte[32], seed, new byte[0]));
    }

    private static byte[] sign(byte[] seed, byte[] message) {
        return Ed25519.sign(seed, Ed25519.publicKey(seed), message);
    }
}
