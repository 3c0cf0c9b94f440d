package omega.flock.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code ./omega-flock testnet} in a process of its own, as programs of any language use it. */
public final class TestnetProcess implements AutoCloseable {

    /** Time to build the jar, when it is stale, and to start. */
    private static final int START_SECONDS = 180;
    private static final int END_SECONDS = 10;
    private static final String READY = "bootstrap ";

    private final Process process;
    private final String bootstrap;

    private TestnetProcess(Process process, String bootstrap) {
        this.process = process;
        this.bootstrap = bootstrap;
    }

    /** Starts a network of so many nodes; fails the test if it is not ready within three minutes. */
    public static TestnetProcess start(int nodes) throws IOException, InterruptedException {
        String launcher = Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath().resolve("omega-flock").toString();
        Process process = new ProcessBuilder(launcher, "testnet", "--nodes", String.valueOf(nodes)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            return new TestnetProcess(process, awaitBootstrap(process));
        } catch (AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String awaitBootstrap(Process process) throws InterruptedException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        var first = new FutureTask<>(lines::readLine);
        Thread.ofPlatform().daemon().name("testnet stdout").start(first);
        try {
            String line = first.get(START_SECONDS, TimeUnit.SECONDS);
            if (line == null || !line.startsWith(READY)) {
                throw new AssertionError("the testnet's first line: " + line);
            }
            return line.substring(READY.length());
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the testnet did not start", e);
        }
    }

    /** What peers bootstrap from: one host and port. */
    public List<String> bootstrap() {
        return List.of(bootstrap);
    }

    /** Tells the process to end, as a terminal does, and returns whether it obeyed in time. */
    public boolean terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
