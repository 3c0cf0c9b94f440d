package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SecretBoxTest {

    /** "Cryptography in NaCl", sections 8 and 10: the shared key becomes the first key. */
    @Test
    void derivesTheKeysOfThePaperOnNacl() {
        byte[] shared = Hex.bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        byte[] first = Salsa20.hsalsa20(shared, new byte[16]);
        assertEquals("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389", Hex.text(first));
        byte[] second = Salsa20.hsalsa20(first, Hex.bytes("69696ee955b62b73cd62bda875fc73d6"));
        assertEquals("dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4", Hex.text(second));
    }

    @Test
    void sealsTheBoxOfThePaperOnNacl() {
        byte[] key = Hex.bytes("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        byte[] nonce = Hex.bytes("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        byte[] plaintext = Hex.bytes("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc",
                "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31",
                "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde",
                "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864", "5e0705");
        byte[] box = Hex.bytes("f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce",
                "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972",
                "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae",
                "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3", "7973f622a43d14a6599b1f654cb45a74e355a5");
        assertEquals(Hex.text(box), Hex.text(SecretBox.seal(key, nonce, plaintext)));
        assertArrayEquals(plaintext, SecretBox.open(key, nonce, box).orElseThrow());
    }

    @Test
    void sealsADatagramAsSecretStreamDoes() {
        byte[] key = Hex.bytes("06e99bf2312a41a3eb25e86bf2f1ab20ddab9c83f45eafa5060d9d236e3b1cc1");
        byte[] nonce = Arrays.copyOf(Hex.bytes("0100000000000009"), 24);
        byte[] plaintext = "unordered hello world, this is more than thirty-two bytes and more than sixty-four bytes long."
                .getBytes(US_ASCII);
        assertEquals("51157ea24998eca29c71d842bac4dbb6c064c021a8348e513ca2823f8683b631e1a4c9d7cc2efbbfb6e916d27b900cd8"
                + "8acf9ca3805f5808496834fdef155f8b3b7f14528a667c97febd5e753e6da8d8d173575767fd0aee5a485f18dad3d695"
                + "d19d46f349dbc393198380018fa5", Hex.text(SecretBox.seal(key, nonce, plaintext)));
    }

    @Test
    void sealsAndOpensAsLibsodiumDoes() {
        for (VectorFile.Case vector : VectorFile.read("secretbox")) {
            byte[] key = vector.bytes("key");
            byte[] nonce = vector.bytes("nonce");
            assertEquals(vector.text("box"), Hex.text(SecretBox.seal(key, nonce, vector.bytes("plaintext"))), vector.place());
            byte[] opened = SecretBox.open(key, nonce, vector.bytes("box")).orElseThrow();
            assertEquals(vector.text("plaintext"), Hex.text(opened), vector.place());
        }
    }

    @Property(tries = 200)
    void opensWhatItSealed(@ForAll @Size(32) byte[] key, @ForAll @Size(24) byte[] nonce, @ForAll @Size(max = 300) byte[] plaintext) {
        assertArrayEquals(plaintext, SecretBox.open(key, nonce, SecretBox.seal(key, nonce, plaintext)).orElseThrow());
    }

    @Property(tries = 300)
    void doesNotOpenABoxWithAnyBitTurned(@ForAll @Size(32) byte[] key, @ForAll @Size(24) byte[] nonce,
            @ForAll @Size(max = 40) byte[] plaintext, @ForAll @IntRange(max = 1_000_000) int chosen) {
        byte[] box = SecretBox.seal(key, nonce, plaintext);
        assertTrue(SecretBox.open(key, nonce, Hex.flipped(box, chosen % (8 * box.length))).isEmpty());
        assertTrue(SecretBox.open(Hex.flipped(key, chosen % 256), nonce, box).isEmpty());
        assertTrue(SecretBox.open(key, Hex.flipped(nonce, chosen % 192), box).isEmpty());
    }

    @Test
    void doesNotOpenWhatIsShorterThanATag() {
        for (int length = 0; length <= 16; length++) {
            assertTrue(SecretBox.open(new byte[32], new byte[24], new byte[length]).isEmpty());
        }
    }

    @Test
    void refusesKeysAndNoncesOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> SecretBox.seal(new byte[31], new byte[24], new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> SecretBox.seal(new byte[32], new byte[8], new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> SecretBox.open(new byte[33], new byte[24], new byte[20]));
        assertThrows(IllegalArgumentException.class, () -> SecretBox.open(new byte[32], new byte[25], new byte[20]));
    }
}
