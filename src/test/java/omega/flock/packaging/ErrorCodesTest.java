package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import omega.flock.base.FlockException.Code;
import org.junit.jupiter.api.Test;

/** The codes of a FlockException stand in one enum, and the table of the guide says of each what its documentation says. */
class ErrorCodesTest {

    private static final Path CODES = Jdk.root().resolve("src/main/java/omega/flock/base/FlockException.java");
    private static final Pattern CONSTANT =
            Pattern.compile("^        /\\*\\* (.+?) Remedy: (.+?)\\. \\*/\\n        ([A-Z_]+),?$", Pattern.MULTILINE);
    private static final Pattern LITERAL = Pattern.compile("\"([A-Z_]+)\"");

    @Test
    void everyCodeSaysWhatHasHappenedAndWhatToDo() throws IOException {
        List<String> documented = CONSTANT.matcher(Files.readString(CODES)).results().map(each -> each.group(3)).toList();
        assertEquals(Arrays.stream(Code.values()).map(Code::name).toList(), documented);
    }

    @Test
    void theTableSaysTheSame() throws IOException {
        List<String> rows = CONSTANT.matcher(Files.readString(CODES)).results()
                .map(each -> row(each.group(3), each.group(1), each.group(2))).toList();
        List<String> table = Files.readAllLines(Jdk.root().resolve("docs/codes.md")).stream().filter(line -> line.startsWith("| `"))
                .toList();
        assertEquals(String.join("\n", rows), String.join("\n", table));
    }

    @Test
    void noCodeIsWrittenAsText() throws IOException {
        Set<String> codes = Arrays.stream(Code.values()).map(Code::name).collect(Collectors.toSet());
        List<String> literals = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Jdk.root().resolve("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                LITERAL.matcher(Files.readString(file)).results().filter(each -> codes.contains(each.group(1)))
                        .forEach(each -> literals.add(file.getFileName() + " " + each.group(1)));
            }
        }
        assertEquals(List.of(), literals);
    }

    /** Whoever serves a handshake that came in has no caller: what fails there is a line of the log. */
    @Test
    void everyCodeCanReachACaller() throws IOException {
        StringBuilder reachable = new StringBuilder();
        try (Stream<Path> files = Files.walk(Jdk.root().resolve("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                if (!file.equals(CODES) && !file.getFileName().toString().startsWith("Inbound")) {
                    reachable.append(Files.readString(file));
                }
            }
        }
        assertEquals(List.of(), Arrays.stream(Code.values())
                .filter(code -> !Pattern.compile("\\bCode\\." + code + "\\b").matcher(reachable).find()).toList());
    }

    private static String row(String code, String meaning, String remedy) {
        return ("| `" + code + "` | " + meaning.replaceAll("\\.$", "") + " | " + remedy + " |").replaceAll("\\{@code (.+?)}", "`$1`");
    }
}
