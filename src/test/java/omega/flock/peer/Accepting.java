package omega.flock.peer;

import java.io.IOException;
import java.util.function.Consumer;
import omega.flock.secret.SecretStream;

/** Takes connections as a program does: with a thread that accepts, and one for each connection. */
public final class Accepting {

    private Accepting() {}

    /** Gives every connection of a server to the taker, until the server is closed. {@return the server} */
    public static PeerServer serve(PeerServer server, Consumer<SecretStream> taker) {
        Thread.ofVirtual().name("test-accept").start(() -> {
            try {
                while (true) {
                    SecretStream accepted = server.accept();
                    Thread.ofVirtual().name("test-serve").start(() -> taker.accept(accepted));
                }
            } catch (IOException | InterruptedException e) {
                return; // the server has closed
            }
        });
        return server;
    }
}
