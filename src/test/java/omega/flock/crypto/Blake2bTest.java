package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Blake2bTest {

    private static final byte[] ABC = "abc".getBytes(US_ASCII);

    @Test
    void hashesTheExampleOfRfc7693() {
        assertEquals("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923", Hex.text(Blake2b.hash512(ABC)));
    }

    @Test
    void hashesToThirtyTwoBytesAsTheJavaScriptStackDoes() {
        assertEquals("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319", Hex.text(Blake2b.hash256(ABC)));
    }

    @Test
    void hashesNothing() {
        String expected = "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
                + "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce";
        assertEquals(expected, Hex.text(Blake2b.hash512()));
        assertEquals(expected, Hex.text(Blake2b.hash512(new byte[0], new byte[0])));
    }

    @Test
    void agreesWithLibsodiumForEveryLengthAroundABlock() {
        for (VectorFile.Case vector : VectorFile.read("blake2b")) {
            byte[] input = vector.bytes("input");
            byte[] key = vector.bytes("key");
            byte[] hash = key.length > 0 ? Blake2b.keyed256(key, input)
                    : vector.number("size") == 64 ? Blake2b.hash512(input) : Blake2b.hash256(input);
            assertEquals(vector.text("hash"), Hex.text(hash), vector.place());
        }
    }

    @Property
    void hashesPartsAsIfTheyStoodOneAfterTheOther(@ForAll @Size(max = 400) byte[] input, @ForAll @IntRange(max = 400) int one,
            @ForAll @IntRange(max = 400) int two) {
        int first = Math.min(Math.min(one, two), input.length);
        int second = Math.min(Math.max(one, two), input.length);
        byte[][] parts = {Arrays.copyOf(input, first), Arrays.copyOfRange(input, first, second),
            Arrays.copyOfRange(input, second, input.length)};
        assertArrayEquals(Blake2b.hash256(input), Blake2b.hash256(parts));
        assertArrayEquals(Blake2b.hash512(input), Blake2b.hash512(parts));
        assertArrayEquals(Blake2b.keyed256(new byte[5], input), Blake2b.keyed256(new byte[5], parts));
    }

    @Property(tries = 200)
    void leavesItsInputAlone(@ForAll @Size(min = 1, max = 64) byte[] key, @ForAll @Size(max = 300) byte[] input) {
        byte[] keyBefore = key.clone();
        byte[] inputBefore = input.clone();
        Blake2b.keyed256(key, input);
        Blake2b.hash512(input);
        assertArrayEquals(keyBefore, key);
        assertArrayEquals(inputBefore, input);
    }

    @Test
    void tellsKeysAndLengthsOfKeysApart() {
        byte[] oneZero = Blake2b.keyed256(new byte[1], ABC);
        assertFalse(Arrays.equals(oneZero, Blake2b.keyed256(new byte[2], ABC)));
        assertFalse(Arrays.equals(oneZero, Blake2b.hash256(ABC)));
    }

    @Test
    void isNotTheBeginningOfTheLongerHash() {
        assertFalse(Arrays.equals(Blake2b.hash256(ABC), Arrays.copyOf(Blake2b.hash512(ABC), 32)));
    }

    @Test
    void refusesAKeyThatIsEmptyOrTooLong() {
        assertThrows(IllegalArgumentException.class, () -> Blake2b.keyed256(new byte[0], ABC));
        assertThrows(IllegalArgumentException.class, () -> Blake2b.keyed256(new byte[65], ABC));
    }
}
