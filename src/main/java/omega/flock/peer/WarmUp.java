package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import omega.flock.base.KeyPair;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.noise.NoiseHandshake;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.runtime.DaemonThreads;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;
import omega.flock.transport.UdxStream;
import omega.flock.transport.flow.StreamMachine;

/**
 * Makes a young JVM ready for its first connection, on the platform thread {@code flock-warm-up}, while the caller of open binds
 * ports and waits for the network. Once in the life of the JVM; whoever comes before it is done waits for nothing but what it
 * needs itself.
 *
 * <p>A first connection is slow because a thousand classes are loaded and verified one after the other. Nothing here has an
 * effect that anybody could see but time: the message goes nowhere, and the channel is never bound.
 */
final class WarmUp {

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    /** What a dial needs after its handshake, and what brings in most of the others. */
    private static final List<Class<?>> FOR_A_DIAL = List.of(Dial.class, PeerSearch.class, StreamPaths.class, PathSelector.class,
            UdxStream.class, StreamMachine.class, SecretStream.class, ClientPunch.class, HolePuncher.class);

    private WarmUp() {}

    /** Starts the thread unless it was started before, or there is no second processor that it could use. Returns at once. */
    static void begin() {
        if (Runtime.getRuntime().availableProcessors() > 1 && BEGUN.compareAndSet(false, true)) {
            DaemonThreads.start("flock-warm-up", WarmUp::run);
        }
    }

    private static void run() {
        try {
            startVirtualThreads();
            openChannel();
            greet();
            load();
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            // Whoever needs what is missing hears of it where it is needed. The logger itself is loaded here, beside the caller.
            System.getLogger("omega.flock.peer").log(Level.DEBUG, "warmup.failed", e);
        }
    }

    /** The first virtual thread of a JVM starts their scheduler. */
    private static void startVirtualThreads() {
        try (TaskScope scope = new TaskScope("warm-up")) {
            scope.fork("flock-warm-up", () -> { });
        }
    }

    private static void openChannel() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
            channel.supportedOptions();
            Selector.open().close();
        }
    }

    /** Greets itself: one message has all that a handshake is made of, but for the reading. */
    private static void greet() {
        KeyPair self = KeyPair.generate();
        NoiseHandshake handshake =
                NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, self, Namespaces.peerHandshake(), self.publicKey());
        handshake.writeMessage(NoisePayload.decode(NoisePayload.EMPTY.toBytes()).toBytes());
    }

    private static void load() throws ClassNotFoundException {
        for (Class<?> needed : FOR_A_DIAL) {
            Class.forName(needed.getName(), true, needed.getClassLoader());
        }
    }
}
