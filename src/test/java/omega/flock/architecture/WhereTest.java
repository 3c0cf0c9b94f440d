package omega.flock.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that say where to change what, and which way a thing goes, name types and members that there are. */
class WhereTest {

    private static final Path BASE = Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath();
    private static final Path DOCS = BASE.resolve("docs");
    private static final Pattern PLACE = Pattern.compile("\\[`(\\w+)(?:#(\\w+))?`]\\(([^)]+)\\)");
    private static final Pattern DRAWING = Pattern.compile("(?ms)^```\\R(.*?)^```$");
    private static final Pattern DRAWN = Pattern.compile("(?<![\\w.])[A-Z][a-z]\\w*");
    private static final Pattern JOURNEY = Pattern.compile("(?m)^\\| \\[(.+?)]\\(#(.+?)\\) \\| .+? \\| (\\d+)");
    private static final Pattern STEP = Pattern.compile("(?m)^\\| (\\d+) \\| \\[`(\\w+)`]");
    private static final int LIKELIEST = 30;

    @Test
    void eachPlaceIsThere() throws IOException {
        List<MatchResult> places = all(PLACE, read("where.md"));
        assertTrue(places.size() >= LIKELIEST, "places: " + places.size());
        assertEquals(List.of(), places.stream().filter(place -> !isThere(place)).map(MatchResult::group).toList());
    }

    @Test
    void eachTypeOnAJourneyIsThere() throws IOException {
        String page = read("journeys.md");
        assertEquals(List.of(), all(PLACE, page).stream().filter(place -> !isThere(place)).map(MatchResult::group).toList());
        Set<String> types = typesOfMain();
        List<String> drawn = all(DRAWING, page).stream().flatMap(drawing -> all(DRAWN, drawing.group(1)).stream())
                .map(MatchResult::group).toList();
        assertFalse(drawn.isEmpty());
        assertEquals(List.of(), drawn.stream().filter(name -> !types.contains(name)).toList());
    }

    @Test
    void eachJourneyHasAsManyClassesAsItCounts() throws IOException {
        String page = read("journeys.md");
        List<MatchResult> journeys = all(JOURNEY, page);
        assertEquals(page.split("(?m)^## ").length - 1, journeys.size(), "each is counted");
        for (MatchResult journey : journeys) {
            List<MatchResult> steps = all(STEP, section(page, journey.group(2)));
            int count = Integer.parseInt(journey.group(3));
            assertEquals(IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList(),
                    steps.stream().map(step -> step.group(1)).toList(), journey.group(1));
            assertEquals(count, steps.stream().map(step -> step.group(2)).distinct().count(), journey.group(1));
        }
    }

    private static String section(String page, String anchor) {
        return Stream.of(page.split("(?m)^## "))
                .filter(section -> section.lines().findFirst().orElse("").toLowerCase(Locale.ROOT).replace(' ', '-').equals(anchor))
                .findFirst().orElseThrow(() -> new AssertionError("no section " + anchor));
    }

    private static Set<String> typesOfMain() throws IOException {
        try (Stream<Path> files = Files.walk(BASE.resolve("src/main/java"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length())).collect(Collectors.toSet());
        }
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static String read(String page) throws IOException {
        return Files.readString(DOCS.resolve(page));
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
