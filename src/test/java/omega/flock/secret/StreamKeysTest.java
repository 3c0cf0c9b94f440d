package omega.flock.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors are from the JavaScript stack (transport.md, appendix A). */
class StreamKeysTest {

    private static final byte[] HASH = HexFormat.of().parseHex(
            "18b74947225a5486b0845fe42cb857c7d23c5bb8d32045b65bf5f592ff163c02"
                    + "5e97859cb166d8ed8245cca8f8320d2edba6e319d43af770433042fb7aa61a7d");

    @Test
    void idsAreThoseOfTheJavaScriptStack() {
        StreamKeys initiator = new StreamKeys(HASH, true);
        assertHex("06b03ff21388fc7bd40f87665a3377b41dd41425e1a70f1b7eace914b5ed677e", initiator.localId());
        assertHex("e33117b830a319e28f6678b8fba12798ccdd55faf4a644de8af3b0410dd232c1", initiator.remoteId());
    }

    @Test
    void datagramKeysAreThoseOfTheJavaScriptStack() {
        StreamKeys initiator = new StreamKeys(HASH, true);
        assertHex("06e99bf2312a41a3eb25e86bf2f1ab20ddab9c83f45eafa5060d9d236e3b1cc1", initiator.datagramSendKey());
        assertHex("3b1df7c1ce818211ae1e5e67513a9b5827ba3c9a3bc62856cd8e68f33bfa23c2", initiator.datagramReceiveKey());
    }

    @Test
    void theResponderHasTheSameKeysTheOtherWayRound() {
        StreamKeys initiator = new StreamKeys(HASH, true);
        StreamKeys responder = new StreamKeys(HASH, false);
        assertArrayEquals(initiator.localId(), responder.remoteId());
        assertArrayEquals(initiator.remoteId(), responder.localId());
        assertArrayEquals(initiator.datagramSendKey(), responder.datagramReceiveKey());
        assertArrayEquals(initiator.datagramReceiveKey(), responder.datagramSendKey());
    }

    private static void assertHex(String expected, byte[] actual) {
        assertEquals(expected, HexFormat.of().formatHex(actual));
    }
}
