package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One set of vectors for both providers, and each against the other. */
class ProviderTest {

    private static final CryptoProvider OWN = provider("own");
    private static final CryptoProvider JDK = provider("jdk");

    @ParameterizedTest
    @ValueSource(strings = {"own", "jdk"})
    void signsAsTheJavaScriptStackDoes(String name) {
        CryptoProvider provider = provider(name);
        for (VectorFile.Case vector : VectorFile.read("ed25519", "sign")) {
            byte[] publicKey = provider.publicKey(vector.bytes("seed"));
            assertEquals(vector.text("publicKey"), Hex.text(publicKey), vector.place());
            byte[] signature = provider.sign(vector.bytes("seed"), publicKey, vector.bytes("message"));
            assertEquals(vector.text("signature"), Hex.text(signature), vector.place());
            assertTrue(provider.verify(publicKey, vector.bytes("message"), signature), vector.place());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "jdk"})
    void acceptsAndRefusesSignaturesAsLibsodiumDoes(String name) {
        CryptoProvider provider = provider(name);
        for (VectorFile.Case vector : VectorFile.read("ed25519", "verify")) {
            boolean valid = provider.verify(vector.bytes("publicKey"), vector.bytes("message"), vector.bytes("signature"));
            assertEquals(vector.text("valid"), Boolean.toString(valid), vector.place());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "jdk"})
    void agreesAndRefusesAsTheJavaScriptStackDoes(String name) {
        CryptoProvider provider = provider(name);
        for (VectorFile.Case vector : VectorFile.read("agreement")) {
            assertEquals(vector.text("shared"), product(provider, vector.bytes("publicKey"), Ed25519Dh.scalar(vector.bytes("seed"))),
                    vector.place());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "jdk"})
    void multipliesByTheLargestAndSmallestScalars(String name) {
        CryptoProvider provider = provider(name);
        for (VectorFile.Case vector : VectorFile.read("scalar")) {
            byte[] scalar = vector.bytes("scalar");
            assertEquals(vector.text("product"), product(provider, vector.bytes("publicKey"), scalar), vector.place());
            assertArrayEquals(vector.bytes("scalar"), scalar, "the caller's scalar changed");
        }
    }

    /** RFC 8439 §2.8.2. */
    @ParameterizedTest
    @ValueSource(strings = {"own", "jdk"})
    void sealsTheExampleOfRfc8439(String name) throws AEADBadTagException {
        byte[] key = new byte[32];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (0x80 + i);
        }
        byte[] nonce = Hex.bytes("070000004041424344454647");
        byte[] ad = Hex.bytes("50515253c0c1c2c3c4c5c6c7");
        byte[] plaintext = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be"
                + " it.").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] sealed = provider(name).seal(key, nonce, ad, plaintext);
        assertEquals("d31a8d34648e60db7b86afbc53ef7ec2", Hex.text(Arrays.copyOf(sealed, 16)));
        assertEquals("1ae10b594f09e26a7e902ecbd0600691", Hex.text(Arrays.copyOfRange(sealed, plaintext.length, sealed.length)));
        assertArrayEquals(plaintext, provider(name).open(key, nonce, ad, sealed));
    }

    @Property(tries = 150)
    void makesTheSameKeysAndSignatures(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 200) byte[] message,
            @ForAll @IntRange(max = 511) int bit) {
        byte[] publicKey = OWN.publicKey(seed);
        assertArrayEquals(publicKey, JDK.publicKey(seed));
        byte[] signature = OWN.sign(seed, publicKey, message);
        assertArrayEquals(signature, JDK.sign(seed, publicKey, message));
        assertTrue(OWN.verify(publicKey, message, signature) && JDK.verify(publicKey, message, signature));
        byte[] forged = Hex.flipped(signature, bit);
        assertEquals(false, OWN.verify(publicKey, message, forged) || JDK.verify(publicKey, message, forged));
    }

    @Property(tries = 200)
    void makesTheSameSharedPoints(@ForAll @Size(32) byte[] seed, @ForAll @Size(32) byte[] remote) {
        byte[] publicKey = OWN.publicKey(remote);
        byte[] scalar = Ed25519Dh.scalar(seed);
        assertEquals(product(OWN, publicKey, scalar), product(JDK, publicKey, scalar));
    }

    @Property(tries = 200)
    void refusesTheSameKeys(@ForAll @Size(32) byte[] anything) {
        byte[] scalar = Ed25519Dh.scalar(new byte[32]);
        assertEquals(product(OWN, anything, scalar), product(JDK, anything, scalar));
    }

    @Property(tries = 200)
    void judgesTheSameOfAnything(@ForAll @Size(32) byte[] publicKey, @ForAll @Size(64) byte[] signature) {
        assertEquals(OWN.verify(publicKey, new byte[3], signature), JDK.verify(publicKey, new byte[3], signature));
    }

    @Property(tries = 200)
    void sealsTheSameAndOpensWhatTheOtherSealed(@ForAll @Size(32) byte[] key, @ForAll @Size(12) byte[] nonce,
            @ForAll @Size(max = 70) byte[] ad, @ForAll @Size(max = 300) byte[] plaintext, @ForAll long seed) throws AEADBadTagException {
        byte[] sealed = OWN.seal(key, nonce, ad, plaintext);
        assertArrayEquals(sealed, JDK.seal(key, nonce, ad, plaintext));
        assertArrayEquals(plaintext, OWN.open(key, nonce, ad, sealed));
        assertArrayEquals(plaintext, JDK.open(key, nonce, ad, sealed));
        byte[] changed = Hex.flipped(sealed, new Random(seed).nextInt(8 * sealed.length));
        assertThrows(AEADBadTagException.class, () -> OWN.open(key, nonce, ad, changed));
        assertThrows(AEADBadTagException.class, () -> JDK.open(key, nonce, ad, changed));
    }

    @Test
    void knowsTwoNamesAndNoOther() {
        assertInstanceOf(OwnProvider.class, OWN);
        assertInstanceOf(JdkProvider.class, JDK);
        assertEquals(Optional.empty(), CryptoProvider.named("JDK"));
        assertEquals(Optional.empty(), CryptoProvider.named(""));
    }

    @Test
    void usesTheProviderThatThePropertyNames() {
        String name = System.getProperty("omega.flock.crypto", "own");
        assertEquals(provider(name).getClass(), CryptoProvider.chosen().getClass());
    }

    private static CryptoProvider provider(String name) {
        return CryptoProvider.named(name).orElseThrow();
    }

    private static String product(CryptoProvider provider, byte[] publicKey, byte[] scalar) {
        try {
            return Hex.text(provider.agreement(publicKey).multiply(scalar));
        } catch (InvalidKeyException e) {
            return "refused";
        }
    }
}
