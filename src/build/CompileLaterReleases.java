import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Compiles {@code src/main/java22} and the like, for JDKs of that release and later, into {@code META-INF/versions} of the classes.
 * Run by Maven with the JDK that compiles everything else. An older JDK than a tree is for leaves it out: what it builds is complete
 * for the releases that it knows.
 */
public final class CompileLaterReleases {
    private CompileLaterReleases() {}

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        Path classes = Path.of(arguments[1]);
        for (int release = 22; release <= Runtime.version().feature(); release++) {
            Path sources = root.resolve("src/main/java" + release);
            if (Files.isDirectory(sources)) {
                compile(release, sources, classes);
            }
        }
    }

    private static void compile(int release, Path sources, Path classes) throws IOException {
        List<String> command = new ArrayList<>(List.of("--release", String.valueOf(release), "-encoding", "UTF-8", "-parameters", "-Xlint:all",
                "-Werror", "-cp", classes.toString(), "-d", classes.resolve("META-INF/versions/" + release).toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().forEach(command::add);
        }
        int result = ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, command.toArray(String[]::new));
        if (result != 0) {
            throw new IllegalStateException("javac --release " + release + " ended with " + result);
        }
    }
}
