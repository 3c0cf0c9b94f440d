package omega.flock.noise;

import java.util.Arrays;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.crypto.Hex;
import omega.flock.noise.NoiseHandshake.Pattern;

/** Two sides whose keys, the ephemeral ones included, are known beforehand. */
record Transcripts(KeyPair initiatorStatic, KeyPair responderStatic, KeyPair initiatorEphemeral, KeyPair responderEphemeral,
        byte[] prologue) {

    static final byte[] PROLOGUE = Hex.bytes("14d6d4b49214ab1033ed204976caa258bae9e1e8543b9ad1fd996a910b0c4e3a");

    /** The keys of the published transcripts: seeds of 01, 02, 03 and 04. */
    static Transcripts published(byte[] prologue) {
        return new Transcripts(filled(1), filled(2), filled(3), filled(4), prologue);
    }

    /** Four seeds of 32 bytes, in the order of the fields. */
    static Transcripts of(byte[] seeds, byte[] prologue) {
        KeyPair[] pairs = new KeyPair[4];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = KeyPair.fromSeed(Arrays.copyOfRange(seeds, 32 * i, 32 * (i + 1)));
        }
        return new Transcripts(pairs[0], pairs[1], pairs[2], pairs[3], prologue);
    }

    NoiseHandshake initiator(Pattern pattern) {
        return NoiseHandshake.initiator(pattern, initiatorStatic, prologue,
                pattern == Pattern.IK ? Optional.of(responderStatic.publicKey()) : Optional.empty(), () -> initiatorEphemeral);
    }

    NoiseHandshake responder(Pattern pattern) {
        return NoiseHandshake.responder(pattern, responderStatic, prologue, () -> responderEphemeral);
    }

    private static KeyPair filled(int value) {
        return KeyPair.fromSeed(Hex.repeated(value, 32));
    }
}
