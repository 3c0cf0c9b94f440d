package omega.flock.interop;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether this machine can be the JavaScript peer: Node, the packages of the lock file, a namespace with only loopback. */
final class JavaScriptStack {
    private JavaScriptStack() {
    }

    static Path scripts() {
        return Path.of(System.getProperty("omega.flock.basedir", "")).toAbsolutePath().resolve("src/test/js");
    }

    /** Under {@code FLOCK_INTEROP=required} nothing is skipped: a test that cannot run fails. */
    static boolean isRequired() {
        return "required".equals(System.getenv("FLOCK_INTEROP"));
    }

    /** Why no script can run here, if so. */
    static Optional<String> absence() {
        return Absence.REASON;
    }

    /** Why the stack would stall here, if so: any interface but loopback sends it to its LAN shortcut (hyperdht issue 304). */
    static Optional<String> stall() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(JavaScriptStack::leadsOut)
                    .findFirst()
                    .map(network -> "the interface " + network.getName() + " is up, and only loopback may be"
                            + " (mvn verify on Linux sees to it; else: unshare -n)");
        } catch (SocketException e) {
            return Optional.of("the interfaces cannot be listed: " + e.getMessage());
        }
    }

    private static boolean leadsOut(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback() && network.inetAddresses().findAny().isPresent();
        } catch (SocketException e) {
            return false; // it went away while we looked
        }
    }

    private static final class Absence {
        static final Optional<String> REASON = find();

        private static Optional<String> find() {
            if (!Files.isDirectory(scripts().resolve("node_modules/hyperswarm"))) {
                return Optional.of("the JavaScript packages are not installed (npm ci in src/test/js)");
            }
            try {
                Process node = new ProcessBuilder("node", "--version").redirectErrorStream(true).start();
                node.getOutputStream().close();
                if (node.waitFor(20, TimeUnit.SECONDS) && node.exitValue() == 0) {
                    return Optional.empty();
                }
                node.destroyForcibly();
                return Optional.of("node --version fails");
            } catch (IOException e) {
                return Optional.of("there is no node on the PATH");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of("the look for node was interrupted");
            }
        }
    }
}
