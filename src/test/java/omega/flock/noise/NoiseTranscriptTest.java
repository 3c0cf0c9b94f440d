package omega.flock.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import omega.flock.crypto.Hex;
import omega.flock.crypto.VectorFile;
import omega.flock.noise.NoiseHandshake.Pattern;
import org.junit.jupiter.api.Test;

/** Every byte of a handshake as the JavaScript stack writes it. */
class NoiseTranscriptTest {

    private static final byte[] NOTHING = new byte[0];

    @Test
    void writesThePublishedHandshakeWhoseResponderIsKnown() throws NoiseException {
        Transcripts keys = Transcripts.published(Transcripts.PROLOGUE);
        NoiseHandshake initiator = keys.initiator(Pattern.IK);
        NoiseHandshake responder = keys.responder(Pattern.IK);

        byte[] first = initiator.writeMessage("hello".getBytes(US_ASCII));
        assertEquals("ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1605c88a9067c5f85bd7499907d5c8695"
                + "48dd90bed5350bb2e7cb47efe61f60bc315838e49205f95b5a618d7c8c212eeb998231857418c6ba0b73dcbd1ccc3503"
                + "220b61a18e", Hex.text(first));
        assertEquals("hello", new String(responder.readMessage(first), US_ASCII));
        assertEquals(keys.initiatorStatic().publicKey(), responder.remotePublicKey());

        byte[] second = responder.writeMessage("world".getBytes(US_ASCII));
        assertEquals("ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c80b7f07515a3f0efc73084ad7d03fe2c"
                + "d329e639e2", Hex.text(second));
        assertEquals("world", new String(initiator.readMessage(second), US_ASCII));

        NoiseResult result = initiator.result();
        assertEquals("cc00d99bd3a15a6779df38fd42fd25a84d73264023e7c1da95cf3bcbdce9c210", Hex.text(result.transmitKey()));
        assertEquals("78dd48ecef5d11fd953197694a8ee2d9f8d86d49d56d856e3dd7c8e78047826b", Hex.text(result.receiveKey()));
        assertEquals("18b74947225a5486b0845fe42cb857c7d23c5bb8d32045b65bf5f592ff163c02"
                + "5e97859cb166d8ed8245cca8f8320d2edba6e319d43af770433042fb7aa61a7d", Hex.text(result.handshakeHash()));
        assertMirrored(result, responder.result());
        assertEquals(keys.responderStatic().publicKey(), result.remotePublicKey());
        assertEquals(keys.initiatorStatic().publicKey(), responder.result().remotePublicKey());
    }

    @Test
    void writesThePublishedHandshakeOfStrangers() throws NoiseException {
        Transcripts keys = Transcripts.published(NOTHING);
        NoiseHandshake initiator = keys.initiator(Pattern.XX);
        NoiseHandshake responder = keys.responder(Pattern.XX);

        byte[] first = initiator.writeMessage(NOTHING);
        assertEquals("ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1", Hex.text(first));
        responder.readMessage(first);
        byte[] second = responder.writeMessage(NOTHING);
        assertEquals("ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c8924380c5066a7dcffff1174cebcbfef"
                + "c17dafd675f6dc2e688de867ff96c431a1fcb7f80997fba29d5bbc64a50e8d74e82bc092a89c62eacaf68db17bb5d0b5", Hex.text(second));
        initiator.readMessage(second);
        byte[] third = initiator.writeMessage(NOTHING);
        assertEquals("585b6e8320c9dfc6764d48e242b912333244a85ae8769c90ee632f1d3bf6945d6d4729ee9c716f0f82946ce191158c48"
                + "0d53f508585c93bb66354bbee6b8bdad", Hex.text(third));
        responder.readMessage(third);

        NoiseResult result = initiator.result();
        assertEquals("36e72ba85cd0a2b5e7c9f44704a1757d7230c30dd39736e46f2190fcd1300c13", Hex.text(result.transmitKey()));
        assertEquals("29c4a931005b47aaf766f5ec7a119810eb15399b8612e79071f77447826dee17", Hex.text(result.receiveKey()));
        assertEquals("aa42bcea44d843e3803e549191ae7eac847a85dccf21ef3918a7cf228d87b7889b194cdb190b8b2cf82daf543e71e868"
                + "71532b84ba1d7982489eb3040dcfc412", Hex.text(result.handshakeHash()));
        assertMirrored(result, responder.result());
        assertEquals(keys.responderStatic().publicKey(), result.remotePublicKey());
        assertEquals(keys.initiatorStatic().publicKey(), responder.result().remotePublicKey());
    }

