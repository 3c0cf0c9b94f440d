package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.crypto.Blake2b;
import org.junit.jupiter.api.Test;

class TokenSecretsTest {

    private static final long NOW = 1_000_000;

    private static byte[] random() {
        byte[] bytes = new byte[64];
        for (int i = 0; i < 64; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static long after(double seconds) {
        return NOW + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void aTokenIsTheHashOfTheHostUnderTheSecondSecret() {
        byte[] key = Arrays.copyOfRange(random(), 32, 64);
        assertArrayEquals(Blake2b.keyed256(key, "10.1.2.3".getBytes()), new TokenSecrets(random(), NOW).issue("10.1.2.3", NOW));
    }

    @Test
    void aTokenIsAcceptedFromItsHostOnly() {
        TokenSecrets secrets = new TokenSecrets(random(), NOW);
        byte[] token = secrets.issue("10.1.2.3", NOW);
        assertTrue(secrets.accepts(token, "10.1.2.3", NOW));
        assertFalse(secrets.accepts(token, "10.1.2.4", NOW));
        assertFalse(secrets.accepts(new byte[32], "10.1.2.3", NOW));
    }

    @Test
    void aTokenIsTheSameWhoeverAskedInBetween() {
        TokenSecrets secrets = new TokenSecrets(random(), NOW);
        byte[] token = secrets.issue("10.1.2.3", NOW);
        byte[] others = secrets.issue("10.1.2.4", NOW);
        assertFalse(Arrays.equals(token, others));
        assertArrayEquals(token, secrets.issue("10.1.2.3", NOW));
        byte[] given = secrets.issue("10.1.2.3", NOW);
        given[0] ^= 1; // what its receiver does with it changes nothing
        assertArrayEquals(token, secrets.issue("10.1.2.3", NOW));
        byte[] later = secrets.issue("10.1.2.3", after(7.51));
        assertFalse(Arrays.equals(token, later));
        assertTrue(secrets.accepts(token, "10.1.2.3", after(7.51)));
        assertTrue(secrets.accepts(later, "10.1.2.3", after(7.51)));
    }

    @Property
    void aTokenLivesSevenAndAHalfToFifteenSeconds(@ForAll @IntRange(max = 100_000) int issuedMillis) {
        TokenSecrets secrets = new TokenSecrets(random(), NOW);
        double issued = issuedMillis / 1000.0;
        byte[] token = secrets.issue("10.1.2.3", after(issued));
        assertTrue(secrets.accepts(token, "10.1.2.3", after(issued + 7.49)));
        assertFalse(secrets.accepts(token, "10.1.2.3", after(issued + 15.01)));
    }

    @Test
    void aLongSilenceEndsEveryToken() {
        TokenSecrets secrets = new TokenSecrets(random(), NOW);
        byte[] token = secrets.issue("10.1.2.3", NOW);
        assertFalse(secrets.accepts(token, "10.1.2.3", after(100_000)));
        byte[] fresh = secrets.issue("10.1.2.3", after(100_000));
        assertTrue(secrets.accepts(fresh, "10.1.2.3", after(100_007)));
        assertEquals(32, fresh.length);
    }
}
