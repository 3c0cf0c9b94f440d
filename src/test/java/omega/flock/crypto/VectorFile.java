package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads the cases that src/test/js/vectors/crypto.js wrote: one a line, fields as name=value. */
public final class VectorFile {

    private VectorFile() {}

    /** One case; its text names the place where it stands. */
    public record Case(String place, Map<String, String> fields) {

        public String text(String name) {
            String value = fields.get(name);
            if (value == null) {
                throw new IllegalArgumentException(place + " has no field " + name);
            }
            return value;
        }

        public byte[] bytes(String name) {
            return HexFormat.of().parseHex(text(name));
        }

        public int number(String name) {
            return (int) Long.parseLong(text(name));
        }

        public boolean has(String name) {
            return fields.containsKey(name);
        }

        @Override
        public String toString() {
            return place;
        }
    }

    /** Returns the cases of a file, at least one. */
    public static List<Case> read(String name) {
        String file = "vectors/" + name + ".vectors";
        String text;
        try (InputStream stream = VectorFile.class.getClassLoader().getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalArgumentException("no test resource " + file);
            }
            text = new String(stream.readAllBytes(), US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Case> cases = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n")) {
            number++;
            if (!line.startsWith("#")) {
                cases.add(new Case(file + ":" + number, fields(line)));
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalArgumentException(file + " is empty");
        }
        return cases;
    }

    /** Returns the cases whose field {@code kind} is this one, at least one. */
    public static List<Case> read(String name, String kind) {
        List<Case> cases = read(name).stream().filter(vector -> vector.text("kind").equals(kind)).toList();
        if (cases.isEmpty()) {
            throw new IllegalArgumentException(name + " has no case of kind " + kind);
        }
        return cases;
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String field : line.split(" ")) {
            int equals = field.indexOf('=');
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        return fields;
    }
}
