package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import omega.flock.crypto.SecretBox;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import org.junit.jupiter.api.Test;

/** Known answers are those of protocol notes taken from hyperdht 6.34.0 {@code lib/secure-payload.js}. */
class HolepunchBoxTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final HolepunchPayload PUNCHING_ROUND_1 = new HolepunchPayload(PayloadError.NONE, Firewall.CONSISTENT,
            1, false, true, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final HolepunchBox box = new HolepunchBox(filled(64, 1), new SecureRandom());

    @Test
    void theSecretIsThatOfTheJavaScriptStack() {
        assertEquals("1a9dc3d3df28e4523937abdab0ddb8faf7c293634b33629b851b9b612c170780",
                HEX.formatHex(HolepunchBox.secretOf(filled(64, 1))));
    }

    @Test
    void aSealedRoundIsThatOfTheJavaScriptStack() {
        HolepunchBox known = HolepunchBox.withSecret(filled(32, 9), always((byte) 10));
        String expected = "0a".repeat(24) + "ba2f11534d7d6ef315d9823714f2eb5f5f33613e";
        assertEquals(expected, HEX.formatHex(known.seal(PUNCHING_ROUND_1)));
        assertEquals(Optional.of(PUNCHING_ROUND_1), known.open(HEX.parseHex(expected)));
    }

    @Test
    void bothPeersOpenWhatTheOtherSealsAndNobodyElseDoes() {
        HolepunchPayload full = new HolepunchPayload(PayloadError.TRY_LATER, Firewall.RANDOM, 7, true, true,
                Optional.of(List.of(PeerAddress.parse("9.9.9.9:0"))), Optional.of(PeerAddress.parse("8.8.8.8:80")),
                Optional.of(filled(32, 3)), Optional.of(filled(32, 4)));
        byte[] sealed = box.seal(full);
        assertEquals(Optional.of(full), new HolepunchBox(filled(64, 1), new SecureRandom()).open(sealed));
        assertEquals(Optional.empty(), new HolepunchBox(filled(64, 2), new SecureRandom()).open(sealed));
        assertFalse(Arrays.equals(sealed, box.seal(full)), "each round has its own nonce");
    }

    @Test
    void aRoundThatWasSealedButIsIllegibleOpensEmpty() {
        byte[] nonce = filled(24, 5);
        byte[] secret = HolepunchBox.secretOf(filled(64, 1));
        byte[] cut = SecretBox.seal(secret, nonce, new byte[] {4, 0, 2, 1, 9, 1});
        byte[] sealed = Arrays.copyOf(nonce, 24 + cut.length);
        System.arraycopy(cut, 0, sealed, 24, cut.length);
        assertEquals(Optional.empty(), box.open(sealed));
    }

    @Property(tries = 200)
    void whatDidNotComeFromThePeerOpensEmpty(@ForAll @Size(max = 200) byte[] junk) {
        assertEquals(Optional.empty(), new HolepunchBox(filled(64, 1), new SecureRandom()).open(junk));
    }

    @Test
    void aHandshakeHashOfAnotherLengthIsAMistake() {
        assertThrows(IllegalArgumentException.class, () -> new HolepunchBox(filled(32, 1), new SecureRandom()));
    }

    @Test
    void aTokenIsThatOfTheJavaScriptStackWhateverThePort() {
        PunchTokens tokens = new PunchTokens(filled(32, 2));
        byte[] token = tokens.token(PeerAddress.parse("1.2.3.4:5"));
        assertEquals("da92b45f939b35ee37a215907b0add38f60eb9160f6cf1f525168d9b05c8ec6a", HEX.formatHex(token));
        assertArrayEquals(token, tokens.token(PeerAddress.parse("1.2.3.4:6")));
    }

    @Test
    void aTokenProvesOnlyItsHostAndOnlyToItsMaker() {
        PunchTokens tokens = new PunchTokens(new SecureRandom());
        byte[] token = tokens.token(PeerAddress.parse("1.2.3.4:5"));
        assertTrue(tokens.proves(PeerAddress.parse("1.2.3.4:9"), token));
        assertFalse(tokens.proves(PeerAddress.parse("1.2.3.5:5"), token));
        assertFalse(new PunchTokens(new SecureRandom()).proves(PeerAddress.parse("1.2.3.4:5"), token));
        assertFalse(tokens.proves(PeerAddress.parse("1.2.3.4:5"), new byte[0]));
        assertNotEquals(HEX.formatHex(token), HEX.formatHex(tokens.token(PeerAddress.parse("1.2.3.5:5"))));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static RandomGenerator always(byte value) {
        return () -> value * 0x0101010101010101L;
    }
}
