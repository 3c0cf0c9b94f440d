package omega.flock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void theDemoPrintsWhatTheClientGot() {
        assertEquals(0, run("demo"), () -> err.toString(UTF_8));
        assertEquals("client got message: this is a server connection\n", out.toString(UTF_8));
        assertEquals("", err.toString(UTF_8));
    }

    @Test
    void helpGoesToStandardOutput() {
        assertEquals(0, run("help"));
        assertTrue(out.toString(UTF_8).contains("testnet --nodes N"), out.toString(UTF_8));
    }

    @Test
    void everyCommandHasHelp() {
        assertEquals(0, run("testnet", "--help"));
        assertEquals(0, run("testnet", "--nodes", "3", "-h"));
        assertEquals(0, run("demo", "--help"));
        assertTrue(out.toString(UTF_8).contains("testnet --nodes N"), out.toString(UTF_8));
        assertEquals("", err.toString(UTF_8));
    }

    @Test
    void itTellsItsVersionAndThatOfJava() {
        assertEquals(0, run("--version"));
        assertTrue(out.toString(UTF_8).matches("omega-flock \\S+, Java " + Runtime.version().feature() + ".*\\R"), out.toString(UTF_8));
    }

    @Test
    void aMistakeEndsWithTwoAndSaysWhatIsWrongOnStandardError() {
        assertEquals(2, run());
        assertEquals(2, run("dance"));
        assertEquals(2, run("testnet"));
        assertEquals(2, run("testnet", "--nodes", "0"));
        assertEquals(2, run("demo", "--fast", "yes"));
        assertEquals("", out.toString(UTF_8));
        assertTrue(err.toString(UTF_8).contains("unknown command: dance"), err.toString(UTF_8));
    }

    @Test
    void aPortThatIsTakenEndsWithOneAndTheReason() throws Exception {
        try (var taken = java.nio.channels.DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
            taken.bind(new java.net.InetSocketAddress("127.0.0.1", 0));
            int port = ((java.net.InetSocketAddress) taken.getLocalAddress()).getPort();
            assertEquals(1, run("testnet", "--nodes", "1", "--port", Integer.toString(port)));
            assertTrue(err.toString(UTF_8).startsWith("omega-flock: "), err.toString(UTF_8));
        }
    }

    private int run(String... words) {
        return Main.run(List.of(words), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }
}
