package omega.flock.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The class-data archive of {@code ./omega-flock}, in a copy of the checkout whose jar is built already. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherArchiveTest {

    @TempDir
    Path directory;

    private Path built;
    private String launcher;

    @BeforeEach
    void copyTheLauncher() throws Exception {
        new Jdk(directory).run(Jdk.root().resolve("omega-flock").toString(), "help").orFail(); // so that there is a jar
        Path checkout = Files.createDirectory(directory.resolve("a checkout"));
        Files.createDirectories(checkout.resolve("src/main/java"));
        Path scripts = Files.createDirectories(checkout.resolve("src/main/sh"));
        for (String script : List.of("jdk.sh", "logging.properties")) {
            Files.copy(Jdk.root().resolve("src/main/sh").resolve(script), scripts.resolve(script));
        }
        launcher = Files.copy(Jdk.root().resolve("omega-flock"), checkout.resolve("omega-flock"), StandardCopyOption.COPY_ATTRIBUTES).toString();
        built = Files.createDirectories(checkout.resolve("target/launcher"));
        Files.copy(Jdk.root().resolve("target/launcher/omega-flock.jar"), built.resolve("omega-flock.jar"));
    }

    @Test
    void theFirstStartMakesAnArchiveAndTheSecondLoadsItsClassesFromThere() throws Exception {
        String first = new Jdk(directory).run(launcher, "help").orFail();
        assertTrue(Files.size(archive()) > 0, "an archive with something in it");
        Path classes = directory.resolve("classes");
        String options = "-Xlog:class+load:file=" + classes;
        Jdk.Outcome second = new Jdk(directory).run("env", "JDK_JAVA_OPTIONS=" + options, launcher, "help");
        assertEquals(first, second.orFail());
        try (Stream<String> lines = Files.lines(classes)) {
            List<String> ours = lines.filter(line -> line.contains(" omega.flock.cli.Main ")).toList();
            assertTrue(ours.size() == 1 && ours.getFirst().contains("shared objects file"), ours.toString());
        }
    }

    @Test
    void anArchiveThatCannotBeUsedIsAsGoodAsNone() throws Exception {
        String help = new Jdk(directory).run(launcher, "help").orFail();
        byte[] whole = Files.readAllBytes(archive());
        assertNotNoticed(help, new byte[0]);
        assertNotNoticed(help, "this is no archive".repeat(1_000).getBytes(US_ASCII));
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        assertNotNoticed(help, half);
        byte[] ofAnotherJvm = whole.clone();
        for (int i = 0; i < 64; i++) {
            ofAnotherJvm[i] ^= (byte) 0x55;
        }
        assertNotNoticed(help, ofAnotherJvm);
    }

    @Test
    void ofTwoFirstStartsAtOnceBothWork() throws Exception {
        FutureTask<Jdk.Outcome> other = new FutureTask<>(() -> new Jdk(directory).run(launcher, "help"));
        Thread.ofPlatform().daemon().name("other start").start(other);
        Jdk.Outcome one = new Jdk(directory).run(launcher, "help");
        assertEquals(one.orFail(), other.get().orFail());
        assertEquals("", one.err() + other.get().err());
        try (Stream<Path> files = Files.list(built)) {
            List<String> names = files.map(file -> file.getFileName().toString().replaceFirst("-.*", "")).sorted().toList();
            assertEquals(List.of("classes", "omega"), names);
        }
    }

    @Test
    void theLauncherIsFoundThroughALink() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("flock"), Path.of("../a checkout/omega-flock"));
        Files.createSymbolicLink(directory.resolve("of"), bin.resolve("flock"));
        Jdk.Outcome outcome = new Jdk(directory).run(directory.resolve("of").toString(), "help");
        assertTrue(outcome.orFail().startsWith("usage: omega-flock"), outcome.out());
        assertEquals("", outcome.err());
    }

    private void assertNotNoticed(String help, byte[] bytes) throws Exception {
        Files.write(archive(), bytes, StandardOpenOption.TRUNCATE_EXISTING);
        Jdk.Outcome outcome = new Jdk(directory).run(launcher, "help");
        assertEquals(help, outcome.orFail());
        assertEquals("", outcome.err());
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.list(built)) {
            List<Path> archives = files.filter(file -> file.getFileName().toString().matches("classes-.*\\.archive")).toList();
            assertEquals(1, archives.size(), archives::toString);
            return archives.getFirst();
        }
    }
}
