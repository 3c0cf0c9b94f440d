package omega.flock.swarm.machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;

/** What a swarm sees of one connection. Implementations are thread-safe; nothing here waits for the network. */
public interface Link {

    /** Returns the key that the handshake has proven. */
    PublicKey remotePublicKey();

    /** Returns the address that the connection comes from: of the peer, or of a relay that carries it. */
    InetSocketAddress remoteAddress();

    /** Returns how many messages were sent, keep-alives included. */
    long messagesSent();

    /** Returns how many messages were received, keep-alives included. */
    long messagesReceived();

    /** Tells whether neither side has closed it. One that the program has closed may still be delivering its last bytes. */
    boolean isOpen();

    /** Sends a keep-alive, so that a dead path shows. */
    void sendKeepAlive() throws IOException;

    /** Resets the connection; its listener is told soon. Idempotent. */
    void abort(CloseReason reason);

    /** Runs {@code listener} exactly once when the connection has ended, or at once if it has. */
    void onClose(Consumer<CloseReason> listener);
}
