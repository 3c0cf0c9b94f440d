package omega.flock.peer.punch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.crypto.Blake2b;

/**
 * Proofs that a peer receives at an address: a token that only this side can compute for a host, sent to that host and
 * echoed. The port does not count, because a NAT may change it. Immutable.
 *
 * <pre>
 *   token = BLAKE2b-256( ASCII dotted host ; key = 32 random bytes of this attempt )
 * </pre>
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/secure-payload.js}.
 */
public final class PunchTokens {

    private static final int KEY_BYTES = 32;

    private final byte[] key;

    /** Creates tokens for one attempt to connect. */
    public PunchTokens(RandomGenerator secureRandom) {
        this(randomKey(secureRandom));
    }

    PunchTokens(byte[] key) {
        this.key = key.clone();
    }

    /** Returns the token of a host, 32 bytes. */
    public byte[] token(PeerAddress address) {
        return Blake2b.keyed256(key, address.host().getBytes(StandardCharsets.US_ASCII));
    }

    /** Tells, in constant time, whether an echoed token is the one of this address's host. */
    public boolean proves(PeerAddress address, byte[] echoed) {
        return MessageDigest.isEqual(token(address), echoed);
    }

    private static byte[] randomKey(RandomGenerator random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return key;
    }
}
