package omega.flock.noise;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;

/**
 * One side of one handshake {@code Noise_*_Ed25519_ChaChaPoly_BLAKE2b}, equal to noise-handshake 4.2.0 with noise-curve-ed.
 *
 * <p>Belongs to one thread at a time. The initiator writes the first message and both take turns; {@link #result()} is there
 * after the last. A message that is refused leaves the handshake exactly as it was, so that a forged reply does not end a
 * dial: the right one is still welcome afterwards.
 */
public final class NoiseHandshake {

    /** The handshake patterns in use, Noise §7.5. */
    public enum Pattern {

        /**
         * The initiator knows the responder's key: every connection through the distributed hash table.
         *
         * <pre>
         *   &lt;- s
         *   ...
         *   -&gt; e, es, s, ss     e (32) | s (48) | payload (n + 16)
         *   &lt;- e, ee, se        e (32) | payload (n + 16)
         * </pre>
         */
        IK(true, List.of(
                List.of(Token.E, Token.ES, Token.S, Token.SS),
                List.of(Token.E, Token.EE, Token.SE))),

        /**
         * Neither knows the other's key: secret streams without a handshake from elsewhere.
         *
         * <pre>
         *   -&gt; e                e (32) | payload (n)
         *   &lt;- e, ee, s, es     e (32) | s (48) | payload (n + 16)
         *   -&gt; s, se            s (48) | payload (n + 16)
         * </pre>
         */
        XX(false, List.of(
                List.of(Token.E),
                List.of(Token.E, Token.EE, Token.S, Token.ES),
                List.of(Token.S, Token.SE)));

        private final boolean responderKnown;
        private final List<List<Token>> messages;

        Pattern(boolean responderKnown, List<List<Token>> messages) {
            this.responderKnown = responderKnown;
            this.messages = messages;
        }

        /** Tells whether the initiator has to know the responder's static key beforehand. */
        boolean responderKnown() {
            return responderKnown;
        }

        /** Returns the steps of each message; the initiator writes the first, then they take turns. */
        List<List<Token>> messages() {
            return messages;
        }

        /** Returns the name that both sides hash first, for example {@code Noise_IK_Ed25519_ChaChaPoly_BLAKE2b}. */
        String protocolName() {
            return "Noise_" + name() + NoiseConstants.SUITE;
        }
    }

    private final Pattern pattern;
    private final boolean initiator;
    private final Supplier<KeyPair> ephemerals;
    private HandshakeState state;
    private int messages;
    private Optional<NoiseResult> result = Optional.empty();

    private NoiseHandshake(Pattern pattern, boolean initiator, HandshakeState state, Supplier<KeyPair> ephemerals) {
        this.pattern = pattern;
        this.initiator = initiator;
        this.state = state;
        this.ephemerals = ephemerals;
    }

    /**
     * Begins as the initiator of a pattern in which the responder's key is known, such as {@link Pattern#IK}.
     *
     * @param prologue what both sides have to agree on beforehand
     * @throws IllegalArgumentException if {@code remote} is not a key that anybody can have
     */
    public static NoiseHandshake initiator(Pattern pattern, KeyPair local, byte[] prologue, PublicKey remote) {
        return initiator(pattern, local, prologue, Optional.of(remote), KeyPair::generate);
    }

    /** Begins as the initiator of a pattern in which the responder's key is learned, such as {@link Pattern#XX}. */
    public static NoiseHandshake initiator(Pattern pattern, KeyPair local, byte[] prologue) {
        return initiator(pattern, local, prologue, Optional.empty(), KeyPair::generate);
    }

    /** Begins as the responder. */
    public static NoiseHandshake responder(Pattern pattern, KeyPair local, byte[] prologue) {
        return responder(pattern, local, prologue, KeyPair::generate);
    }

    /** Begins with ephemeral keys of the caller's, for tests against known transcripts. */
    static NoiseHandshake initiator(Pattern pattern, KeyPair local, byte[] prologue, Optional<PublicKey> remote,
            Supplier<KeyPair> ephemerals) {
        if (pattern.responderKnown() != remote.isPresent()) {
            throw new IllegalArgumentException(pattern + (remote.isPresent() ? " learns" : " needs") + " the responder's key");
        }
        return new NoiseHandshake(pattern, true, HandshakeState.begin(pattern, true, local, prologue, remote), ephemerals);
    }

    /** Begins with ephemeral keys of the caller's, for tests against known transcripts. */
    static NoiseHandshake responder(Pattern pattern, KeyPair local, byte[] prologue, Supplier<KeyPair> ephemerals) {
        return new NoiseHandshake(pattern, false,
                HandshakeState.begin(pattern, false, local, prologue, Optional.empty()), ephemerals);
    }

    /**
     * Writes our next message.
     *
     * @param payload at most 65519 bytes
     * @throws IllegalArgumentException if the payload is longer
     * @throws IllegalStateException if it is the peer's turn, or the handshake is complete
     */
    public byte[] writeMessage(byte[] payload) {
        List<Token> tokens = turn(initiator);
        HandshakeState next = state.copy();
        byte[] message = next.write(tokens, payload, ephemerals);
        advanceTo(next);
        return message;
    }

    /**
     * Reads the peer's next message and returns its payload.
     *
     * @throws NoiseException if the peer cannot have sent it in this handshake; nothing has changed then, and the right
     *     message is still welcome
     * @throws IllegalStateException if it is our turn, or the handshake is complete
     */
    public byte[] readMessage(byte[] message) throws NoiseException {
        List<Token> tokens = turn(!initiator);
        HandshakeState next = state.copy();
        byte[] payload = next.read(tokens, message);
        advanceTo(next);
        return payload;
    }

    /** Tells whether all messages have passed. */
    public boolean isComplete() {
        return result.isPresent();
    }

    /**
     * Returns what the handshake leaves.
     *
     * @throws IllegalStateException unless it is complete
     */
    public NoiseResult result() {
        return result.orElseThrow(() -> new IllegalStateException("the handshake is not complete"));
    }

    /**
     * Returns the peer's static key: what an initiator of IK was told, otherwise what the peer's message carried.
     *
     * @throws IllegalStateException before that message was read
     */
    public PublicKey remotePublicKey() {
        return state.remotePublicKey().orElseThrow(() -> new IllegalStateException("the peer has not shown its key yet"));
    }

    private List<Token> turn(boolean ofInitiator) {
        if (isComplete()) {
            throw new IllegalStateException("the handshake is complete");
        }
        boolean initiatorsTurn = messages % 2 == 0;
        if (initiatorsTurn != ofInitiator) {
            throw new IllegalStateException("message " + (messages + 1) + " of " + pattern + " is not "
                    + (ofInitiator ? "the initiator's" : "the responder's"));
        }
        return pattern.messages().get(messages);
    }

    private void advanceTo(HandshakeState next) {
        state.wipe();
        state = next;
        messages++;
        if (messages == pattern.messages().size()) {
            result = Optional.of(state.result());
            state.wipe();
        }
    }
}
