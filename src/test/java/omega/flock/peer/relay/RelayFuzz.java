package omega.flock.peer.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.fuzz.FuzzInput;
import omega.flock.peer.relay.RelayMessage.Pair;
import omega.flock.wire.MalformedMessageException;

/** Any messages of a relay. */
public final class RelayFuzz {

    private static final PublicKey SELF = KeyPair.fromSeed(new byte[32]).publicKey();
    private static final Pair WANTED = new Pair(true, filled(6), 12);

    private RelayFuzz() {}

    /** A message is malformed, or each frame in it is written and read again, and so is what a relay says in it. */
    public static void frames(byte[] input) {
        try {
            for (MuxFrame frame : MuxFrame.decode(input)) {
                // A name that is no UTF-8 is read with replacements, which take more bytes than a name may have.
                boolean longer = frame instanceof MuxFrame.Open open && open.protocol().indexOf('\uFFFD') >= 0;
                if (!longer) {
                    assertEquals(List.of(frame), MuxFrame.decode(frame.toBytes()));
                }
                if (frame instanceof MuxFrame.Message message) {
                    RelayMessage.decode(message).ifPresent(relayed -> {
                        MuxFrame.Message written = relayed.on(message.channel());
                        assertEquals(relayed, RelayMessage.decode(written).orElseThrow());
                    });
                }
            }
        } catch (MalformedMessageException e) {
            assertEquals(0, e.getStackTrace().length);
        }
    }

    /** Each byte that begins a message is its length. A channel that is closed stays so; nothing is answered to what is no message. */
    public static void channel(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        RelayChannel channel = new RelayChannel(SELF, WANTED);
        channel.opening();
        try {
            while (in.hasMore()) {
                boolean closed = channel.isClosed();
                byte[] message = in.nextBytes(in.next());
                List<byte[]> answers = channel.onMessage(message);
                assertTrue(answers.size() <= message.length, "no more answers than bytes");
                answers.forEach(answer -> assertEquals(MuxFrame.Reject.class, MuxFrame.decode(answer).getFirst().getClass()));
                assertTrue(channel.isClosed() || !closed, "closed is absorbing");
                assertTrue(channel.paired().stream().allMatch(id -> id >= 0 && id <= RelayConstants.MAX_STREAM_ID));
            }
        } catch (MalformedMessageException e) {
            assertEquals(0, e.getStackTrace().length);
        }
        channel.closing();
        assertTrue(channel.isClosed() && channel.closing().isEmpty());
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[RelayConstants.TOKEN_BYTES];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
