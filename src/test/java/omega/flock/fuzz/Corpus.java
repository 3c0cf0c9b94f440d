package omega.flock.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;

/**
 * The inputs of a target that are kept: vectors of the JavaScript stack, what a fuzzer found to reach new code, and every finding. A text
 * of hexadecimal lines, so that a finding is one line of a change, with remarks behind {@code #}.
 */
final class Corpus {

    private Corpus() {}

    /** {@return the inputs of a target, at least one} */
    static List<byte[]> of(FuzzTarget target) {
        String file = "/fuzz/" + target.fileName() + ".txt";
        try (InputStream in = Corpus.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no corpus " + file);
            }
            List<byte[]> inputs = parse(new String(in.readAllBytes(), US_ASCII));
            if (inputs.isEmpty()) {
                throw new IllegalStateException(file + " is empty");
            }
            return inputs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> parse(String text) {
        return text.lines().filter(line -> !line.startsWith("#"))
                .map(line -> HexFormat.of().parseHex(line.replaceFirst("\\s*#.*", "").strip())).toList();
    }
}
