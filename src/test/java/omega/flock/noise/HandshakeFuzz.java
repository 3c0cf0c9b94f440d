package omega.flock.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import omega.flock.fuzz.FuzzInput;
import omega.flock.noise.NoiseHandshake.Pattern;

/** Any bytes as the next message of a handshake. */
public final class HandshakeFuzz {

    private static final Transcripts KEYS = Transcripts.published(Transcripts.PROLOGUE);
    private static final byte[] PAYLOAD = {1, 2, 3};
    /** The two messages of each pattern: all keys are known beforehand, so they are always these. */
    private static final Map<Pattern, List<byte[]>> RIGHT = Map.of(Pattern.IK, written(Pattern.IK), Pattern.XX, written(Pattern.XX));

    private HandshakeFuzz() {}

    /**
     * The first byte says who reads, and how the message is made: as it stands, or from the right one by changes of single bytes. It is
     * refused, which leaves the handshake as it was, or it was the right one.
     */
    public static void messages(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        int choice = in.next();
        Pattern pattern = (choice & 1) == 0 ? Pattern.IK : Pattern.XX;
        boolean answer = (choice & 2) != 0;
        NoiseHandshake reader = answer ? KEYS.initiator(pattern) : KEYS.responder(pattern);
        if (answer) {
            reader.writeMessage(PAYLOAD);
        }
        byte[] right = RIGHT.get(pattern).get(answer ? 1 : 0);
        byte[] message = (choice & 4) != 0 ? in.rest() : changed(right.clone(), in);
        try {
            reader.readMessage(message);
        } catch (NoiseException e) {
            assertFalse(reader.isComplete());
            if ((input.length & 7) == 0) { // it takes longer than all the rest, so the input says whether
                assertRightOneIsWelcome(reader, right);
            }
        }
    }

    private static List<byte[]> written(Pattern pattern) {
        byte[] first = KEYS.initiator(pattern).writeMessage(PAYLOAD);
        NoiseHandshake responder = KEYS.responder(pattern);
        assertRightOneIsWelcome(responder, first);
        return List.of(first, responder.writeMessage(PAYLOAD));
    }

    private static void assertRightOneIsWelcome(NoiseHandshake reader, byte[] right) {
        try {
            assertArrayEquals(PAYLOAD, reader.readMessage(right));
        } catch (NoiseException e) {
            throw new AssertionError("the right message was refused", e);
        }
    }

    private static byte[] changed(byte[] message, FuzzInput in) {
        while (in.hasMore()) {
            message[in.next() % message.length] ^= (byte) in.next();
        }
        return message;
    }
}
