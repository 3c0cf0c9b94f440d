package omega.flock.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import omega.flock.base.PublicKey;
import omega.flock.crypto.ChaChaPoly;
import omega.flock.crypto.Hex;
import omega.flock.crypto.Hkdf;
import omega.flock.noise.NoiseHandshake.Pattern;
import org.junit.jupiter.api.Test;

/** What a handshake has no use for any more is zeros: what it would compute from it is what zeros give. */
class ForgottenKeysTest {

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] NO_KEY = new byte[NoiseConstants.KEY_BYTES];
    private static final Transcripts KEYS = Transcripts.published(Transcripts.PROLOGUE);

    private static byte[] zerosSplit(int side) {
        byte[] key = Hkdf.derive(new byte[NoiseConstants.HASH_BYTES], NOTHING, 2)[side];
        return Arrays.copyOf(key, NoiseConstants.KEY_BYTES);
    }

    @Test
    void aCipherForgetsItsKey() {
        byte[] key = Hex.counting(NoiseConstants.KEY_BYTES);
        CipherState cipher = new CipherState(key);
        cipher.wipe();
        assertArrayEquals(NO_KEY, key);
    }

    @Test
    void anAgreementIsForgottenOnceItIsMixedIn() {
        byte[] agreement = Hex.counting(32);
        new SymmetricState(Pattern.IK.protocolName()).mixKey(agreement);
        assertArrayEquals(new byte[32], agreement);
    }

    @Test
    void aConversationForgetsItsChainAndItsCipher() {
        SymmetricState symmetric = new SymmetricState(Pattern.IK.protocolName());
        symmetric.mixKey(Hex.counting(32));
        byte[] hash = symmetric.hash();
        symmetric.wipe();
        assertArrayEquals(zerosSplit(0), symmetric.split()[0]);
        assertArrayEquals(ChaChaPoly.seal(NO_KEY, 0, hash, Hex.counting(5)), symmetric.encryptAndHash(Hex.counting(5)));
    }

    @Test
    void aHandshakeForgetsWhatItsMessagesHaveMade() throws NoiseException {
        HandshakeState responder = HandshakeState.begin(Pattern.IK, false, KEYS.responderStatic(), Transcripts.PROLOGUE, Optional.empty());
        responder.read(Pattern.IK.messages().getFirst(), KEYS.initiator(Pattern.IK).writeMessage(NOTHING));
        responder.wipe();
        assertArrayEquals(zerosSplit(1), responder.result().transmitKey());
        assertArrayEquals(zerosSplit(0), responder.result().receiveKey());
    }

    @Test
    void aCallerIsToldWhoseTurnItIsAndWhatItsPatternNeeds() {
        NoiseHandshake initiator = KEYS.initiator(Pattern.XX);
        NoiseHandshake responder = KEYS.responder(Pattern.XX);
        assertEquals("message 1 of XX is not the responder's",
                assertThrows(IllegalStateException.class, () -> responder.writeMessage(NOTHING)).getMessage());
        initiator.writeMessage(NOTHING);
        assertEquals("message 2 of XX is not the initiator's",
                assertThrows(IllegalStateException.class, () -> initiator.writeMessage(NOTHING)).getMessage());
        PublicKey key = KEYS.responderStatic().publicKey();
        assertEquals("XX learns the responder's key", assertThrows(IllegalArgumentException.class,
                () -> NoiseHandshake.initiator(Pattern.XX, KEYS.initiatorStatic(), NOTHING, key)).getMessage());
        assertEquals("IK needs the responder's key", assertThrows(IllegalArgumentException.class,
                () -> NoiseHandshake.initiator(Pattern.IK, KEYS.initiatorStatic(), NOTHING)).getMessage());
    }
}
