package omega.flock.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.util.Optional;
import omega.flock.base.FlockException.Code;
import org.junit.jupiter.api.Test;

class CloseReasonTest {

    @Test
    void aResetIsASocketExceptionThatSaysSo() {
        var e = assertInstanceOf(SocketException.class, CloseReason.resetByPeer("DESTROY received").toException());
        assertTrue(e.getMessage().contains("reset"), e.getMessage());
    }

    @Test
    void otherFailuresCarryTheCodeOfTheJavaScriptStack() {
        assertEquals("ETIMEDOUT", code(CloseReason.timedOut("no acknowledgement")));
        assertEquals("DUPLICATE_CONNECTION", code(CloseReason.duplicate("newer connection")));
        assertEquals("SUSPENDED", code(CloseReason.suspended("suspended")));
        assertEquals("PROTOCOL_ERROR", code(CloseReason.protocolError("bad MAC")));
        assertEquals("SHUT_DOWN", code(CloseReason.shutDown("flock closed")));
    }

    @Test
    void eachCallerGetsAnExceptionOfItsOwn() {
        CloseReason reason = CloseReason.timedOut("x");
        assertNotSame(reason.toException(), reason.toException());
    }

    @Test
    void aKindTellsTheCodeOfWhatCallersSee() {
        assertEquals(Optional.of(Code.ETIMEDOUT), CloseReason.timedOut("x").kind().code());
        assertEquals(Optional.empty(), CloseReason.resetByPeer("x").kind().code());
    }

    @Test
    void aFlockExceptionShowsItsCode() {
        var e = new FlockException(Code.PEER_NOT_FOUND, "nobody answered");
        assertEquals("PEER_NOT_FOUND", e.code());
        assertSame(Code.PEER_NOT_FOUND, e.reason());
        assertTrue(e.toString().contains("PEER_NOT_FOUND: nobody answered"), e.toString());
    }

    private static String code(CloseReason reason) {
        return assertInstanceOf(FlockException.class, reason.toException()).code();
    }
}
