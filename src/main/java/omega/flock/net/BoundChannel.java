package omega.flock.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.locks.LockSupport;

/** Channels as ports want them: IPv4, not blocking, with large buffers, and for datagrams that nobody cuts. */
final class BoundChannel {

    private BoundChannel() {}

    /** Opens a bound channel that does not block. */
    static DatagramChannel open(InetSocketAddress local) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            askForBuffers(channel);
            forbidFragmentation(channel);
            channel.bind(local);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** {@return how many retries are left; negative if the kernel's buffer stayed full and nothing was sent} */
    static int trySend(DatagramChannel channel, ByteBuffer datagram, InetSocketAddress to, int retries) throws IOException {
        // A non-blocking send takes the whole datagram or, while the kernel's buffer is full, nothing at all.
        int length = datagram.remaining();
        int left = retries;
        while (channel.send(datagram, to) != length) {
            if (--left < 0) {
                return left;
            }
            LockSupport.parkNanos(NetConstants.SEND_RETRY_NANOS);
        }
        return left;
    }

    private static void askForBuffers(DatagramChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, NetConstants.SOCKET_SEND_BYTES);
        for (int bytes : NetConstants.SOCKET_RECEIVE_BYTES) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, bytes);
            if (channel.getOption(StandardSocketOptions.SO_RCVBUF) >= bytes) {
                return;
            }
        }
    }

    /**
     * Sets "don't fragment", without which probing for the path's MTU would learn nothing. The option is a constant of
     * the module {@code jdk.net}; looking it up by name spares a dependency on a module that an image may lack.
     */
    private static void forbidFragmentation(DatagramChannel channel) throws IOException {
        for (SocketOption<?> option : channel.supportedOptions()) {
            if (option.name().equals("IP_DONTFRAGMENT") && option.type() == Boolean.class) {
                @SuppressWarnings("unchecked")
                SocketOption<Boolean> dontFragment = (SocketOption<Boolean>) option;
                channel.setOption(dontFragment, true);
            }
        }
    }
}
