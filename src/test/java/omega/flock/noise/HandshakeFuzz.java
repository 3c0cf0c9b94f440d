package omega.flock.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import omega.flock.fuzz.FuzzInput;
import omega.flock.noise.NoiseHandshake.Pattern;

/** Any bytes as the next message of a handshake. */
public final class HandshakeFuzz {

    private static final Transcripts KEYS = Transcripts.published(Transcripts.PROLOGUE);
    private static final byte[] PAYLOAD = {1, 2, 3};

    private HandshakeFuzz() {}

    /**
     * The first byte says who reads, and how the message is made: as it stands, or from the right one by changes of single bytes. It is
     * refused, which leaves the handshake as it was, or it was the right one.
     */
    public static void messages(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        int choice = in.next();
        Pattern pattern = (choice & 1) == 0 ? Pattern.IK : Pattern.XX;
        NoiseHandshake initiator = KEYS.initiator(pattern);
        NoiseHandshake responder = KEYS.responder(pattern);
        byte[] first = initiator.writeMessage(PAYLOAD);
        NoiseHandshake reader = responder;
        byte[] right = first;
        if ((choice & 2) != 0) {
            try {
                responder.readMessage(first);
            } catch (NoiseException e) {
                throw new AssertionError("the right message was refused", e);
            }
            right = responder.writeMessage(PAYLOAD);
            reader = initiator;
        }
        byte[] message = (choice & 4) != 0 ? in.rest() : changed(right.clone(), in);
        try {
            reader.readMessage(message);
        } catch (NoiseException e) {
            assertFalse(reader.isComplete());
            assertRightOneIsWelcome(reader, right);
        }
    }

    private static void assertRightOneIsWelcome(NoiseHandshake reader, byte[] right) {
        try {
            assertArrayEquals(PAYLOAD, reader.readMessage(right));
        } catch (NoiseException e) {
            throw new AssertionError("a refused message has changed the handshake", e);
        }
    }

    private static byte[] changed(byte[] message, FuzzInput in) {
        while (in.hasMore()) {
            message[in.next() % message.length] ^= (byte) in.next();
        }
        return message;
    }
}
