package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HkdfTest {

    @Test
    void authenticatesAsTheJavaScriptStackDoes() {
        for (VectorFile.Case vector : VectorFile.read("hkdf", "hmac")) {
            assertEquals(vector.text("mac"), Hex.text(Hkdf.hmac(vector.bytes("key"), vector.bytes("input"))), vector.place());
        }
    }

    @Test
    void derivesAsTheJavaScriptStackDoes() {
        for (VectorFile.Case vector : VectorFile.read("hkdf", "hkdf")) {
            byte[][] keys = Hkdf.derive(vector.bytes("key"), vector.bytes("input"), vector.number("outputs"));
            StringBuilder all = new StringBuilder();
            for (byte[] key : keys) {
                all.append(Hex.text(key));
            }
            assertEquals(vector.text("keys"), all.toString(), vector.place());
        }
    }

    @Property(tries = 100)
    void givesTheSameFirstKeysHoweverManyAreAsked(@ForAll @Size(64) byte[] chainingKey, @ForAll @Size(max = 64) byte[] input) {
        byte[][] three = Hkdf.derive(chainingKey, input, 3);
        byte[][] two = Hkdf.derive(chainingKey, input, 2);
        assertArrayEquals(two, Arrays.copyOf(three, 2));
    }

    @Property(tries = 100)
    void hashesALongKeyFirst(@ForAll @Size(min = 129, max = 300) byte[] key, @ForAll @Size(max = 50) byte[] text) {
        assertArrayEquals(Hkdf.hmac(Blake2b.hash512(key), text), Hkdf.hmac(key, text));
    }

    @Test
    void refusesToDeriveNothing() {
        assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(new byte[64], new byte[0], 0));
        assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(new byte[64], new byte[0], 256));
    }
}
