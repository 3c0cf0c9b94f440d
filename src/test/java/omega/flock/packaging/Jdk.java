package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands in a directory as a user would, the JDK's tools among them, and keeps what they print. */
record Jdk(Path directory) {

    private static final int PATIENCE_SECONDS = 120;

    /** What a command left behind. */
    record Outcome(int exitCode, String out, String err) {

        /** Standard output of a command that has to succeed. */
        String orFail() {
            assertTrue(exitCode == 0, () -> "exit code " + exitCode + "\n" + out + err);
            return out;
        }
    }

    static Path root() {
        return Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath();
    }

    /** The jar that Maven packed before the tests. */
    static Path jar() {
        return Path.of(System.getProperty("omega.flock.jar", root().resolve("target/omega-flock-0.1.0.jar").toString()));
    }

    static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    Outcome run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", null);
        Path err = Files.createTempFile(directory, "err", null);
        Process process = new ProcessBuilder(List.of(command)).directory(directory.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " did not end in " + PATIENCE_SECONDS + " s; so far:\n"
                    + Files.readString(out) + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
