package omega.flock.architecture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules about packages: how they stand on each other, and that each says what it is. */
public final class LayerRules {
    /** An import, a static import or a qualified name: all lead from one package to another. */
    private static final Pattern REFERENCE = Pattern.compile("\\b(omega\\.flock(?:\\.[a-z]\\w*)*)\\.(?:[A-Z]\\w*|\\*)");

    private static final Pattern DIRECTIVE = Pattern.compile("\\b(exports|requires|opens|uses|provides)\\s+([^;]+);");
    private static final Set<String> EXPORTED = new TreeSet<>(List.of("omega.flock", "omega.flock.base", "omega.flock.gateway"));

    private LayerRules() {
    }

    private record Reference(SourceFile from, int index, String toPackage) {
    }

    private static List<Reference> references(SourceTree tree) {
        var references = new ArrayList<Reference>();
        for (SourceFile file : tree.main()) {
            Matcher found = REFERENCE.matcher(file.code());
            while (found.find()) {
                if (!found.group(1).equals(file.packageName())) {
                    references.add(new Reference(file, found.start(), found.group(1)));
                }
            }
        }
        return references;
    }

    public static List<String> upwardImports(SourceTree tree) {
        return references(tree).stream()
                .filter(reference -> !House.mayImport(reference.from().packageName(), reference.toPackage()))
                .map(reference -> reference.from().place(reference.index()) + " reaches up or aside to " + reference.toPackage())
                .toList();
    }

    public static List<String> unknownPackages(SourceTree tree) {
        return tree.mainPackages().stream().filter(name -> !House.isKnown(name)).map(name -> name + " is not in the picture").toList();
    }

    public static List<String> missingPackageInfos(SourceTree tree) {
        var described = new TreeSet<String>();
        var packages = new TreeSet<String>();
        for (SourceFile file : tree.files()) {
            packages.add(file.packageName());
            if (file.name().equals("package-info.java") && file.text().contains("/**")) {
                described.add(file.packageName());
            }
        }
        packages.removeAll(described);
        packages.remove(""); // module-info
        return packages.stream().map(name -> name + " has no package-info.java with a sentence").toList();
    }

    /** Every package that can reach itself, with the round trip. */
    public static List<String> cycles(SourceTree tree) {
        var graph = new TreeMap<String, Set<String>>();
        for (Reference reference : references(tree)) {
            graph.computeIfAbsent(reference.from().packageName(), name -> new TreeSet<>()).add(reference.toPackage());
        }
        return graph.keySet().stream().map(name -> roundTrip(name, graph)).filter(trip -> !trip.isEmpty())
                .map(trip -> String.join(" -> ", trip)).toList();
    }

    private static List<String> roundTrip(String start, Map<String, Set<String>> graph) {
        var cameFrom = new HashMap<String, String>();
        var queue = new ArrayDeque<>(List.of(start));
        while (!queue.isEmpty()) {
            String at = queue.remove();
            for (String next : graph.getOrDefault(at, Set.of())) {
                if (next.equals(start)) {
                    var trip = new ArrayDeque<>(List.of(at, start));
                    for (String back = at; !back.equals(start); ) {
                        back = cameFrom.get(back);
                        trip.addFirst(back);
                    }
                    return List.copyOf(trip);
                }
                if (cameFrom.putIfAbsent(next, at) == null) {
                    queue.add(next);
                }
            }
        }
        return List.of();
    }

    /** The module shows its users three packages, and asks for no module that a run-time image might lack. */
    public static List<String> moduleBorders(SourceTree tree) {
        var found = new ArrayList<String>();
        for (SourceFile file : tree.files()) {
            if (file.name().equals("module-info.java")) {
                Set<String> exports = new TreeSet<>();
                DIRECTIVE.matcher(file.code()).results().forEach(directive -> {
                    if (directive.group(1).equals("exports")) {
                        exports.add(directive.group(2));
                    } else if (!directive.group(2).equals("static jdk.jfr")) {
                        found.add(file + " says " + directive.group());
                    }
                });
                if (!exports.equals(EXPORTED)) {
                    found.add(file + " exports " + exports + " instead of " + EXPORTED);
                }
            }
        }
        return found;
    }
}
