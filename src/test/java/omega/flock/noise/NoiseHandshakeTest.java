package omega.flock.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PublicKey;
import omega.flock.crypto.Hex;
import omega.flock.noise.NoiseHandshake.Pattern;
import org.junit.jupiter.api.Test;

/** What strangers may send, and what callers may not do. */
class NoiseHandshakeTest {

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] PAYLOAD = Hex.counting(7);
    private static final Transcripts KEYS = Transcripts.published(Transcripts.PROLOGUE);

    /** y = 2 has no x: no point of the curve. */
    private static final byte[] NO_POINT = Arrays.copyOf(new byte[] {2}, 32);

    private static final byte[] SMALL_ORDER = Hex.bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

    @Test
    void refusesAForgedFirstMessageAndStillWelcomesTheRightOne() throws NoiseException {
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        byte[] message = KEYS.initiator(Pattern.IK).writeMessage(PAYLOAD);
        for (int at = 0; at < message.length; at++) {
            byte[] forged = Hex.flipped(message, 8 * at + at % 8);
            assertThrows(NoiseException.class, () -> responder.readMessage(forged), "byte " + at);
            assertThrows(IllegalStateException.class, responder::remotePublicKey, "byte " + at);
        }
        assertArrayEquals(PAYLOAD, responder.readMessage(message));
        assertEquals(KEYS.initiatorStatic().publicKey(), responder.remotePublicKey());
    }

    @Test
    void refusesAForgedReplyAndStillWelcomesTheRightOne() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.IK);
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        responder.readMessage(initiator.writeMessage(NOTHING));
        byte[] reply = responder.writeMessage(PAYLOAD);
        for (int at = 0; at < reply.length; at++) {
            byte[] forged = Hex.flipped(reply, 8 * at + at % 8);
            assertThrows(NoiseException.class, () -> initiator.readMessage(forged), "byte " + at);
            assertFalse(initiator.isComplete());
        }
        assertArrayEquals(PAYLOAD, initiator.readMessage(reply));
        assertArrayEquals(responder.result().transmitKey(), initiator.result().receiveKey());
    }

    @Test
    void refusesForgeriesInEveryMessageOfStrangers() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.XX);
        NoiseHandshake responder = KEYS.responder(Pattern.XX);
        responder.readMessage(initiator.writeMessage(NOTHING));
        byte[] second = responder.writeMessage(PAYLOAD);
        for (int at = 0; at < second.length; at++) {
            byte[] forged = Hex.flipped(second, 8 * at);
            assertThrows(NoiseException.class, () -> initiator.readMessage(forged), "byte " + at + " of the second");
        }
        assertArrayEquals(PAYLOAD, initiator.readMessage(second));
        byte[] third = initiator.writeMessage(PAYLOAD);
        for (int at = 0; at < third.length; at++) {
            byte[] forged = Hex.flipped(third, 8 * at);
            assertThrows(NoiseException.class, () -> responder.readMessage(forged), "byte " + at + " of the third");
        }
        assertArrayEquals(PAYLOAD, responder.readMessage(third));
        assertArrayEquals(responder.result().handshakeHash(), initiator.result().handshakeHash());
    }

    @Test
    void refusesAMessageCutAnywhere() throws NoiseException {
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        byte[] message = KEYS.initiator(Pattern.IK).writeMessage(PAYLOAD);
        for (int length = 0; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThrows(NoiseException.class, () -> responder.readMessage(cut), length + " bytes");
        }
        assertThrows(NoiseException.class, () -> responder.readMessage(Arrays.copyOf(message, message.length + 1)));
        assertArrayEquals(PAYLOAD, responder.readMessage(message));
    }

    @Property(tries = 100)
    void refusesWhateverElseAStrangerSends(@ForAll @Size(max = 200) byte[] anything) {
        assertThrows(NoiseException.class, () -> KEYS.responder(Pattern.IK).readMessage(anything));
    }

    @Test
    void refusesEphemeralKeysThatLibsodiumRefuses() {
        for (byte[] key : new byte[][] {NO_POINT, SMALL_ORDER, new byte[32], Hex.repeated(0xFF, 32)}) {
            byte[] longer = Arrays.copyOf(key, 120);
            assertThrows(NoiseException.class, () -> KEYS.responder(Pattern.IK).readMessage(longer));
            assertThrows(NoiseException.class, () -> KEYS.responder(Pattern.XX).readMessage(key));
        }
    }

    @Test
    void refusesAMessageForAnotherPrologue() {
        byte[] message = Transcripts.published(NOTHING).initiator(Pattern.IK).writeMessage(PAYLOAD);
        assertThrows(NoiseException.class, () -> KEYS.responder(Pattern.IK).readMessage(message));
    }

    @Test
    void refusesAMessageForAnotherResponder() {
        NoiseHandshake other = NoiseHandshake.responder(Pattern.IK, KEYS.initiatorEphemeral(), Transcripts.PROLOGUE);
        byte[] message = KEYS.initiator(Pattern.IK).writeMessage(PAYLOAD);
        assertThrows(NoiseException.class, () -> other.readMessage(message));
    }

    @Test
    void refusesAMessageLargerThanNoiseAllows() throws NoiseException {
        byte[] largest = new byte[65_519];
        byte[] message = KEYS.initiator(Pattern.IK).writeMessage(largest);
        assertEquals(96 + largest.length, message.length);
        assertArrayEquals(largest, KEYS.responder(Pattern.IK).readMessage(message));
        NoiseException refusal = assertThrows(NoiseException.class,
                () -> KEYS.responder(Pattern.IK).readMessage(Arrays.copyOf(message, message.length + 1)));
        assertTrue(refusal.getMessage().contains("65536"), refusal.getMessage());
    }

    @Test
    void keepsTheHandshakeWhenThePayloadIsTooLong() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.IK);
        assertThrows(IllegalArgumentException.class, () -> initiator.writeMessage(new byte[65_520]));
        assertArrayEquals(PAYLOAD, KEYS.responder(Pattern.IK).readMessage(initiator.writeMessage(PAYLOAD)));
    }

    @Test
    void wantsTheResponderKnownExactlyWhenThePatternDoes() {
        PublicKey remote = KEYS.responderStatic().publicKey();
        assertThrows(IllegalArgumentException.class,
                () -> NoiseHandshake.initiator(Pattern.XX, KEYS.initiatorStatic(), NOTHING, remote));
        assertThrows(IllegalArgumentException.class, () -> NoiseHandshake.initiator(Pattern.IK, KEYS.initiatorStatic(), NOTHING));
    }

    @Test
    void refusesAtOnceToCallAKeyThatNobodyCanHave() {
        for (byte[] key : new byte[][] {NO_POINT, SMALL_ORDER, Hex.repeated(0xFF, 32)}) {
            PublicKey remote = PublicKey.of(key);
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                    () -> NoiseHandshake.initiator(Pattern.IK, KEYS.initiatorStatic(), NOTHING, remote));
            assertTrue(refusal.getMessage().contains(remote.toString()), refusal.getMessage());
        }
    }

    @Test
    void letsEachSideSpeakInItsTurnOnly() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.IK);
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        assertThrows(IllegalStateException.class, () -> initiator.readMessage(PAYLOAD));
        assertThrows(IllegalStateException.class, () -> responder.writeMessage(PAYLOAD));
        byte[] first = initiator.writeMessage(NOTHING);
        assertThrows(IllegalStateException.class, () -> initiator.writeMessage(NOTHING));
        responder.readMessage(first);
        assertThrows(IllegalStateException.class, () -> responder.readMessage(first));
    }

    @Test
    void saysNothingMoreAfterTheEnd() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.IK);
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        assertThrows(IllegalStateException.class, initiator::result);
        responder.readMessage(initiator.writeMessage(NOTHING));
        assertThrows(IllegalStateException.class, responder::result);
        byte[] reply = responder.writeMessage(NOTHING);
        assertTrue(responder.isComplete());
        initiator.readMessage(reply);
        assertThrows(IllegalStateException.class, () -> initiator.readMessage(reply));
        assertThrows(IllegalStateException.class, () -> initiator.writeMessage(NOTHING));
        assertThrows(IllegalStateException.class, () -> responder.writeMessage(NOTHING));
    }

    @Test
    void learnsWhoAStrangerIsFromTheMessageThatSaysSo() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.XX);
        NoiseHandshake responder = KEYS.responder(Pattern.XX);
        responder.readMessage(initiator.writeMessage(NOTHING));
        assertThrows(IllegalStateException.class, responder::remotePublicKey);
        assertThrows(IllegalStateException.class, initiator::remotePublicKey);
        initiator.readMessage(responder.writeMessage(NOTHING));
        assertEquals(KEYS.responderStatic().publicKey(), initiator.remotePublicKey());
        responder.readMessage(initiator.writeMessage(NOTHING));
        assertEquals(KEYS.initiatorStatic().publicKey(), responder.remotePublicKey());
    }

    @Test
    void handsOutCopiesOfItsKeysAndNeverPrintsThem() throws NoiseException {
        NoiseHandshake initiator = KEYS.initiator(Pattern.IK);
        NoiseHandshake responder = KEYS.responder(Pattern.IK);
        responder.readMessage(initiator.writeMessage(NOTHING));
        initiator.readMessage(responder.writeMessage(NOTHING));
        NoiseResult result = initiator.result();
        byte[] key = result.transmitKey();
        Arrays.fill(result.transmitKey(), (byte) 0);
        Arrays.fill(result.receiveKey(), (byte) 0);
        Arrays.fill(result.handshakeHash(), (byte) 0);
        assertArrayEquals(responder.result().receiveKey(), result.transmitKey());
        assertArrayEquals(responder.result().transmitKey(), result.receiveKey());
        assertArrayEquals(responder.result().handshakeHash(), result.handshakeHash());
        assertEquals("NoiseResult[" + KEYS.responderStatic().publicKey() + "]", result.toString());
        assertFalse(result.toString().contains(Hex.text(key)));
    }

    @Test
    void leavesNoResultWithKeysOfAnotherLength() {
        PublicKey remote = KEYS.responderStatic().publicKey();
        assertThrows(IllegalArgumentException.class, () -> new NoiseResult(new byte[31], new byte[32], new byte[64], remote));
        assertThrows(IllegalArgumentException.class, () -> new NoiseResult(new byte[32], new byte[33], new byte[64], remote));
        assertThrows(IllegalArgumentException.class, () -> new NoiseResult(new byte[32], new byte[32], new byte[32], remote));
    }

    @Test
    void namesItselfAsTheJavaScriptStackDoes() {
        assertEquals("Noise_IK_Ed25519_ChaChaPoly_BLAKE2b", Pattern.IK.protocolName());
        assertEquals("Noise_XX_Ed25519_ChaChaPoly_BLAKE2b", Pattern.XX.protocolName());
    }
}
