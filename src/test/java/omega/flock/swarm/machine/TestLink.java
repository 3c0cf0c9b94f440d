package omega.flock.swarm.machine;

import java.net.InetSocketAddress;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;

/** A connection that the machine sees and nobody carries. */
final class TestLink implements Link {
    private final PublicKey remote;
    private final InetSocketAddress address;
    private long messages;
    private boolean open = true;

    TestLink(PublicKey remote, InetSocketAddress address) {
        this.remote = remote;
        this.address = address;
    }

    /** Messages go both ways. */
    void chat() {
        messages++;
    }

    /** The program closes it, and its last bytes take their time. */
    void closeSlowly() {
        open = false;
    }

    @Override
    public PublicKey remotePublicKey() {
        return remote;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return address;
    }

    @Override
    public long messagesSent() {
        return messages;
    }

    @Override
    public long messagesReceived() {
        return messages;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void sendKeepAlive() {
        throw new AssertionError("a machine does nothing itself");
    }

    @Override
    public void abort(CloseReason reason) {
        throw new AssertionError("a machine does nothing itself");
    }

    @Override
    public void onClose(Consumer<CloseReason> listener) {
        throw new AssertionError("a machine does nothing itself");
    }
}
