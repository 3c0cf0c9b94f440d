package omega.flock.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A Node process that runs one script of {@code src/test/js} for a test and talks with it in lines of JSON.
 *
 * <pre>{@code
 * @JavaScriptInterop                       // skipped with a printed line without Node, a failure under FLOCK_INTEROP=required
 * class EchoInteropTest {
 *     @Test
 *     void echoesWhatJavaScriptSends() throws Exception {
 *         try (var peer = JavaScriptPeer.start("echo-server.js", Map.of("bootstrap", List.of("127.0.0.1:49737")))) {
 *             byte[] key = peer.await("listening").bytes("publicKey");        // an event, 30 s at most
 *             peer.call("ping", Map.of("count", 3)).number("pongs");          // a command and its reply
 *         }                                                                    // ends the process, by its id
 *     }
 * }
 * }</pre>
 *
 * <p>The script's half is {@code src/test/js/lib/peer.js}:
 *
 * <pre>{@code
 * const { options, emit, command, onclose } = require('./lib/peer')
 * emit('listening', { publicKey: server.publicKey })   // buffers travel as hex
 * command('ping', async ({ count }) => ({ pongs: count }))
 * onclose(() => server.close())                        // before the end; the script ends with its standard input
 * }</pre>
 *
 * <p>Under Maven on Linux the tests' JVM runs in a network namespace that has only loopback ({@code src/test/sh/bin/java}), and the
 * script inherits it: without, the JavaScript stack stalls on one host. Elsewhere run the tests by
 * {@code unshare -n sh -c 'ip link set lo up; exec ...'}, or mark them {@code @JavaScriptInterop(onlyLoopback = true)}.
 */
public final class JavaScriptPeer implements AutoCloseable {
    private final PeerProcess process;

    private JavaScriptPeer(PeerProcess process) {
        this.process = process;
    }

    /** Starts a script of {@code src/test/js}; the options arrive as {@code options} of {@code lib/peer.js}, byte arrays as hex. */
    public static JavaScriptPeer start(String script, Map<String, ?> options) throws IOException {
        Path scripts = JavaScriptStack.scripts();
        var command = new ProcessBuilder("node", scripts.resolve(script).toString(), Json.write(options)).directory(scripts.toFile());
        return new JavaScriptPeer(PeerProcess.start(script, command));
    }

    public static JavaScriptPeer start(String script) throws IOException {
        return start(script, Map.of());
    }

    /** The oldest unread event of this name; fails the test when none comes within 30 s or the process ends. */
    public PeerMessage await(String event) throws InterruptedException {
        return await(event, PeerProcess.PATIENCE);
    }

    public PeerMessage await(String event, Duration patience) throws InterruptedException {
        return process.await(event, patience);
    }

    /** Runs a command of the script; fails the test when it throws, or does not answer within 30 s. */
    public PeerMessage call(String command, Map<String, ?> arguments) throws InterruptedException {
        return call(command, arguments, PeerProcess.PATIENCE);
    }

    public PeerMessage call(String command) throws InterruptedException {
        return call(command, Map.of());
    }

    public PeerMessage call(String command, Map<String, ?> arguments, Duration patience) throws InterruptedException {
        return process.call(command, arguments, patience);
    }

    public long pid() {
        return process.pid();
    }

    /** Kills the process as a crash would: no goodbye reaches its peers. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
