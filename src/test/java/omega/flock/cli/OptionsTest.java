package omega.flock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Set<String> KNOWN = Set.of("nodes", "host");

    @Test
    void pairsOfNameAndValueAreRead() throws UsageException {
        Options options = Options.parse(List.of("--nodes", "5", "--host", "127.0.0.1"), KNOWN);
        assertEquals(5, options.requiredNumber("nodes", 1, 10));
        assertEquals(Optional.of("127.0.0.1"), options.text("host"));
    }

    @Test
    void whatIsMissingHasItsDefault() throws UsageException {
        Options options = Options.parse(List.of(), KNOWN);
        assertEquals(3, options.number("nodes", 3, 1, 10));
        assertEquals(Optional.empty(), options.text("host"));
    }

    @Test
    void everyMistakeNamesTheWordThatIsWrong() {
        assertMistake("unknown argument: --node", "--node", "5");
        assertMistake("unknown argument: 5", "5");
        assertMistake("--nodes needs a value", "--nodes");
        assertMistake("--nodes is given twice", "--nodes", "1", "--nodes", "2");
    }

    @Test
    void aNumberOutOfRangeOrNoNumberIsRefusedWithItsText() throws UsageException {
        for (String text : List.of("0", "11", "x", "", "99999999999")) {
            Options options = Options.parse(List.of("--nodes", text), KNOWN);
            var e = assertThrows(UsageException.class, () -> options.requiredNumber("nodes", 1, 10));
            assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
        }
        var missing = assertThrows(UsageException.class, () -> Options.parse(List.of(), KNOWN).requiredNumber("nodes", 1, 2));
        assertEquals("--nodes is missing", missing.getMessage());
    }

    private static void assertMistake(String message, String... words) {
        assertEquals(message, assertThrows(UsageException.class, () -> Options.parse(List.of(words), KNOWN)).getMessage());
    }
}
