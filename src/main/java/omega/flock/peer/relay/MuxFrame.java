package omega.flock.peer.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A frame of protomux, which carries channels over one connection; each message of the encrypted stream holds one frame, or
 * a batch of them. A channel is numbered by whoever sends: 1 and up, each side by its own count.
 *
 * <pre>
 *  message  | channel uint | type uint | body ...                                             channel is not 0
 *  batch    | 00 | 00 | channel uint | items: length uint, type uint, body; length 00: another channel uint follows
 *  open     | 00 | 01 | channel uint | protocol string | id: length uint, bytes | handshake ...
 *  reject   | 00 | 02 | the receiver's channel uint |
 *  close    | 00 | 03 | channel uint |
 * </pre>
 *
 * Source: protomux 3.12.1 index.js. Batches are read and not written.
 */
sealed interface MuxFrame {

    /** What stands in place of a channel in front of the types below. */
    int CONTROL = 0;

    /** Type of a batch. */
    int BATCH = 0;

    /** Type of {@link Open}. */
    int OPEN = 1;

    /** Type of {@link Reject}. */
    int REJECT = 2;

    /** Type of {@link Close}. */
    int CLOSE = 3;

    /**
     * The sender opens its end of a channel. It is open once both sides did so for the same protocol and id.
     *
     * @param channel  the sender's number
     * @param protocol the protocol's name
     * @param id       tells channels of one protocol apart; empty for none
     */
    record Open(long channel, String protocol, byte[] id) implements MuxFrame {

        /** Checks that nothing is missing. */
        public Open {
            Objects.requireNonNull(protocol, "protocol");
            Objects.requireNonNull(id, "id");
        }

        static Open decode(WireReader reader) {
            long channel = reader.uint("open.channel");
            String protocol = reader.utf8("open.protocol", RelayConstants.MAX_NAME_BYTES);
            byte[] id = reader.buffer("open.id", RelayConstants.MAX_NAME_BYTES);
            return new Open(channel, protocol, id);
        }

        @Override
        public byte[] toBytes() {
            return control(OPEN).uint(channel).utf8(protocol).buffer(id).toBytes();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Open that && channel == that.channel && protocol.equals(that.protocol)
                    && Arrays.equals(id, that.id);
        }

        @Override
        public int hashCode() {
            return Objects.hash(channel, protocol, Arrays.hashCode(id));
        }
    }

    /**
     * The sender will not open a channel that the receiver has opened.
     *
     * @param channel the receiver's number
     */
    record Reject(long channel) implements MuxFrame {

        static Reject decode(WireReader reader) {
            return new Reject(reader.uint("reject.channel"));
        }

        @Override
        public byte[] toBytes() {
            return control(REJECT).uint(channel).toBytes();
        }
    }

    /**
     * The sender closes a channel, for both sides.
     *
     * @param channel the sender's number
     */
    record Close(long channel) implements MuxFrame {

        static Close decode(WireReader reader) {
            return new Close(reader.uint("close.channel"));
        }

        @Override
        public byte[] toBytes() {
            return control(CLOSE).uint(channel).toBytes();
        }
    }

    /**
     * A message of a channel.
     *
     * @param channel the sender's number
     * @param type    which of the protocol's messages it is
     * @param body    the message
     */
    record Message(long channel, long type, byte[] body) implements MuxFrame {

        /** Checks that there is a body. */
        public Message {
            Objects.requireNonNull(body, "body");
        }

        @Override
        public byte[] toBytes() {
            return new WireWriter().uint(channel).uint(type).raw(body).toBytes();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Message that && channel == that.channel && type == that.type
                    && Arrays.equals(body, that.body);
        }

        @Override
        public int hashCode() {
            return Objects.hash(channel, type, Arrays.hashCode(body));
        }
    }

    /** {@return the frame as one message of the encrypted stream} */
    byte[] toBytes();

    /**
     * {@return the frames in one message of the encrypted stream; none if it is empty, or of a type that is not known here}
     *
     * @throws MalformedMessageException if it is cut short, or a batch is inside another
     */
    static List<MuxFrame> decode(byte[] message) {
        if (message.length == 0) {
            return List.of(); // "ignore empty frames"
        }
        WireReader reader = WireReader.of(message);
        long channel = reader.uint("frame.channel");
        long type = reader.uint("frame.type");
        return channel == CONTROL && type == BATCH
                ? decodeBatch(reader) : decodeOne(channel, type, reader).map(List::of).orElse(List.of());
    }

    private static List<MuxFrame> decodeBatch(WireReader reader) {
        List<MuxFrame> frames = new ArrayList<>();
        long channel = reader.uint("batch.channel");
        while (reader.remaining() > 0) {
            byte[] item = reader.buffer("batch.item", reader.remaining());
            if (item.length == 0) {
                channel = reader.uint("batch.channel");
            } else {
                WireReader inner = WireReader.of(item);
                decodeOne(channel, inner.uint("frame.type"), inner).ifPresent(frames::add);
            }
        }
        return List.copyOf(frames);
    }

    private static Optional<MuxFrame> decodeOne(long channel, long type, WireReader reader) {
        if (channel != CONTROL) {
            return Optional.of(new Message(channel, type, reader.rest("frame.body")));
        }
        if (type == BATCH) {
            throw new MalformedMessageException("frame.type: a batch inside a batch");
        }
        if (type == OPEN) {
            return Optional.of(Open.decode(reader));
        }
        if (type == REJECT) {
            return Optional.of(Reject.decode(reader));
        }
        return type == CLOSE ? Optional.of(Close.decode(reader)) : Optional.empty();
    }

    private static WireWriter control(int type) {
        return new WireWriter().uint(CONTROL).uint(type);
    }
}
