package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DatagramBoxTest {

    private static final byte[] HASH = HexFormat.of().parseHex(
            "18b74947225a5486b0845fe42cb857c7d23c5bb8d32045b65bf5f592ff163c02"
                    + "5e97859cb166d8ed8245cca8f8320d2edba6e319d43af770433042fb7aa61a7d");

    /** From the JavaScript stack (transport.md, appendix A): the counter is incremented before its use. */
    @Test
    void theEnvelopeIsThatOfTheJavaScriptStack() {
        DatagramBox box = box(true, 0x0900000000000000L);
        byte[] message = ("unordered hello world, this is more than thirty-two bytes and more than sixty-four bytes long.")
                .getBytes(StandardCharsets.US_ASCII);
        assertEquals("0100000000000009"
                + "51157ea24998eca29c71d842bac4dbb6c064c021a8348e513ca2823f8683b631e1a4c9d7cc2efbbfb6e916d27b900cd8"
                + "8acf9ca3805f5808496834fdef155f8b3b7f14528a667c97febd5e753e6da8d8d173575767fd0aee5a485f18dad3d695"
                + "d19d46f349dbc393198380018fa5", HexFormat.of().formatHex(box.seal(message)));
    }

    /** Two datagrams under one nonce would tell a listener the exclusive-or of both, and how to forge a third. */
    @Test
    void noTwoDatagramsShareANonce() {
        DatagramBox box = box(true, -3);
        List<Long> nonces = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nonces.add(ByteBuffer.wrap(box.seal(new byte[9])).order(ByteOrder.LITTLE_ENDIAN).getLong());
        }
        assertEquals(List.of(-2L, -1L, 0L, 1L, 2L, 3L), nonces);
    }

    @Property(tries = 100)
    void theOtherSideOpensWhatOneSideSealed(@ForAll @Size(max = 1400) byte[] message, @ForAll long counter) {
        DatagramBox initiator = box(true, counter);
        DatagramBox responder = box(false, 5);
        assertArrayEquals(message, responder.open(initiator.seal(message)).orElseThrow());
        assertEquals(Optional.empty(), initiator.open(initiator.seal(message)), "own datagrams are not the peer's");
    }

    @Property(tries = 100)
    void aChangedOrShortEnvelopeIsIgnored(@ForAll @IntRange(min = 0, max = 39) int at, @ForAll @IntRange(min = 1, max = 255) int bits) {
        DatagramBox initiator = box(true, 1);
        DatagramBox responder = box(false, 1);
        byte[] envelope = initiator.seal(new byte[16]);
        envelope[at] ^= (byte) bits;
        assertTrue(responder.open(envelope).isEmpty());
        assertTrue(responder.open(Arrays.copyOf(envelope, Math.min(at, 23))).isEmpty());
    }

    private static DatagramBox box(boolean initiator, long firstCounter) {
        return new DatagramBox(DatagramKeys.ofHandshakeHash(new StreamKeys(HASH, initiator)), firstCounter);
    }
}