    @Test
    void writesAndReadsEveryTranscriptOfTheJavaScriptStack() throws NoiseException {
        int handshakes = 0;
        for (VectorFile.Case vector : VectorFile.read("noise")) {
            Pattern pattern = Pattern.valueOf(vector.text("pattern"));
            Transcripts keys = Transcripts.of(vector.bytes("seeds"), vector.bytes("prologue"));
            NoiseHandshake initiator = keys.initiator(pattern);
            NoiseHandshake responder = keys.responder(pattern);
            for (int i = 1; vector.has("message" + i); i++) {
                NoiseHandshake writer = i % 2 == 1 ? initiator : responder;
                NoiseHandshake reader = i % 2 == 1 ? responder : initiator;
                byte[] message = writer.writeMessage(vector.bytes("payload" + i));
                assertEquals(vector.text("message" + i), Hex.text(message), vector.place());
                assertEquals(vector.text("payload" + i), Hex.text(reader.readMessage(message)), vector.place());
            }
            assertEquals(vector.text("initiatorKey"), Hex.text(initiator.result().transmitKey()), vector.place());
            assertEquals(vector.text("responderKey"), Hex.text(initiator.result().receiveKey()), vector.place());
            assertEquals(vector.text("hash"), Hex.text(initiator.result().handshakeHash()), vector.place());
            assertMirrored(initiator.result(), responder.result());
            handshakes++;
        }
        assertTrue(handshakes >= 60, handshakes + " handshakes");
    }

    @Test
    void drawsANewEphemeralKeyForEveryHandshake() {
        Transcripts keys = Transcripts.published(NOTHING);
        byte[] one = NoiseHandshake.initiator(Pattern.XX, keys.initiatorStatic(), NOTHING).writeMessage(NOTHING);
        byte[] two = NoiseHandshake.initiator(Pattern.XX, keys.initiatorStatic(), NOTHING).writeMessage(NOTHING);
        assertFalse(Arrays.equals(one, two));
    }

    @Test
    void finishesWithEphemeralKeysOfItsOwn() throws NoiseException {
        Transcripts keys = Transcripts.published(NOTHING);
        NoiseHandshake initiator = NoiseHandshake.initiator(Pattern.IK, keys.initiatorStatic(), Transcripts.PROLOGUE,
                keys.responderStatic().publicKey());
        NoiseHandshake responder = NoiseHandshake.responder(Pattern.IK, keys.responderStatic(), Transcripts.PROLOGUE);
        byte[] payload = Hex.counting(100);
        assertArrayEquals(payload, responder.readMessage(initiator.writeMessage(payload)));
        assertArrayEquals(NOTHING, initiator.readMessage(responder.writeMessage(NOTHING)));
        assertMirrored(initiator.result(), responder.result());
    }

    private static void assertMirrored(NoiseResult initiator, NoiseResult responder) {
        assertArrayEquals(initiator.transmitKey(), responder.receiveKey());
        assertArrayEquals(initiator.receiveKey(), responder.transmitKey());
        assertArrayEquals(initiator.handshakeHash(), responder.handshakeHash());
        assertFalse(Arrays.equals(initiator.transmitKey(), initiator.receiveKey()));
    }
}
