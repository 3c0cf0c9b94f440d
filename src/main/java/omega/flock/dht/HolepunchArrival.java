package omega.flock.dht;

import java.util.concurrent.atomic.AtomicBoolean;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.RoutingMode;
import omega.flock.net.UdpPort;
import omega.flock.rpc.IncomingRequest;

/**
 * A hole punching round for a server on this node, passed on by a relay, and the way back for its answer: a request in mode
 * FROM_SERVER to that relay, same transaction. Any thread may reply, once.
 * Source: hyperdht 6.34.0 lib/router.js {@code onpeerholepunch}.
 */
public final class HolepunchArrival {

    private final IncomingRequest request;
    private final HolepunchMessage message;
    private final PeerAddress peerAddress;
    private final AtomicBoolean replied = new AtomicBoolean();

    HolepunchArrival(IncomingRequest request, HolepunchMessage message, PeerAddress peerAddress) {
        this.request = request;
        this.message = message;
        this.peerAddress = peerAddress;
    }

    /** {@return the slot that the server gave this connection attempt; whatever the sender wrote} */
    public long id() {
        return message.id();
    }

    /** {@return the sealed payload; the same array each time, not to be changed} */
    public byte[] payload() {
        return message.payload();
    }

    /** {@return the client's punch socket as the relay saw it} */
    public PeerAddress peerAddress() {
        return peerAddress;
    }

    /** {@return the relay that sent the datagram} */
    public PeerAddress from() {
        return request.from();
    }

    /** {@return this node's address as the relay knows it} */
    public PeerAddress to() {
        return request.to();
    }

    /** {@return the port on which it arrived} */
    public UdpPort port() {
        return request.port();
    }

    /** Answers from a port, the punch socket as a rule; returns whether this was the first reply. */
    public boolean reply(byte[] payload, UdpPort via) {
        if (!replied.compareAndSet(false, true)) {
            return false;
        }
        // "id: 0" on the way back; the client knows which round it waits for by the transaction
        request.forward(HolepunchMessage.of(RoutingMode.FROM_SERVER, 0, payload, peerAddress).toBytes(), request.from(), via);
        return true;
    }

    @Override
    public String toString() {
        return "HolepunchArrival[id " + id() + ", client " + peerAddress + ", from " + from() + "]";
    }
}
