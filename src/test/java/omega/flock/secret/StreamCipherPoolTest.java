package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import omega.flock.crypto.StreamCipher;
import org.junit.jupiter.api.Test;

class StreamCipherPoolTest {

    private final StreamCipherPool pool = new StreamCipherPool();

    @Test
    void givesACipherToOneAtATimeAndKeepsNoMoreThanItsBound() {
        Set<StreamCipher> lent = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 2 * SecretConstants.IDLE_CIPHERS; i++) {
            assertTrue(lent.add(pool.take()), "lent twice");
        }
        lent.forEach(pool::release);
        for (int i = 0; i < SecretConstants.IDLE_CIPHERS; i++) {
            assertTrue(lent.remove(pool.take()), "made another one, or lent one twice");
        }
        assertFalse(lent.contains(pool.take()), "kept more than its bound");
        assertEquals(SecretConstants.IDLE_CIPHERS, lent.size());
    }
}
