package omega.flock.dht.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.function.Function;
import omega.flock.wire.MalformedMessageException;

/** Any bytes as each of the messages that commands and handshakes carry. */
public final class MessageFuzz {

    private MessageFuzz() {}

    public static void handshake(byte[] input) {
        check(input, HandshakeMessage::decode);
    }

    public static void holepunch(byte[] input) {
        check(input, HolepunchMessage::decode);
    }

    public static void noisePayload(byte[] input) {
        check(input, NoisePayload::decode);
    }

    public static void holepunchPayload(byte[] input) {
        check(input, HolepunchPayload::decode);
    }

    public static void peerRecord(byte[] input) {
        check(input, PeerRecord::decode);
    }

    public static void lookupRecords(byte[] input) {
        check(input, LookupRecords::decode);
    }

    public static void announce(byte[] input) {
        check(input, Announce::decode);
    }

    public static void mutablePutRequest(byte[] input) {
        check(input, MutablePutRequest::decode);
    }

    public static void mutableGetResponse(byte[] input) {
        check(input, MutableGetResponse::decode);
    }

    /** They are malformed, or what was read is written and read again, equal and with an equal hash code. */
    private static void check(byte[] input, Function<byte[], DhtMessage> decoder) {
        DhtMessage message;
        try {
            message = decoder.apply(input);
        } catch (MalformedMessageException e) {
            return; // the documented refusal
        }
        DhtMessage again = decoder.apply(message.toBytes());
        assertEquals(message, again);
        assertEquals(message.hashCode(), again.hashCode());
        assertFalse(message.toString().isEmpty());
    }
}
