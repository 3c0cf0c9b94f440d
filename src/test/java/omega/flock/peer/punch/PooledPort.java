package omega.flock.peer.punch;

import java.io.IOException;
import omega.flock.net.UdpPort;

/** A port of a pool as a puncher has it, for tests of what binds streams to such ports. */
public final class PooledPort {

    private final PunchSocket socket;

    private PooledPort(PunchSocket socket) {
        this.socket = socket;
    }

    /** Opens one whose probes nobody hears. */
    public static PooledPort open(PunchSockets pool) throws IOException {
        return new PooledPort(pool.open((self, source) -> { }));
    }

    public UdpPort port() {
        return socket.port();
    }

    /** The puncher is done with it: it stays open for as long as a stream holds it. */
    public void release() {
        socket.release();
    }
}
