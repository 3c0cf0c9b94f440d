package omega.flock.noise;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.noise.NoiseHandshake.Pattern;

/**
 * Everything that a message changes, Noise §5.3. {@link NoiseHandshake} works on a copy and keeps it if all went well.
 */
final class HandshakeState {

    private final boolean initiator;
    private final KeyPair local;
    private final SymmetricState symmetric;
    private Optional<KeyPair> ephemeral;
    private Optional<RemoteKey> remote;
    private Optional<RemoteKey> remoteEphemeral;

    private HandshakeState(boolean initiator, KeyPair local, SymmetricState symmetric, Optional<KeyPair> ephemeral,
            Optional<RemoteKey> remote, Optional<RemoteKey> remoteEphemeral) {
        this.initiator = initiator;
        this.local = local;
        this.symmetric = symmetric;
        this.ephemeral = ephemeral;
        this.remote = remote;
        this.remoteEphemeral = remoteEphemeral;
    }

    /** Begins: the name, then "the prologue is always mixed, even when empty", then a key that is known beforehand. */
    static HandshakeState begin(Pattern pattern, boolean initiator, KeyPair local, byte[] prologue,
            Optional<PublicKey> remote) {
        SymmetricState symmetric = new SymmetricState(pattern.protocolName());
        symmetric.mixHash(prologue);
        if (pattern.responderKnown()) {
            symmetric.mixHash((initiator ? remote.orElseThrow() : local.publicKey()).toBytes());
        }
        return new HandshakeState(initiator, local, symmetric, Optional.empty(), remote.map(HandshakeState::callersKey),
                Optional.empty());
    }

    HandshakeState copy() {
        return new HandshakeState(initiator, local, symmetric.copy(), ephemeral, remote, remoteEphemeral);
    }

    /** Writes one message, with a new ephemeral key where the pattern has one. */
    byte[] write(List<Token> tokens, byte[] payload, Supplier<KeyPair> ephemerals) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (Token token : tokens) {
            switch (token) {
                case E -> {
                    KeyPair fresh = ephemerals.get();
                    ephemeral = Optional.of(fresh);
                    byte[] key = fresh.publicKey().toBytes();
                    symmetric.mixHash(key);
                    message.writeBytes(key);
                }
                case S -> message.writeBytes(symmetric.encryptAndHash(local.publicKey().toBytes()));
                case EE, ES, SE, SS -> agree(token);
            }
        }
        if (payload.length + symmetric.overhead() > NoiseConstants.LARGEST_CIPHERTEXT) {
            throw new IllegalArgumentException("a payload of " + payload.length + " bytes is more than Noise allows");
        }
        message.writeBytes(symmetric.encryptAndHash(payload));
        return message.toByteArray();
    }

    /** Reads one message and returns its payload. */
    byte[] read(List<Token> tokens, byte[] message) throws NoiseException {
        int offset = 0;
        for (Token token : tokens) {
            switch (token) {
                case E -> {
                    byte[] key = slice(message, offset, NoiseConstants.KEY_BYTES, "ephemeral key");
                    offset += key.length;
                    remoteEphemeral = Optional.of(peersKey(key, "ephemeral key"));
                    symmetric.mixHash(key);
                }
                case S -> {
                    byte[] key = slice(message, offset, NoiseConstants.KEY_BYTES + symmetric.overhead(), "static key");
                    offset += key.length;
                    remote = Optional.of(peersKey(symmetric.decryptAndHash(key, "static key"), "static key"));
                }
                case EE, ES, SE, SS -> agree(token);
            }
        }
        return symmetric.decryptAndHash(Arrays.copyOfRange(message, offset, message.length), "payload");
    }

    NoiseResult result() {
        byte[][] keys = symmetric.split();
        NoiseResult result = new NoiseResult(keys[initiator ? 0 : 1], keys[initiator ? 1 : 0], symmetric.hash(),
                remote.orElseThrow().publicKey());
        for (byte[] key : keys) {
            Arrays.fill(key, (byte) 0);
        }
        return result;
    }

    Optional<PublicKey> remotePublicKey() {
        return remote.map(RemoteKey::publicKey);
    }

    /** Forgets what can be forgotten: the keys, and who we were for this one conversation. */
    void wipe() {
        symmetric.wipe();
        ephemeral = Optional.empty();
        remoteEphemeral = Optional.empty();
    }

    private void agree(Token token) {
        symmetric.mixKey(remoteKey(token).agree(localKey(token)));
    }

    private KeyPair localKey(Token token) {
        return isStatic(token, initiator) ? local : ephemeral.orElseThrow();
    }

    private RemoteKey remoteKey(Token token) {
        return isStatic(token, !initiator) ? remote.orElseThrow() : remoteEphemeral.orElseThrow();
    }

    /** Tells which of its keys a side puts into an agreement. */
    private static boolean isStatic(Token token, boolean initiatorsSide) {
        return switch (token) {
            case E, EE -> false;
            case S, SS -> true;
            case ES -> !initiatorsSide;
            case SE -> initiatorsSide;
        };
    }

    private static RemoteKey callersKey(PublicKey key) {
        try {
            return RemoteKey.of(key);
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("nobody can have the public key " + key + ": " + e.getMessage(), e);
        }
    }

    private static RemoteKey peersKey(byte[] key, String what) throws NoiseException {
        try {
            return RemoteKey.of(PublicKey.of(key));
        } catch (InvalidKeyException e) {
            throw new NoiseException(what + " is refused: " + e.getMessage(), e);
        }
    }

    private static byte[] slice(byte[] message, int offset, int length, String what) throws NoiseException {
        if (message.length - offset < length) {
            throw new NoiseException("message of " + message.length + " bytes ends before its " + what);
        }
        return Arrays.copyOfRange(message, offset, offset + length);
    }
}
