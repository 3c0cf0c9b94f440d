package omega.flock.peer.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PublicKey;
import omega.flock.peer.relay.RelayMessage.Pair;
import omega.flock.wire.MalformedMessageException;

/**
 * Our end of the channel to a relay, over which one pairing is asked for. Pure; not thread-safe: it is given what the relay
 * sends and returns what to send.
 *
 * <pre>
 *              pair comes                       the relay rejects or closes the channel
 *   PAIRING ──────────────► PAIRED          PAIRING, PAIRED ──────────────────────────────► CLOSED     absorbing
 * </pre>
 *
 * <p>Our end is opened before anything is read, so nothing of the relay's ever has to be kept until it is.
 */
final class RelayChannel {

    private enum State {
        PAIRING, PAIRED, CLOSED
    }

    /** The only channel of ours on the connection. */
    private static final long OURS = 1;

    private final byte[] id;
    private final Pair wanted;
    private State state = State.PAIRING;
    private long theirs; // the relay's number of the channel; 0 until it has opened its end
    private long highest; // the highest channel that the relay has opened so far
    private long streamId;

    /**
     * Prepares to ask for a pairing.
     *
     * @param self the key under which we reached the relay; on both ends it is the channel's id
     * @param wanted role, token and stream of ours
     */
    RelayChannel(PublicKey self, Pair wanted) {
        this.id = self.toBytes();
        this.wanted = wanted;
    }

    /** Returns the messages to begin with. */
    List<byte[]> opening() {
        return List.of(new MuxFrame.Open(OURS, RelayConstants.PROTOCOL, id).toBytes(), wanted.on(OURS).toBytes());
    }

    /** Returns the messages to end with: the relay need not wait any longer, or can untie the streams. */
    List<byte[]> closing() {
        List<byte[]> last = new ArrayList<>();
        if (state == State.PAIRING) {
            last.add(new RelayMessage.Unpair(wanted.token()).on(OURS).toBytes());
        }
        if (state != State.CLOSED) {
            last.add(new MuxFrame.Close(OURS).toBytes());
        }
        state = State.CLOSED;
        return last;
    }

    /**
     * Takes one message of the relay.
     *
     * @return what to answer
     * @throws MalformedMessageException if it is none of protomux, or breaks its rules
     */
    List<byte[]> onMessage(byte[] message) {
        List<byte[]> answers = new ArrayList<>();
        for (MuxFrame frame : MuxFrame.decode(message)) {
            // No switch over types on the way to a first connection: the JDK links each of them at run time (ADR 19).
            if (frame instanceof MuxFrame.Message carried) {
                onCarried(carried);
            } else if (frame instanceof MuxFrame.Open open) {
                onOpen(open, answers);
            } else if (frame instanceof MuxFrame.Reject reject) {
                closeIf(reject.channel() == OURS);
            } else if (frame instanceof MuxFrame.Close close) {
                closeIf(close.channel() == theirs && theirs != 0);
            }
        }
        return answers;
    }

    /** Returns the stream of the relay that was tied to ours, once it was. */
    Optional<Long> paired() {
        return state == State.PAIRED ? Optional.of(streamId) : Optional.empty();
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    private void closeIf(boolean ours) {
        state = ours ? State.CLOSED : state;
    }

    /** A relay may speak other protocols too; those are rejected. */
    private void onOpen(MuxFrame.Open open, List<byte[]> answers) {
        // "Allow the remote to grow the ids by one."
        if (open.channel() > highest + 1) {
            throw new MalformedMessageException("open.channel: " + open.channel() + " after " + highest);
        }
        highest = Math.max(highest, open.channel());
        boolean meant = open.protocol().equals(RelayConstants.PROTOCOL) && Arrays.equals(open.id(), id);
        if (meant && theirs == 0 && open.channel() != 0) {
            theirs = open.channel();
        } else {
            answers.add(new MuxFrame.Reject(open.channel()).toBytes());
        }
    }

    private void onCarried(MuxFrame.Message carried) {
        if (carried.channel() != theirs || state != State.PAIRING) {
            return; // "if the channel is closed ignore"; a second answer changes nothing
        }
        RelayMessage.decode(carried).ifPresent(message -> {
            if (message instanceof Pair pair && pair.initiator() == wanted.initiator()
                    && Arrays.equals(pair.token(), wanted.token())) {
                streamId = pair.streamId();
                state = State.PAIRED;
            }
        });
    }
}
