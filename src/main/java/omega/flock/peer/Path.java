package omega.flock.peer;

import java.net.InetSocketAddress;
import omega.flock.net.UdpPort;

/**
 * A way to the other peer: out of one of our ports, to one of its addresses.
 *
 * @param port the port of ours
 * @param remote the address of the peer, as that port has to write to it
 */
record Path(UdpPort port, InetSocketAddress remote) {}
