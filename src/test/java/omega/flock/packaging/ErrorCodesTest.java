package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import omega.flock.dht.message.StorageError;
import org.junit.jupiter.api.Test;

/** The table of codes names all that a FlockException can have, and no other. */
class ErrorCodesTest {

    /** What is written as codes are, and is none: socket options. */
    private static final Set<String> NO_CODES = Set.of("IP_DONTFRAGMENT", "UDP_GRO", "UDP_SEGMENT");

    private static final Pattern IN_SOURCES = Pattern.compile("\"([A-Z]+(?:_[A-Z]+)+|SUSPENDED|ETIMEDOUT)\"");
    private static final Pattern IN_TABLE = Pattern.compile("`([A-Z_]+)`");

    @Test
    void theTableNamesEveryCodeAndNoOther() throws IOException {
        Set<String> thrown = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Jdk.root().resolve("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                thrown.addAll(found(IN_SOURCES, Files.readString(file)));
            }
        }
        thrown.removeAll(NO_CODES);
        for (StorageError error : StorageError.values()) {
            thrown.add(error.name());
        }
        Set<String> listed = new TreeSet<>();
        Files.readAllLines(Jdk.root().resolve("docs/codes.md")).stream().filter(line -> line.startsWith("| `"))
                .forEach(row -> listed.addAll(found(IN_TABLE, row.split("\\|")[1])));
        assertEquals(thrown, listed);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> all = new TreeSet<>();
        pattern.matcher(text).results().forEach(each -> all.add(each.group(1)));
        return all;
    }
}
