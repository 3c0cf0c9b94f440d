package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HChaCha20Test {

    @Test
    void derivesTheKeyOfTheXchachaDraft() {
        byte[] derived = HChaCha20.derive(Hex.counting(32), Hex.bytes("000000090000004a0000000031415927"));
        assertEquals("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc", Hex.text(derived));
    }

    @Test
    void derivesWithACounterThatIsNegativeInJava() {
        byte[] derived = HChaCha20.derive(new byte[32], Hex.repeated(0xFF, 16));
        assertEquals("2fbaaf4d01cbcce35811c5ece6fef722f78b0b68b8e27be324cf67fdc0e96c4b", Hex.text(derived));
    }

    /** A block of ChaCha20 is the same rounds with the initial state added: what is left when that is taken away again. */
    @Property(tries = 200)
    void agreesWithTheRoundsOfTheJdk(@ForAll @Size(32) byte[] key, @ForAll @Size(16) byte[] input) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("ChaCha20");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"),
                new ChaCha20ParameterSpec(Arrays.copyOfRange(input, 4, 16), LittleEndian.int32(input, 0)));
        byte[] block = cipher.update(new byte[64]);
        byte[] constants = "expand 32-byte k".getBytes(US_ASCII);
        byte[] expected = new byte[32];
        for (int i = 0; i < 4; i++) {
            LittleEndian.putInt32(expected, 4 * i, LittleEndian.int32(block, 4 * i) - LittleEndian.int32(constants, 4 * i));
            LittleEndian.putInt32(expected, 16 + 4 * i, LittleEndian.int32(block, 48 + 4 * i) - LittleEndian.int32(input, 4 * i));
        }
        assertArrayEquals(expected, HChaCha20.derive(key, input));
    }
}
