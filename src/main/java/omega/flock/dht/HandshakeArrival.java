package omega.flock.dht;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.RoutingMode;
import omega.flock.net.UdpPort;
import omega.flock.rpc.IncomingRequest;

/**
 * A Noise message 1 for a server on this node, and the way back for its answer. Any thread may reply, once.
 *
 * <pre>
 *   arrived in mode       the answer is
 *   FROM_CLIENT           a response in mode REPLY, without address
 *   FROM_RELAY            a request in mode FROM_SERVER to the relay it came from, same transaction
 *   FROM_SECOND_RELAY     a request in mode FROM_SERVER to the relay named in the message, same transaction
 * </pre>
 *
 * Source: hyperdht 6.34.0 lib/router.js {@code onpeerhandshake}.
 */
public final class HandshakeArrival {

    private final IncomingRequest request;
    private final HandshakeMessage message;
    private final AtomicBoolean replied = new AtomicBoolean();

    HandshakeArrival(IncomingRequest request, HandshakeMessage message) {
        this.request = request;
        this.message = message;
    }

    /** {@return the Noise message 1; the same array each time, not to be changed} */
    public byte[] noise() {
        return message.noise();
    }

    /** {@return the client's address: as a relay saw it, or where the datagram came from} */
    public PeerAddress clientAddress() {
        return message.peerAddress().orElseGet(request::from);
    }

    /** {@return whether a relay passed this on; if not, the client itself is at {@link #clientAddress()}} */
    public boolean relayed() {
        return message.peerAddress().isPresent();
    }

    /** {@return who sent the datagram: a relay, or the client} */
    public PeerAddress from() {
        return request.from();
    }

    /** {@return this node's address as the sender of the datagram knows it} */
    public PeerAddress to() {
        return request.to();
    }

    /** {@return the port on which it arrived} */
    public UdpPort port() {
        return request.port();
    }

    /**
     * Answers with a Noise message 2. From another port than {@link #port()}, the client will take the address it is seen to come from for
     * the server's.
     *
     * @return whether this was the first reply
     */
    public boolean reply(byte[] noise, UdpPort via) {
        if (!replied.compareAndSet(false, true)) {
            return false;
        }
        switch (message.mode()) {
            case FROM_CLIENT -> request.replyTo(request.from(), via, HandshakeMessage.of(RoutingMode.REPLY, noise).toBytes());
            case FROM_RELAY -> request.forward(fromServer(noise), request.from(), via);
            case FROM_SECOND_RELAY -> request.forward(fromServer(noise), message.relayAddress().orElseThrow(), via);
            case FROM_SERVER, REPLY -> throw new IllegalStateException("a server was given a message in mode " + message.mode());
        }
        return true;
    }

    private byte[] fromServer(byte[] noise) {
        return new HandshakeMessage(RoutingMode.FROM_SERVER, noise, message.peerAddress(), Optional.empty()).toBytes();
    }

    @Override
    public String toString() {
        return "HandshakeArrival[client " + clientAddress() + ", from " + from() + ", " + message.mode() + "]";
    }
}
