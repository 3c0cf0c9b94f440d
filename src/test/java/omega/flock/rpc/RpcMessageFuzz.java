package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import omega.flock.wire.MalformedMessageException;

/** Any datagram as a message of the RPC protocol. */
public final class RpcMessageFuzz {

    private RpcMessageFuzz() {}

    /** It is malformed, or what was read is written and read again. */
    public static void message(byte[] input) {
        ByteBuffer datagram = ByteBuffer.wrap(input);
        RpcMessage message;
        try {
            message = RpcMessage.decode(datagram);
        } catch (MalformedMessageException e) {
            return; // the documented refusal
        }
        byte[] written = message.encode();
        assertTrue(RpcMessage.isRpc(ByteBuffer.wrap(written)) && RpcMessage.isRpc(datagram));
        assertTrue(written.length <= input.length, "canonical bytes are no more than what was read");
        assertArrayEquals(written, RpcMessage.decode(ByteBuffer.wrap(written)).encode());
    }
}
