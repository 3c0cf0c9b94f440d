package omega.flock.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The {@code --name value} pairs after a command. Immutable. */
final class Options {

    private final Map<String, String> values;

    private Options(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Parses the words after a command.
     *
     * @param allowed the names that the command knows, without dashes
     */
    static Options parse(List<String> words, Set<String> allowed) throws UsageException {
        Map<String, String> values = new HashMap<>();
        List<String> rest = new ArrayList<>(words);
        while (!rest.isEmpty()) {
            String word = rest.removeFirst();
            if (!word.startsWith("--") || !allowed.contains(word.substring(2))) {
                throw new UsageException("unknown argument: " + word);
            }
            if (rest.isEmpty()) {
                throw new UsageException(word + " needs a value");
            }
            if (values.put(word.substring(2), rest.removeFirst()) != null) {
                throw new UsageException(word + " is given twice");
            }
        }
        return new Options(Map.copyOf(values));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    int number(String name, int byDefault, int min, int max) throws UsageException {
        Optional<String> text = text(name);
        return text.isEmpty() ? byDefault : parseNumber(name, text.get(), min, max);
    }

    int requiredNumber(String name, int min, int max) throws UsageException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            throw new UsageException("--" + name + " is missing");
        }
        return parseNumber(name, text.get(), min, max);
    }

    private static int parseNumber(String name, String text, int min, int max) throws UsageException {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for everything that is no number in range.
        }
        throw new UsageException("--" + name + " must be a number from " + min + " to " + max + ", not \"" + text + "\"");
    }
}
