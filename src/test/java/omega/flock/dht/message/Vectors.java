package omega.flock.dht.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What {@code src/test/js/vectors/dht-messages.js} wrote with hyperdht's own codec. */
final class Vectors {

    private static final Map<String, String> ALL = load();

    private Vectors() {
    }

    static byte[] bytes(String name) {
        return HexFormat.of().parseHex(text(name));
    }

    static String text(String name) {
        String text = ALL.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no vector " + name);
        }
        return text;
    }

    static Stream<String> namesUnder(String prefix) {
        return ALL.keySet().stream().filter(name -> name.startsWith(prefix));
    }

    private static Map<String, String> load() {
        Properties properties = new Properties();
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/dht-messages.properties");
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.forEach((name, value) -> all.put((String) name, (String) value));
        return all;
    }
}
