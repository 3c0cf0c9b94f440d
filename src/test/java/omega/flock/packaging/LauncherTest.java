package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import omega.flock.gateway.Testnet;
import omega.flock.interop.TestnetProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./omega-flock} as a newcomer types it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherTest {

    private static final String LAUNCHER = Jdk.root().resolve("omega-flock").toString();

    @TempDir
    Path directory;

    @Test
    void theDemoPrintsTheMessageAndNothingElse() throws Exception {
        Jdk.Outcome outcome = new Jdk(directory).run(LAUNCHER, "demo");
        assertEquals("client got message: this is a server connection\n", outcome.orFail());
        assertEquals("", outcome.err());
    }

    @Test
    void aMistakeIsExplainedOnStandardErrorAndEndsWith2() throws Exception {
        Jdk.Outcome outcome = new Jdk(directory).run(LAUNCHER, "dance");
        assertEquals(2, outcome.exitCode());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("dance"), outcome.err());
    }

    @Test
    void itTellsTheVersionOfTheBuild() throws Exception {
        String version = new Jdk(directory).run(LAUNCHER, "--version").orFail();
        assertTrue(version.startsWith("omega-flock 0.1.0, Java "), version);
    }

    @Test
    void aTestnetThatCannotBindFailsWith1() throws Exception {
        try (Testnet occupied = Testnet.start(1)) {
            String port = occupied.bootstrap().getFirst().split(":")[1];
            Jdk.Outcome outcome = new Jdk(directory).run(LAUNCHER, "testnet", "--nodes", "1", "--port", port);
            assertEquals(1, outcome.exitCode());
            assertEquals("", outcome.out());
            assertFalse(outcome.err().isBlank());
        }
    }

    @Test
    void aTestnetPrintsItsBootstrapAddressAndRunsUntilItIsTerminated() throws Exception {
        try (var testnet = TestnetProcess.start(3)) {
            assertTrue(testnet.bootstrap().getFirst().matches("127\\.0\\.0\\.1:\\d+"), testnet.bootstrap().toString());
            assertTrue(testnet.terminate(), "the testnet ends when it is told to");
        }
    }
}
