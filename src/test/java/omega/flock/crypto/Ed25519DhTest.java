package omega.flock.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.InvalidKeyException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Ed25519DhTest {

    @Test
    void agreesOnThePublishedPoint() throws InvalidKeyException {
        byte[] shared = Ed25519Dh.agree(Hex.repeated(7, 32), Ed25519.publicKey(Hex.repeated(9, 32)));
        assertEquals("228c6c71eb65198fff014fff5d4ac46fff169361de71d6d7a543002b8da91443", Hex.text(shared));
    }

    @Test
    void agreesAndRefusesAsTheJavaScriptStackDoes() {
        int refused = 0;
        for (VectorFile.Case vector : VectorFile.read("agreement")) {
            String shared;
            try {
                shared = Hex.text(Ed25519Dh.agree(vector.bytes("seed"), vector.bytes("publicKey")));
            } catch (InvalidKeyException e) {
                shared = "refused";
                refused++;
            }
            assertEquals(vector.text("shared"), shared, vector.place());
        }
        assertTrue(refused > 100, "only " + refused + " refusals");
    }

    @Test
    void multipliesByTheLargestAndSmallestScalars() throws InvalidKeyException {
        for (VectorFile.Case vector : VectorFile.read("scalar")) {
            byte[] scalar = vector.bytes("scalar");
            byte[] product = AgreementPoint.of(vector.bytes("publicKey")).multiply(scalar);
            assertEquals(vector.text("product"), Hex.text(product), vector.place());
            assertArrayEquals(vector.bytes("scalar"), scalar, "the caller's scalar changed");
        }
    }

    @Property(tries = 40)
    void givesBothSidesTheSamePoint(@ForAll @Size(32) byte[] ours, @ForAll @Size(32) byte[] theirs) throws InvalidKeyException {
        assertArrayEquals(Ed25519Dh.agree(ours, Ed25519.publicKey(theirs)), Ed25519Dh.agree(theirs, Ed25519.publicKey(ours)));
    }

    @Property(tries = 20)
    void givesThePointOfAPreparedKeyAgainAndAgain(@ForAll @Size(32) byte[] seed, @ForAll @Size(32) byte[] remote)
            throws InvalidKeyException {
        byte[] publicKey = Ed25519.publicKey(remote);
        Ed25519Dh.Remote prepared = Ed25519Dh.prepare(publicKey);
        assertArrayEquals(Ed25519Dh.agree(seed, publicKey), prepared.agree(seed));
        assertArrayEquals(Ed25519Dh.agree(seed, publicKey), prepared.agree(seed));
    }

    @Property(tries = 30)
    void refusesOrAgreesButNeverFailsOtherwise(@ForAll @Size(32) byte[] anything) {
        try {
            assertEquals(32, Ed25519Dh.agree(Hex.repeated(1, 32), anything).length);
        } catch (InvalidKeyException e) {
            assertTrue(e.getMessage().startsWith("public key"), e.getMessage());
        }
    }

    @Test
    void refusesAPublicKeyOfAnotherLength() {
        assertThrows(InvalidKeyException.class, () -> Ed25519Dh.agree(new byte[32], new byte[31]));
        assertThrows(InvalidKeyException.class, () -> Ed25519Dh.agree(new byte[32], new byte[0]));
        assertThrows(InvalidKeyException.class, () -> Ed25519Dh.agree(new byte[32], new byte[33]));
    }

    @Test
    void refusesASeedOfAnotherLength() {
        byte[] publicKey = Ed25519.publicKey(new byte[32]);
        assertThrows(IllegalArgumentException.class, () -> Ed25519Dh.agree(new byte[64], publicKey));
    }
}
