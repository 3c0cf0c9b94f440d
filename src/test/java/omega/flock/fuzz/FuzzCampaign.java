package omega.flock.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The long run, {@code mvn verify -Pfuzz}: each target in turn, first under Jazzer, which keeps what reaches new code, then many more
 * inputs that are made from all that is kept. Prints what it ran; exits with 1 after a finding, whose line it prints.
 *
 * <p>Arguments are {@code name=value}: {@code targets} (names with commas between them, or {@code all}), {@code seconds} and {@code runs}
 * (bounds for each target under Jazzer), {@code more} (inputs of each target after that), {@code work} (a directory) and {@code keep}
 * (the directory of the corpus to add to, or {@code no}).
 */
public final class FuzzCampaign {

    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
    private static final int MAX_INPUT_BYTES = 2048;
    /** A target has to do with so much: what a stranger can make it hold is bounded. */
    private static final String HEAP = "-Xmx256m";

    private final List<String> arguments;
    private final Path work;

    private FuzzCampaign(List<String> arguments) {
        this.arguments = arguments;
        this.work = Path.of(argument("work", "target/fuzz")).toAbsolutePath();
    }

    /** Runs the campaign. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        FuzzCampaign campaign = new FuzzCampaign(List.of(arguments));
        String chosen = campaign.argument("targets", "all");
        List<FuzzTarget> targets = chosen.equals("all") ? List.of(FuzzTarget.values())
                : Arrays.stream(chosen.split(",")).map(FuzzTarget::named).toList();
        int findings = 0;
        for (FuzzTarget target : targets) {
            findings += campaign.run(target) ? 0 : 1;
        }
        System.out.println("fuzz: " + targets.size() + " targets, " + findings + " with findings");
        System.exit(findings == 0 ? 0 : 1);
    }

    private boolean run(FuzzTarget target) throws IOException, InterruptedException {
        Path home = work.resolve(target.fileName());
        Path corpus = Files.createDirectories(home.resolve("corpus"));
        Path findings = Files.createDirectories(home.resolve("findings"));
        for (byte[] input : Corpus.of(target)) {
            Files.write(corpus.resolve("kept-" + Integer.toHexString(Arrays.hashCode(input))), input);
        }
        boolean good = jazzer(target, home, List.of("-runs=" + argument("runs", "1000000"), "-max_total_time=" + argument("seconds", "60"),
                "-artifact_prefix=" + findings + "/"), List.of(corpus));
        for (byte[] finding : contents(findings)) {
            System.out.println("fuzz: " + target.fileName() + " does not bear this line: " + HexFormat.of().formatHex(finding));
        }
        String keep = argument("keep", "no");
        if (good && !keep.equals("no")) {
            Path least = Files.createDirectories(home.resolve("least"));
            good = jazzer(target, home, List.of("-merge=1"), List.of(least, corpus));
            add(target, Path.of(keep).resolve(target.fileName() + ".txt"), contents(least));
        }
        return good && more(target, contents(corpus), Long.parseLong(argument("more", "1000000")));
    }

    private boolean jazzer(FuzzTarget target, Path home, List<String> options, List<Path> corpora)
            throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, HEAP, "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED",
                "-cp", classPath(), JAZZER, "--target_class=" + JazzerEntry.class.getName(), "--target_args=" + target.fileName(),
                "--instrumentation_includes=omega.flock.**", "--instrumentation_excludes=omega.flock.crypto.**", // no branch there tells an input
                "--custom_hook_includes=omega.flock.**", "--reproducer_path=" + home,
                "-max_len=" + MAX_INPUT_BYTES, "-timeout=60", "-print_final_stats=1"));
        command.addAll(options);
        corpora.forEach(corpus -> command.add(corpus.toString()));
        System.out.println("fuzz: " + target.fileName() + " " + String.join(" ", options));
        return new ProcessBuilder(command).directory(home.toFile()).inheritIO().start().waitFor() == 0;
    }

    /** The fuzzer works in a directory of its own. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
    }

    /** Blindly, but ten times as fast as with the eyes of a fuzzer. */
    private static boolean more(FuzzTarget target, List<byte[]> corpus, long inputs) {
        long seed = System.nanoTime();
        Mutator mutator = new Mutator(corpus, seed);
        for (long i = 0; i < inputs; i++) {
            byte[] input = mutator.next();
            try {
                target.run(input);
            } catch (RuntimeException | Error e) {
                System.out.println("fuzz: " + target.fileName() + " does not bear this line: " + HexFormat.of().formatHex(input));
                e.printStackTrace(System.out);
                return false;
            }
        }
        System.out.println("fuzz: " + target.fileName() + " bears " + inputs + " more inputs, made from " + corpus.size()
                + " with the seed " + seed);
        return true;
    }

    /** Adds inputs that are not there yet to a file of the corpus. */
    private static void add(FuzzTarget target, Path file, List<byte[]> inputs) throws IOException {
        Set<String> known = new TreeSet<>();
        Corpus.of(target).forEach(input -> known.add(HexFormat.of().formatHex(input)));
        StringBuilder lines = new StringBuilder();
        inputs.stream().map(HexFormat.of()::formatHex).filter(line -> !line.isEmpty() && known.add(line)).sorted()
                .forEach(line -> lines.append(line).append('\n'));
        Files.writeString(file, Files.readString(file) + lines);
    }

    private static List<byte[]> contents(Path directory) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }

    private String argument(String name, String otherwise) {
        String prefix = name + "=";
        return arguments.stream().filter(argument -> argument.startsWith(prefix)).map(argument -> argument.substring(prefix.length()))
                .reduce((first, last) -> last).orElse(otherwise);
    }
}
