package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is compiled against the packaged jar and run, word for word. */
class ReadmeTest {

    private static final Pattern EXAMPLE = Pattern.compile("(?s)<!-- This block is compiled and run by ReadmeTest\\. -->\\s*```java\\n(.*?)```");

    @TempDir
    Path directory;

    @Test
    void theExampleOfTheReadmeRunsAsPrinted() throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(Jdk.root().resolve("README.md")));
        assertTrue(example.find(), "the README marks its example");
        var jdk = new Jdk(directory);
        jdk.write("Hello.java", example.group(1));
        String jar = Jdk.jar().toString();
        jdk.run(Jdk.tool("javac"), "--release", "21", "-Xlint:all", "-Werror", "-p", jar, "--add-modules", "omega.flock", "-d", "classes", "Hello.java").orFail();
        Jdk.Outcome outcome = jdk.run(Jdk.tool("java"), "-p", jar, "--add-modules", "omega.flock", "-cp", "classes", "Hello");
        assertEquals("client got message: this is a server connection\n", outcome.orFail());
        assertEquals("", outcome.err(), "a library that has no trouble logs nothing by default");
    }

    @Test
    void theReadmeNamesTheTwoCommandsAndTheVersionOfTheBuild() throws Exception {
        String readme = Files.readString(Jdk.root().resolve("README.md"));
        assertTrue(readme.contains("./omega-flock demo") && readme.contains("mvn verify"), "the two commands");
        Matcher version = Pattern.compile("<artifactId>omega-flock</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Jdk.root().resolve("pom.xml")));
        assertTrue(version.find());
        assertTrue(readme.contains("<version>" + version.group(1) + "</version>"), "the README's dependency has version " + version.group(1));
    }
}
