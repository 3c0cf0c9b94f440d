package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@JavaScriptInterop
class JavaScriptPeerTest {
    @Test
    void aScriptGetsItsOptionsAndReportsEvents() throws Exception {
        try (var peer = JavaScriptPeer.start("selftest.js", Map.of("bootstrap", List.of("127.0.0.1:1"), "seed", new byte[] {1, (byte) 0xfe}))) {
            PeerMessage ready = peer.await("ready");
            assertEquals(List.of("127.0.0.1:1"), ready.object("options").texts("bootstrap"));
            assertArrayEquals(new byte[] {1, (byte) 0xfe}, ready.object("options").bytes("seed"));
        }
    }

    @Test
    void aCommandIsAnsweredWithItsFields() throws Exception {
        try (var peer = JavaScriptPeer.start("selftest.js")) {
            PeerMessage reply = peer.call("echo", Map.of("text", "two\n\"lines\" \\ ü", "number", 123456789012L, "flag", true, "list", List.of()));
            assertEquals("two\n\"lines\" \\ ü", reply.text("text"));
            assertEquals(123456789012L, reply.number("number"));
            assertTrue(reply.flag("flag"));
            assertEquals(List.of(), reply.texts("list"));
        }
    }

    @Test
    void aCommandThatThrowsFailsTheTestWithItsMessage() throws Exception {
        try (var peer = JavaScriptPeer.start("selftest.js")) {
            AssertionError error = assertThrows(AssertionError.class, () -> peer.call("throw", Map.of("message", "no luck")));
            assertTrue(error.getMessage().contains("no luck"), error.getMessage());
        }
    }

    @Test
    void theEndOfTheProcessFailsAWaitAtOnce() throws Exception {
        try (var peer = JavaScriptPeer.start("selftest.js")) {
            AssertionError error = assertThrows(AssertionError.class, () -> peer.call("die"));
            assertTrue(error.getMessage().contains("ended"), error.getMessage());
        }
    }

    @Test
    void everyWaitHasADeadline() throws Exception {
        try (var peer = JavaScriptPeer.start("selftest.js")) {
            AssertionError error = assertThrows(AssertionError.class, () -> peer.call("hang", Map.of(), Duration.ofMillis(100)));
            assertTrue(error.getMessage().contains("100 ms"), error.getMessage());
        }
    }

    @Test
    void closeEndsTheProcess() throws Exception {
        var peer = JavaScriptPeer.start("selftest.js");
        peer.await("ready");
        peer.close();
        assertFalse(ProcessHandle.of(peer.pid()).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void aTestnetOfJavaScriptNodesStarts() throws Exception {
        try (var testnet = JavaScriptPeer.start("dht-testnet.js", Map.of("nodes", 3))) {
            assertEquals(1, testnet.await("ready").texts("bootstrap").size());
        }
    }
}
