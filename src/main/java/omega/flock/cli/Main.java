package omega.flock.cli;

import java.io.PrintStream;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Optional;

/** The entry point of {@code ./omega-flock COMMAND}. */
public final class Main {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private static final String HELP = """
            usage: omega-flock COMMAND [--OPTION VALUE ...]

              demo                                        two flocks meet on a private network in this process
              testnet --nodes N [--port P] [--host H]     a private network of N nodes, until it is terminated;
                                                          prints "bootstrap HOST:PORT" when it is ready
                                                          (P 0: any free port, the default; H 127.0.0.1)
              help, COMMAND --help                        this text
              --version                                   the versions of omega-flock and of Java
            """;

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    static int run(List<String> words, PrintStream out, PrintStream err) {
        try {
            if (words.isEmpty()) {
                throw new UsageException("a command is missing");
            }
            List<String> rest = words.subList(1, words.size());
            if (rest.contains("--help") || rest.contains("-h")) {
                out.print(HELP);
                return DONE;
            }
            switch (words.getFirst()) {
                case "demo" -> DemoCommand.run(rest, out);
                case "testnet" -> TestnetCommand.run(rest, out);
                case "help", "--help", "-h" -> out.print(HELP);
                case "version", "--version" -> out.println(version());
                default -> throw new UsageException("unknown command: " + words.getFirst());
            }
            out.flush();
            return DONE;
        } catch (UsageException e) {
            err.println("omega-flock: " + e.getMessage());
            err.print(HELP);
            return USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("omega-flock: interrupted");
            return FAILED;
        } catch (Exception e) {
            err.println("omega-flock: " + e);
            return FAILED;
        }
    }

    /** The module has a version where it was packed; classes alone have none. */
    private static String version() {
        Optional<String> packed = Optional.ofNullable(Main.class.getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion);
        return "omega-flock " + packed.orElse("unpacked") + ", Java " + Runtime.version();
    }
}
