package omega.flock.interop;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import omega.flock.base.Topic;
import org.junit.jupiter.api.Assumptions;

/** A second Java program with the classes under test, which reports its events to the test as {@link JavaScriptPeer} does. */
public final class JavaPeer implements AutoCloseable {

    /** A namespace of its own with loopback and one network card more, as an ordinary host has it. */
    private static final String HOST_WITH_A_CARD = "ip link set lo up"
            + " && { ip link add lan0 type veth peer name lan1 2>/dev/null || ip link add lan0 type dummy; }"
            + " && ip addr add 192.0.2.7/24 dev lan0 && ip link set lan0 up && exec \"$@\"";

    private final PeerProcess process;

    private JavaPeer(PeerProcess process) {
        this.process = process;
    }

    /** Starts the main method of a class of the tests in the network namespace of this process. */
    public static JavaPeer start(Class<?> program, String... arguments) throws IOException {
        return new JavaPeer(PeerProcess.start(program.getSimpleName(), new ProcessBuilder(command(program, arguments))));
    }

    /** Starts it where a network card is up besides loopback. */
    public static JavaPeer startOnHostWithACard(Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("unshare", "--net", "sh", "-c", HOST_WITH_A_CARD, "sh"));
        command.addAll(command(program, arguments));
        return new JavaPeer(PeerProcess.start(program.getSimpleName(), new ProcessBuilder(command)));
    }

    /** Skips the test where no such namespace can be made; under {@code FLOCK_INTEROP=required} that is a failure. */
    public static void assumeHostsCanBeMade() throws InterruptedException {
        boolean possible = canMakeHosts();
        if (!possible && JavaScriptStack.isRequired()) {
            throw new AssertionError("FLOCK_INTEROP=required, but no network namespace can be made");
        }
        Assumptions.assumeTrue(possible, "no network namespace can be made here");
    }

    private static boolean canMakeHosts() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("unshare", "--net", "sh", "-c", HOST_WITH_A_CARD, "sh", "true").redirectErrorStream(true).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no unshare
        }
    }

    private static List<String> command(Class<?> program, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = location(Topic.class) + System.getProperty("path.separator") + location(program);
        var command = new ArrayList<>(List.of(java, "-ea", "-cp", classes, program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The program's half: reports an event to the test. */
    public static void emit(PrintStream out, String event, Map<String, ?> fields) {
        var line = new LinkedHashMap<String, Object>();
        line.put("event", event);
        line.putAll(fields);
        byte[] bytes = (Json.write(line) + '\n').getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    public PeerMessage await(String event, Duration patience) throws InterruptedException {
        return process.await(event, patience);
    }

    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Sends SIGTERM and waits for the end. {@return the exit code} */
    public int terminate() throws InterruptedException {
        return process.terminate();
    }

    @Override
    public void close() {
        process.close();
    }
}
