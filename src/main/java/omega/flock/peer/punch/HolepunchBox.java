package omega.flock.peer.punch;

import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import omega.flock.crypto.Blake2b;
import omega.flock.crypto.SecretBox;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.Namespaces;
import omega.flock.wire.MalformedMessageException;

/**
 * Seals the rounds of one hole punching negotiation. That hides them from whoever did not see the handshake; but the key is made of
 * its hash, which the node that relayed it can compute: to everybody else here what a round says is a stranger's word.
 * Both directions use the same key. Immutable but for the random source; thread-safe if that is.
 *
 * <pre>
 *  +----------+--------+------------------------------+
 *  | nonce 24 | mac 16 | ciphertext, as long as plain |   XSalsa20-Poly1305
 *  +----------+--------+------------------------------+
 *
 *   key = BLAKE2b-256( namespace PEER_HOLEPUNCH ; key = the Noise handshake hash, 64 bytes )
 * </pre>
 *
 * <p>Source: hyperdht 6.34.0 {@code lib/secure-payload.js}, {@code lib/noise-wrap.js}.
 */
public final class HolepunchBox {

    private static final int NONCE_BYTES = 24;
    private static final int MAC_BYTES = 16;
    private static final int HANDSHAKE_HASH_BYTES = 64;

    private final byte[] secret;
    private final RandomGenerator random;

    /**
     * Creates the box of one handshake.
     *
     * @param handshakeHash the hash that both peers have after the Noise handshake, 64 bytes
     * @param secureRandom where nonces come from
     */
    public HolepunchBox(byte[] handshakeHash, RandomGenerator secureRandom) {
        this(secureRandom, secretOf(handshakeHash));
    }

    private HolepunchBox(RandomGenerator random, byte[] secret) {
        this.random = random;
        this.secret = secret;
    }

    /** Creates a box from the derived key itself. */
    static HolepunchBox withSecret(byte[] secret, RandomGenerator random) {
        return new HolepunchBox(random, secret.clone());
    }

    /** Seals a round under a fresh nonce. */
    public byte[] seal(HolepunchPayload payload) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = SecretBox.seal(secret, nonce, payload.toBytes());
        byte[] box = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, box, NONCE_BYTES, sealed.length);
        return box;
    }

    /** Opens a round; empty if it was not sealed with this handshake's key, or says nothing legible. */
    public Optional<HolepunchPayload> open(byte[] box) {
        if (box.length <= NONCE_BYTES + MAC_BYTES) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOf(box, NONCE_BYTES);
        return SecretBox.open(secret, nonce, Arrays.copyOfRange(box, NONCE_BYTES, box.length)).flatMap(HolepunchBox::decode);
    }

    static byte[] secretOf(byte[] handshakeHash) {
        if (handshakeHash.length != HANDSHAKE_HASH_BYTES) {
            throw new IllegalArgumentException("a handshake hash has 64 bytes, not " + handshakeHash.length);
        }
        return Blake2b.keyed256(handshakeHash, Namespaces.peerHolepunch());
    }

    private static Optional<HolepunchPayload> decode(byte[] plaintext) {
        try {
            return Optional.of(HolepunchPayload.decode(plaintext));
        } catch (MalformedMessageException e) {
            // Sealed by somebody who knows the key but broken: for the caller the same as a box that does not open.
            return Optional.empty();
        }
    }
}
