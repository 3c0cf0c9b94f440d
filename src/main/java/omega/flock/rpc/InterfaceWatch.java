package omega.flock.rpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Looks at the addresses of this machine, on the thread that asks. The JDK tells nobody when they change, so a node looks again
 * at every tick. Thread-safe.
 */
final class InterfaceWatch {

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final Supplier<Optional<List<String>>> look;
    private final boolean needsNetwork;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<List<String>> known = Optional.empty(); // guarded by lock
    private boolean hadNetwork; // guarded by lock

    /**
     * Watches for a node.
     *
     * @param look finds the addresses of this machine in networks; empty if they cannot be told
     * @param host the IPv4 address that the node binds: one of loopback needs no network
     */
    InterfaceWatch(Supplier<Optional<List<String>>> look, String host) {
        this.look = look;
        this.needsNetwork = !host.startsWith("127.");
    }

    /** Returns whether the addresses are others than at the last look; the first look finds no change. */
    boolean hasChanged() {
        Optional<List<String>> now = look.get();
        lock.lock();
        try {
            boolean changed = known.isPresent() && now.isPresent() && !known.equals(now);
            known = now.or(() -> known);
            hadNetwork |= known.filter(addresses -> !addresses.isEmpty()).isPresent();
            return changed;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether this machine was in a network and was in none at the last look, so that the node can reach nobody. */
    boolean isCutOff() {
        lock.lock();
        try {
            return needsNetwork && hadNetwork && known.filter(List::isEmpty).isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Returns an address of this machine in a network, or the loopback address if it is in none. */
    static String localHost() {
        return addresses().stream().flatMap(List::stream).findFirst().orElse("127.0.0.1");
    }

    /** Returns the IPv4 addresses of this machine in networks, of which loopback is none; empty if they cannot be told. */
    static Optional<List<String>> addresses() {
        try {
            return Optional.of(NetworkInterface.networkInterfaces()
                    .filter(InterfaceWatch::isUsable)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address)
                    .map(address -> address.getHostAddress())
                    .toList());
        } catch (SocketException e) {
            LOG.log(Level.DEBUG, "rpc.interfaces.failed", e);
            return Optional.empty();
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
