package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The port on a JDK, or for a program, that has no native calls. */
class DatagramUdpPortTest extends ConversationContract {

    @Override
    UdpPort bind(InetSocketAddress local, DatagramHandler handler) throws IOException {
        return DatagramUdpPort.bind(local, handler, Optional.empty());
    }

    @Test
    void withoutNativeCallsNothingIsSentWithATimeToLive() throws Exception {
        try (UdpPort a = bind(ANY, collector); UdpPort b = bind(ANY, collector)) {
            assertFalse(b.sendWithTtl(ByteBuffer.allocate(1), a.localAddress(), 5));
            b.send(ByteBuffer.allocate(2), a.localAddress());
            assertEquals(2, next().length);
        }
    }

    @Test
    void aVirtualThreadDoesNotReadAChannelItself() throws Exception {
        CompletableFuture<Boolean> read = new CompletableFuture<>();
        try (Talk talk = new Talk()) {
            Thread.startVirtualThread(() -> {
                try {
                    boolean any = false;
                    for (int i = 0; i < 3 * NetConstants.LONE_DATAGRAMS_IN_A_ROW; i++) {
                        any |= talk.exchange();
                    }
                    read.complete(any);
                } catch (Exception | AssertionError e) {
                    read.completeExceptionally(e);
                }
            });
            assertFalse(read.get());
        }
    }
}
