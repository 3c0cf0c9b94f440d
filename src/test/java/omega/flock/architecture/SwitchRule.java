package omega.flock.architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@code switch} over an enum or a sealed type of ours has no {@code default}, so that a new state fails to compile until every
 * decision about it was made. Read from text: the labels of a switch tell which of our types it is about.
 */
public final class SwitchRule {
    private static final Pattern ENUM = Pattern.compile("\\benum\\s+(\\w+)[^{;]*\\{");
    private static final Pattern SEALED = Pattern.compile("\\bsealed\\s+(?:abstract\\s+)?(?:interface|class)\\s+(\\w+)");
    private static final Pattern SUBTYPE = Pattern.compile("\\b(?:record|class|interface|enum)\\s+(\\w+)[^{;]*?\\b(?:implements|extends)\\s+([^{]*)\\{");
    private static final Pattern SWITCH = Pattern.compile("\\bswitch\\s*\\(");
    private static final Pattern LABEL = Pattern.compile("\\bcase\\s+([^:>]*?)\\s*(?:->|:)");
    private static final Pattern DEFAULT = Pattern.compile("\\bdefault\\s*(?:->|:)");

    private final Map<String, Set<String>> constantsOfEnums = new HashMap<>();
    private final Set<String> sealedTypes = new HashSet<>();
    private final Map<String, Set<String>> supertypes = new HashMap<>();

    private SwitchRule(SourceTree tree) {
        for (SourceFile file : tree.main()) {
            learn(file.code());
        }
    }

    public static List<String> defaultsOverOwnStates(SourceTree tree) {
        var rule = new SwitchRule(tree);
        return tree.main().stream().flatMap(file -> rule.violations(file).stream()).toList();
    }

    private void learn(String code) {
        Matcher enums = ENUM.matcher(code);
        while (enums.find()) {
            int end = JavaText.behindClosing(code, enums.end() - 1);
            String body = code.substring(enums.end(), Math.max(enums.end(), end - 1));
            constantsOfEnums.computeIfAbsent(enums.group(1), name -> new HashSet<>()).addAll(constants(body));
        }
        SEALED.matcher(code).results().forEach(found -> sealedTypes.add(found.group(1)));
        SUBTYPE.matcher(code).results().forEach(found -> supertypes.computeIfAbsent(found.group(1), name -> new HashSet<>())
                .addAll(Arrays.asList(found.group(2).split("[^\\w]+"))));
    }

    private static Set<String> constants(String enumBody) {
        var names = new HashSet<String>();
        int depth = 0;
        var word = new StringBuilder();
        for (char c : (enumBody + ";").toCharArray()) {
            if (c == '(' || c == '{') {
                depth++;
            } else if (c == ')' || c == '}') {
                depth--;
            } else if (depth == 0 && (c == ',' || c == ';')) {
                names.add(word.toString().strip());
                word.setLength(0);
                if (c == ';') {
                    break;
                }
            } else if (depth == 0) {
                word.append(c);
            }
        }
        names.remove("");
        return names;
    }

    private List<String> violations(SourceFile file) {
        var found = new ArrayList<String>();
        String code = file.code();
        Matcher switches = SWITCH.matcher(code);
        while (switches.find()) {
            int open = code.indexOf('{', JavaText.behindClosing(code, switches.end() - 1));
            if (open < 0) {
                continue;
            }
            String body = ownLevel(code.substring(open + 1, JavaText.behindClosing(code, open) - 1));
            if (DEFAULT.matcher(body).find()) {
                Set<String> labels = LABEL.matcher(body).results().flatMap(label -> Arrays.stream(label.group(1).split(",")))
                        .map(String::strip).collect(Collectors.toSet());
                subject(labels).ifPresent(type -> found.add(file.place(switches.start()) + " switches over " + type + " with a default"));
            }
        }
        return found;
    }

    /** The body without the insides of nested blocks: their cases belong to other switches. */
    private static String ownLevel(String body) {
        var own = new StringBuilder();
        int depth = 0;
        for (char c : body.toCharArray()) {
            depth -= c == '}' ? 1 : 0;
            own.append(depth == 0 ? c : ' ');
            depth += c == '{' ? 1 : 0;
        }
        return own.toString();
    }

    private Optional<String> subject(Set<String> labels) {
        if (labels.isEmpty()) {
            return Optional.empty();
        }
        for (var each : constantsOfEnums.entrySet()) {
            if (each.getValue().containsAll(labels)) {
                return Optional.of(each.getKey());
            }
        }
        return sealedTypes.stream().filter(type -> labels.stream().allMatch(label -> isPatternOf(type, label))).findFirst();
    }

    private boolean isPatternOf(String type, String label) {
        Matcher pattern = Pattern.compile("(?:\\w+\\.)*([A-Z]\\w*)(?:\\s+\\w+|\\s*\\(.*)").matcher(label);
        return pattern.matches() && descends(pattern.group(1), type);
    }

    private boolean descends(String from, String type) {
        return from.equals(type) || supertypes.getOrDefault(from, Set.of()).stream().anyMatch(above -> !above.equals(from) && descends(above, type));
    }
}
