package omega.flock.swarm;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import omega.flock.base.CloseReason;
import omega.flock.base.PublicKey;
import omega.flock.gateway.Connection;
import omega.flock.secret.PromptListener;
import omega.flock.swarm.machine.Link;

/**
 * A connection of a gateway. Equal to another when it is the same connection.
 *
 * @param connection the connection as the program gets it
 */
public record GatewayLink(Connection connection) implements Link {

    @Override
    public PublicKey remotePublicKey() {
        return connection.remotePublicKey();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public long messagesSent() {
        return connection.messagesSent();
    }

    @Override
    public long messagesReceived() {
        return connection.messagesReceived();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void sendKeepAlive() throws IOException {
        connection.sendKeepAlive();
    }

    @Override
    public void abort(CloseReason reason) {
        connection.abort(reason);
    }

    /** The swarm has no connection any more of which its program hears that it has ended. */
    @Override
    public void onClose(Consumer<CloseReason> listener) {
        PromptListener prompt = listener::accept;
        connection.onClose(prompt);
    }
}
