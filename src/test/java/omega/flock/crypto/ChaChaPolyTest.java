package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ChaChaPolyTest {

    @Property(tries = 200)
    void putsTheCounterIntoTheMiddleOfTheNonce(@ForAll @Size(32) byte[] key, @ForAll @LongRange(max = 0xFFFF_FFFFL) long counter,
            @ForAll @Size(max = 70) byte[] ad, @ForAll @Size(max = 100) byte[] plaintext) throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        for (int i = 0; i < 4; i++) {
            nonce[4 + i] = (byte) (counter >>> 8 * i);
        }
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
        cipher.updateAAD(ad);
        byte[] sealed = ChaChaPoly.seal(key, counter, ad, plaintext);
        assertArrayEquals(cipher.doFinal(plaintext), sealed);
        assertArrayEquals(plaintext, ChaChaPoly.open(key, counter, ad, sealed));
    }

    @Property(tries = 200)
    void opensNothingThatWasChanged(@ForAll @Size(32) byte[] key, @ForAll @Size(min = 1, max = 70) byte[] ad,
            @ForAll @Size(max = 40) byte[] plaintext, @ForAll @IntRange(max = 1_000_000) int chosen) {
        byte[] sealed = ChaChaPoly.seal(key, 5, ad, plaintext);
        byte[] changed = Hex.flipped(sealed, chosen % (8 * sealed.length));
        assertThrows(AEADBadTagException.class, () -> ChaChaPoly.open(key, 5, ad, changed));
        assertThrows(AEADBadTagException.class, () -> ChaChaPoly.open(key, 4, ad, sealed));
        assertThrows(AEADBadTagException.class, () -> ChaChaPoly.open(key, 5, Hex.flipped(ad, chosen % (8 * ad.length)), sealed));
        assertThrows(AEADBadTagException.class, () -> ChaChaPoly.open(Hex.flipped(key, chosen % 256), 5, ad, sealed));
    }

    /** Longer than a few blocks, and at every border between two. */
    @Test
    void sealsAndOpensMessagesOfEveryLengthAsTheJdkDoes() throws GeneralSecurityException {
        byte[] key = Hex.counting(32);
        for (int length = 0; length <= 400; length++) {
            byte[] plaintext = Hex.repeated(length, length);
            byte[] ad = Hex.repeated(length + 1, 400 - length);
            Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(new byte[12]));
            cipher.updateAAD(ad);
            byte[] sealed = ChaChaPoly.seal(key, 0, ad, plaintext);
            assertArrayEquals(cipher.doFinal(plaintext), sealed);
            assertArrayEquals(plaintext, ChaChaPoly.open(key, 0, ad, sealed));
        }
    }

    @Test
    void opensNothingShorterThanATag() {
        for (int length = 0; length < 16; length++) {
            byte[] ciphertext = new byte[length];
            assertThrows(AEADBadTagException.class, () -> ChaChaPoly.open(new byte[32], 0, new byte[0], ciphertext));
        }
    }

    @Test
    void sealsDifferentlyUnderEveryCounter() {
        byte[] zero = ChaChaPoly.seal(new byte[32], 0, new byte[0], new byte[8]);
        assertFalse(Arrays.equals(zero, ChaChaPoly.seal(new byte[32], 0xFFFF_FFFFL, new byte[0], new byte[8])));
    }

    @Test
    void refusesACounterOfMoreThanThirtyTwoBits() {
        assertThrows(IllegalArgumentException.class, () -> ChaChaPoly.seal(new byte[32], 1L << 32, new byte[0], new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> ChaChaPoly.seal(new byte[32], -1, new byte[0], new byte[0]));
    }

    @Test
    void refusesAKeyOfAnotherLengthWithoutShowingIt() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> ChaChaPoly.seal(Hex.repeated(0x77, 16), 0, new byte[0], new byte[0])).getMessage();
        assertEquals("a key of ChaCha20-Poly1305 has 32 bytes, not 16", message);
    }
}
