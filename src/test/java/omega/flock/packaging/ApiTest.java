package omega.flock.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever changes in the API changes {@code docs/api.txt} in the same commit, where a reviewer sees it. */
class ApiTest {

    @Test
    void theApiIsWhatTheDocumentSays() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Class<?> type : ExportedApi.types()) {
            lines.addAll(ExportedApi.lines(type));
            lines.add("");
        }
        Path found = Jdk.root().resolve("target/api.txt");
        Files.createDirectories(found.getParent());
        Files.write(found, lines);
        assertEquals(String.join("\n", lines), String.join("\n", Files.readAllLines(Jdk.root().resolve("docs/api.txt"))),
                "if the API was meant to change: cp target/api.txt docs/api.txt");
    }
}
