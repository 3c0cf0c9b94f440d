package omega.flock.rpc;

import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.NetworkSource;

/**
 * A request from another node. The methods that answer send one datagram each from the calling thread, and may be called on
 * any thread.
 *
 * <p>A token never needs to be checked again: a request with a wrong one is answered with error 2 and does not get here.
 */
public interface IncomingRequest {

    /** Returns where the request came from. */
    PeerAddress from();

    /** Returns the same as the network shows it: whom that is counted for which the request makes us do or keep. */
    NetworkSource source();

    /** Returns our own address as the sender sees it. */
    PeerAddress to();

    /** Returns the transaction id, 0 to 65535. */
    int tid();

    /** Returns the number of the command, one of the application's for its handler. */
    int command();

    /** Returns the point that the command is about. */
    Optional<NodeId> target();

    /** Returns a copy of the argument; empty and absent differ. */
    Optional<byte[]> value();

    /** Returns a copy of the token, which is present and right, or absent. */
    Optional<byte[]> token();

    /** Tells whether the sender proved by a token that it receives at its address. */
    default boolean tokenValid() {
        return token().isPresent();
    }

    /** Returns the port that received the request, from which answers go out. */
    UdpPort port();

    /** Answers with a token and, if the request has a target, with closer nodes. */
    void reply(Optional<byte[]> value);

    /** Answers with closer nodes if the request has a target, but without a token. */
    void replyWithoutToken(Optional<byte[]> value);

    /** Answers with neither token nor closer nodes. */
    void replyBare(Optional<byte[]> value);

    /** Answers with an error and, if the request has a target, with closer nodes, but without a token. */
    void error(int code);

    /** Answers to a third address from any port, with neither token nor closer nodes. */
    void replyTo(PeerAddress to, UdpPort via, byte[] value);

    /**
     * Passes the request on: same transaction id, command and target, another value, no token. Whoever gets it may answer
     * to anybody who waits for this transaction id.
     */
    void forward(byte[] value, PeerAddress to, UdpPort via);
}
