package omega.flock.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that says where to change what names types and members that there are. */
class WhereTest {

    private static final Path DOCS = Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath().resolve("docs");
    private static final Pattern PLACE = Pattern.compile("\\[`(\\w+)(?:#(\\w+))?`]\\(([^)]+)\\)");
    private static final int LIKELIEST = 30;

    @Test
    void eachPlaceIsThere() throws IOException {
        List<MatchResult> places = PLACE.matcher(Files.readString(DOCS.resolve("where.md"))).results().toList();
        assertTrue(places.size() >= LIKELIEST, "places: " + places.size());
        assertEquals(List.of(), places.stream().filter(place -> !isThere(place)).map(MatchResult::group).toList());
    }

    private static boolean isThere(MatchResult place) {
        Path file = DOCS.resolve(place.group(3)).normalize();
        try {
            return file.endsWith(place.group(1) + ".java")
                    && (place.group(2) == null || Pattern.compile("\\b" + place.group(2) + "\\b").matcher(Files.readString(file)).find());
        } catch (IOException e) {
            return false;
        }
    }
}
