package omega.flock.fuzz;

/** Where Jazzer, a coverage-guided fuzzer, comes in: its class of this name needs nothing of Jazzer's to be compiled. */
public final class JazzerEntry {

    private static volatile FuzzTarget target;

    private JazzerEntry() {}

    /** Called once, with what {@code --target_args} says. */
    public static void fuzzerInitialize(String[] arguments) {
        target = FuzzTarget.named(arguments[0]);
    }

    /** Called for each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        target.run(input);
    }
}
