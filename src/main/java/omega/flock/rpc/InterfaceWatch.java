package omega.flock.rpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks at the addresses of this machine, on the thread that asks. The JDK tells nobody when they change, so a node looks again
 * at every tick. Thread-safe.
 */
final class InterfaceWatch {

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final ReentrantLock lock = new ReentrantLock();
    private Optional<List<String>> known = Optional.empty(); // guarded by lock

    /** Returns whether the addresses are others than at the last look; the first look finds no change. */
    boolean hasChanged() {
        List<String> now = addresses();
        lock.lock();
        try {
            boolean changed = known.isPresent() && !known.get().equals(now);
            known = Optional.of(now);
            return changed;
        } finally {
            lock.unlock();
        }
    }

    /** Returns an address of this machine in a network, or the loopback address if it is in none. */
    static String localHost() {
        return addresses().stream().findFirst().orElse("127.0.0.1");
    }

    private static List<String> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(InterfaceWatch::isUsable)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address)
                    .map(address -> address.getHostAddress())
                    .toList();
        } catch (SocketException e) {
            LOG.log(Level.DEBUG, "rpc.interfaces.failed", e);
            return List.of();
        }
    }

    private static boolean isUsable(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback();
        } catch (SocketException e) {
            // It vanished while we looked.
            return false;
        }
    }
}
