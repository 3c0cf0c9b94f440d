package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import omega.flock.dht.DhtDrop;
import omega.flock.swarm.machine.Drop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written for users and operators about strangers names what there is: counters, gauges, tests. */
class CatalogueTest {

    private static final Path ROOT = Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath();
    private static final Pattern COUNTER = Pattern.compile("`(?:(transport|rpc|dht|peer|memory)\\.)?([A-Z][A-Z_]+)`");
    private static final Pattern TEST = Pattern.compile("\\[`(\\w+)(?:#(\\w+))?`]\\(([^)]+)\\)");
    private static final int ATTACKS = 16;

    /** As an operator sees them; those of a flock have no layer in front. */
    private static Set<String> drops() throws ReflectiveOperationException {
        Set<String> names = new TreeSet<>();
        addAll(names, "transport.", omega.flock.transport.flow.DropReason.values());
        addAll(names, "rpc.", omega.flock.rpc.DropReason.values());
        addAll(names, "dht.", DhtDrop.values());
        addAll(names, "peer.", (Object[]) Class.forName("omega.flock.peer.PeerDrop").getEnumConstants());
        addAll(names, "", Drop.values());
        names.addAll(List.of("memory.REFUSED", "memory.EVICTED"));
        return names;
    }

    private static void addAll(Set<String> names, String layer, Object... reasons) {
        Arrays.stream(reasons).forEach(reason -> names.add(layer + reason));
    }

    private static String read(String page) throws IOException {
        return Files.readString(ROOT.resolve(page));
    }

    /** The part of the page about counters; a name without a layer has that of the name before it. */
    private static Set<String> named() throws IOException {
        String page = read("SECURITY.md");
        Set<String> names = new TreeSet<>();
        String layer = "";
        for (String line : page.substring(page.indexOf("## Which attack"), page.indexOf("## How it is checked")).split("\n")) {
            layer = line.startsWith("|") || line.startsWith("-") || line.isBlank() ? "" : layer;
            for (MatchResult each : COUNTER.matcher(line).results().toList()) {
                layer = each.group(1) == null ? layer : each.group(1) + ".";
                names.add(layer + each.group(2));
            }
        }
        names.removeAll(Set.of("FAILED", "OFFLINE")); // states of health
        return names;
    }

    @Test
    void whateverIsDroppedStandsInTheTableOfTheSecurityPageAndNothingElse() throws Exception {
        assertEquals(String.join("\n", drops()), String.join("\n", named()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/strangers.md", "docs/mutants.md", "docs/pitfalls.md"})
    void eachTestThatAPageNamesIsThere(String page) throws IOException {
        List<MatchResult> tests = TEST.matcher(read(page)).results().toList();
        assertTrue(tests.size() > ATTACKS, "the page names tests: " + tests.size());
        List<String> missing = new ArrayList<>();
        for (MatchResult each : tests) {
            Path file = ROOT.resolve("docs").resolve(each.group(3)).normalize();
            if (!file.endsWith(each.group(1) + ".java") || !Files.exists(file)
                    || each.group(2) != null && !Files.readString(file).contains("void " + each.group(2) + "(")) {
                missing.add(each.group());
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void eachAttackHasARowWithItsTestAndItsCounter() throws Exception {
        Set<String> counters = drops();
        Predicate<String> isCounted = row -> COUNTER.matcher(row).results().map(each -> each.group().replace("`", ""))
                .anyMatch(counters::contains);
        List<String> rows = Stream.of(read("docs/strangers.md").split("\n")).filter(line -> line.matches("\\| \\d+ \\|.*")).toList();
        assertEquals(IntStream.rangeClosed(1, ATTACKS).boxed().toList(),
                rows.stream().map(row -> Integer.valueOf(row.split("\\|")[1].strip())).toList());
        assertEquals(List.of(), rows.stream().filter(row -> !TEST.matcher(row).find() || !isCounted.test(row)).toList());
    }
}
