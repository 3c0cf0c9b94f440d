package omega.flock.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The Java files that a rule looks at. */
public record SourceTree(List<SourceFile> files) {
    public SourceTree {
        files = List.copyOf(files);
    }

    public static SourceTree of(SourceFile... files) {
        return new SourceTree(List.of(files));
    }

    /** Reads {@code src/main/java} and {@code src/test/java} under the root of the project. */
    public static SourceTree read(Path root) throws IOException {
        return new SourceTree(Stream.concat(
                read(SourceFile.Part.MAIN, root.resolve("src/main/java")).stream(),
                read(SourceFile.Part.TEST, root.resolve("src/test/java")).stream()).toList());
    }

    private static List<SourceFile> read(SourceFile.Part part, Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> path.toString().endsWith(".java")).sorted().map(path -> read(part, root, path)).toList();
        }
    }

    private static SourceFile read(SourceFile.Part part, Path root, Path path) {
        try {
            return SourceFile.of(part, root.relativize(path), Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code of the packages that users get, without {@code module-info}. */
    List<SourceFile> main() {
        return files.stream().filter(file -> file.isMain() && !file.packageName().isEmpty()).toList();
    }

    Set<String> mainPackages() {
        var packages = new TreeSet<String>();
        main().forEach(file -> packages.add(file.packageName()));
        return packages;
    }
}
