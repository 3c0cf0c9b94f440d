package omega.flock.peer;

import java.net.InetSocketAddress;
import java.util.OptionalInt;
import omega.flock.net.UdpPort;

/**
 * A way to the other peer: out of one of our ports, to one of its addresses or to a relay.
 *
 * @param port the port of ours
 * @param remote the address of the peer, or of the relay, as that port has to write to it
 * @param relayStream the stream at the relay that leads on to the peer; empty for a direct path
 */
record Path(UdpPort port, InetSocketAddress remote, OptionalInt relayStream) {

    /** A direct path. */
    Path(UdpPort port, InetSocketAddress remote) {
        this(port, remote, OptionalInt.empty());
    }

    boolean isRelayed() {
        return relayStream.isPresent();
    }

    /** Tells whether a packet that came so came along this path. */
    boolean leadsTo(UdpPort receivedOn, InetSocketAddress source) {
        return port == receivedOn && remote.equals(source);
    }
}
