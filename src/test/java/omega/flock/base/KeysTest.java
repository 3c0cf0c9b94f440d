package omega.flock.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeysTest {

    private static final HexFormat HEX = HexFormat.of();

    /** Vectors of the JavaScript stack: {@code crypto.keyPair(Buffer.alloc(32, n)).publicKey}. */
    @Test
    void aSeedGivesTheKeyThatTheJavaScriptStackGives() {
        assertEquals("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", fromSeed(1).publicKey().toString());
        assertEquals("8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394", fromSeed(2).publicKey().toString());
        assertEquals("ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c", fromSeed(4).publicKey().toString());
    }

    @Test
    void theHashOfAKeyIsItsTargetInTheTable() {
        assertEquals("c5e21ab1c9f6022d81c3b25e3436cb7f1df77f9652ae3e1310c28e621dd87b4c",
                HEX.formatHex(fromSeed(1).publicKey().hash()));
    }

    @Test
    void whatAPairSignsItsPublicKeyVerifiesAndNothingElse() {
        KeyPair pair = fromSeed(7);
        byte[] signature = pair.sign("hello".getBytes(UTF_8));
        assertTrue(pair.publicKey().verify("hello".getBytes(UTF_8), signature));
        assertFalse(pair.publicKey().verify("hellO".getBytes(UTF_8), signature));
        assertFalse(fromSeed(8).publicKey().verify("hello".getBytes(UTF_8), signature));
        assertFalse(pair.publicKey().verify("hello".getBytes(UTF_8), new byte[3]));
    }

    @Test
    void aPairNeverPrintsItsSecret() {
        KeyPair pair = fromSeed(9);
        assertFalse(pair.toString().contains("0909"), pair.toString());
        assertTrue(pair.toString().contains(pair.publicKey().toString()));
    }

    @Test
    void generatedPairsDifferAndAreRestoredFromTheirSeed() {
        KeyPair pair = KeyPair.generate();
        assertNotEquals(pair, KeyPair.generate());
        assertEquals(pair, KeyPair.fromSeed(pair.seed()));
        assertEquals(pair.hashCode(), KeyPair.fromSeed(pair.seed()).hashCode());
    }

    @Test
    void wrongLengthsAreRefusedWithTheLengthInTheMessage() {
        for (int length : new int[] {0, 10, 31, 33, 64}) {
            byte[] bytes = new byte[length];
            for (var attempt : new Runnable[] {() -> PublicKey.of(bytes), () -> KeyPair.fromSeed(bytes), () -> Topic.of(bytes)}) {
                var e = assertThrows(IllegalArgumentException.class, attempt::run);
                assertTrue(e.getMessage().endsWith("not " + length), e.getMessage());
            }
        }
        assertThrows(NullPointerException.class, () -> PublicKey.of(null));
        assertThrows(NullPointerException.class, () -> Topic.of(null));
    }

    @Property
    void keysAreCopiedAtTheBorder(@ForAll @Size(32) byte[] bytes) {
        byte[] given = bytes.clone();
        PublicKey key = PublicKey.of(given);
        given[0]++;
        key.toBytes()[1]++;
        assertArrayEquals(bytes, key.toBytes());
    }

    @Property
    void textFormsOfAKeyAreParsedBack(@ForAll @Size(32) byte[] bytes) {
        PublicKey key = PublicKey.of(bytes);
        assertEquals(key, PublicKey.parse(key.toString()));
        assertEquals(key, PublicKey.parse(key.toString().toUpperCase(java.util.Locale.ROOT)));
    }

    @Property
    void keysCompareBytewiseAndUnsigned(@ForAll @Size(32) byte[] a, @ForAll @Size(32) byte[] b) {
        PublicKey first = PublicKey.of(a);
        PublicKey second = PublicKey.of(b);
        assertEquals(Integer.signum(Arrays.compareUnsigned(a, b)), Integer.signum(first.compareTo(second)));
        assertEquals(first.compareTo(second) == 0, first.equals(second));
    }

    /** Vector: {@code require('z32').encode(key)} of the key of seed 01 x 32. */
    @Test
    void anIdentifierInZBase32IsTheSameKey() {
        assertEquals(fromSeed(1).publicKey(), PublicKey.parse(Z32_OF_SEED_1));
        assertThrows(IllegalArgumentException.class, () -> PublicKey.parse(Z32_OF_SEED_1.replace('y', 'l')));
    }

    private static final String Z32_OF_SEED_1 = "tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy";

    @Test
    void aTextThatIsNoKeyIsRefused() {
        for (String text : new String[] {"", "abc", "zz".repeat(32), "0".repeat(63), "v".repeat(52)}) {
            assertThrows(IllegalArgumentException.class, () -> PublicKey.parse(text), text);
        }
    }

    @Test
    void aTopicIsFilledLikeABuffer() {
        assertEquals("68656c6c6f20776f726c6468656c6c6f20776f726c6468656c6c6f20776f726c", Topic.filled("hello world").toString());
        assertEquals("61".repeat(32), Topic.filled("a").toString());
        assertEquals("61".repeat(32), Topic.filled("a".repeat(40)).toString());
        assertThrows(IllegalArgumentException.class, () -> Topic.filled(""));
    }

    @Test
    void aTopicIsHashedWithBlake2b() {
        assertEquals("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319", Topic.hash("abc").toString());
        assertEquals(Topic.hash("abc"), Topic.parse(Topic.hash("abc").toString()));
        assertNotEquals(Topic.hash("abc"), Topic.hash("abd"));
    }

    private static KeyPair fromSeed(int value) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) value);
        return KeyPair.fromSeed(seed);
    }
}
