package omega.flock.net;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** What every channel of ours is told before it is bound. */
final class ChannelOptions {

    private ChannelOptions() {}

    /** Asks for large buffers, and for datagrams that nobody cuts. */
    static void setAll(DatagramChannel channel) throws IOException {
        askForBuffers(channel);
        forbidFragmentation(channel);
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
