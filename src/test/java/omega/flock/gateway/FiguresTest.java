package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a gateway's figures are called stands in the documentation. */
@Timeout(60)
class FiguresTest {

    private static final Path SOURCE = Path.of(System.getProperty("omega.flock.basedir", ""))
            .resolve("src/main/java/omega/flock/gateway/GatewayStats.java");
    private static final Pattern NAMED = Pattern.compile("\\{@code ([a-z.]+)}");

    @Test
    void everyGaugeAndCounterIsNamedThereAndNoOther() throws Exception {
        try (Testnet testnet = Testnet.start(1); Gateway gateway = testnet.createNode()) {
            Set<String> figures = new TreeSet<>(gateway.stats().gauges().keySet());
            figures.addAll(gateway.stats().counters().keySet());
            Set<String> named = new TreeSet<>();
            NAMED.matcher(Files.readString(SOURCE)).results().forEach(each -> named.add(each.group(1)));
            assertEquals(named, figures);
        }
    }
}
