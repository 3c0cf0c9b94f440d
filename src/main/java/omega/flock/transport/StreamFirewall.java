package omega.flock.transport;

import java.net.InetSocketAddress;
import omega.flock.net.UdpPort;

/**
 * Runs on the reader thread of the port that received the packet, with no lock held, and must not block.
 *
 * <p>It is asked for every packet that arrives before the stream is connected and, for the life of the stream, for every
 * packet that arrives on another port than the stream's own (libudx udx.c:1544–1551). The upper layers use it as the
 * "a path was found" signal: it may call {@link UdxStream#connect} or {@link UdxStream#changeRemote} itself, and the same
 * packet is then processed as usual.
 */
@FunctionalInterface
public interface StreamFirewall {
    /** Lets no packet in before the stream is connected, and none from another port: the default of the JavaScript stack. */
    StreamFirewall DENY_ALL = (stream, port, source) -> false;

    /**
     * {@return whether the packet may reach the stream; otherwise it is dropped and counted}
     *
     * @param stream the stream whose id the packet carries
     * @param port the port that received the packet
     * @param source the sender as the socket saw it
     */
    boolean admits(UdxStream stream, UdpPort port, InetSocketAddress source);
}
