package omega.flock.peer.relay;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;
import omega.flock.wire.WireWriter;

/**
 * A message of the protocol "blind-relay".
 *
 * <pre>
 *  type 0, pair     | flags 1, bit 0 is initiator | token 32 | stream id uint | seq uint, 0 |
 *  type 1, unpair   | flags 1                     | token 32 |
 * </pre>
 *
 * Source: blind-relay 1.6.1 index.js {@code messages}. Tokens are not copied and not printed: who knows one can take the
 * place of a peer at the relay.
 */
sealed interface RelayMessage {

    /** Type of {@link Pair}. */
    int PAIR = 0;

    /** Type of {@link Unpair}. */
    int UNPAIR = 1;

    /**
     * To a relay: tie my stream to the one of whoever names the same token in the opposite role. From a relay: that was done.
     *
     * @param initiator in which role the client asks or has asked
     * @param token     the pairing token, 32 bytes
     * @param streamId  the stream under which the receiver finds the sender
     */
    record Pair(boolean initiator, byte[] token, long streamId) implements RelayMessage {

        /** Checks the token's length. */
        public Pair {
            requireToken(token);
        }

        static Pair decode(WireReader reader) {
            boolean initiator = (reader.uint8("pair.flags") & 1) != 0;
            byte[] token = reader.fixed("pair.token", RelayConstants.TOKEN_BYTES);
            long streamId = reader.uint("pair.id");
            if (streamId > RelayConstants.MAX_STREAM_ID) {
                throw new MalformedMessageException("pair.id: " + streamId + " has more than 32 bits");
            }
            reader.uint("pair.seq");
            return new Pair(initiator, token, streamId);
        }

        @Override
        public MuxFrame.Message on(long channel) {
            WireWriter body = new WireWriter().uint8(initiator ? 1 : 0).fixed(token, RelayConstants.TOKEN_BYTES);
            return new MuxFrame.Message(channel, PAIR, body.uint(streamId).uint(0).toBytes());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Pair that && initiator == that.initiator && streamId == that.streamId
                    && Arrays.equals(token, that.token);
        }

        @Override
        public int hashCode() {
            return Objects.hash(initiator, streamId, Arrays.hashCode(token));
        }

        @Override
        public String toString() {
            return "Pair[" + (initiator ? "initiator" : "follower") + ", stream " + streamId + "]";
        }
    }

    /**
     * To a relay: forget what I asked for under this token, or untie it.
     *
     * @param token the pairing token, 32 bytes
     */
    record Unpair(byte[] token) implements RelayMessage {

        /** Checks the token's length. */
        public Unpair {
            requireToken(token);
        }

        static Unpair decode(WireReader reader) {
            reader.uint8("unpair.flags");
            return new Unpair(reader.fixed("unpair.token", RelayConstants.TOKEN_BYTES));
        }

        @Override
        public MuxFrame.Message on(long channel) {
            WireWriter body = new WireWriter().uint8(0).fixed(token, RelayConstants.TOKEN_BYTES);
            return new MuxFrame.Message(channel, UNPAIR, body.toBytes());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Unpair that && Arrays.equals(token, that.token);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(token);
        }

        @Override
        public String toString() {
            return "Unpair[]";
        }
    }

    /** {@return the frame that carries this message on a channel of ours} */
    MuxFrame.Message on(long channel);

    /**
     * {@return the message in a frame; empty for a type that is not known here}
     *
     * @throws MalformedMessageException if it is cut short
     */
    static Optional<RelayMessage> decode(MuxFrame.Message frame) {
        if (frame.type() == PAIR) {
            return Optional.of(Pair.decode(WireReader.of(frame.body())));
        }
        return frame.type() == UNPAIR ? Optional.of(Unpair.decode(WireReader.of(frame.body()))) : Optional.empty();
    }

    private static void requireToken(byte[] token) {
        if (token.length != RelayConstants.TOKEN_BYTES) {
            throw new IllegalArgumentException("a token has " + RelayConstants.TOKEN_BYTES + " bytes, not " + token.length);
        }
    }
}
