package omega.flock.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SecretStreamTest {

    private static final byte[] KEY = Hex.bytes("cc00d99bd3a15a6779df38fd42fd25a84d73264023e7c1da95cf3bcbdce9c210");
    private static final byte[] HEADER = Hex.counting(24);
    private static final StreamCipherSource CIPHERS = new OneCipher();

    @Test
    void sealsThePublishedMessages() {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        assertEquals("3283f662a2404a5e60e805c8e3fd641dc0", push(push, 0));
        assertEquals("c57ab14f89be54c5a6d76957e02644bdb575", push(push, 0, 0x01));
        assertEquals("b83f042c5198311c43d70340fef9530099c6877a7e49", push(push, 0, 0x05, 0x0c, 0x13, 0x1a, 0x21));
    }

    @Test
    void takesANewKeyWhenTheNumbersRunOut() {
        byte[] message = "wrap".getBytes(US_ASCII);
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        push.counter(-1);
        byte[] first = push(push, SecretStreamTag.MESSAGE, message);
        byte[] second = push(push, SecretStreamTag.MESSAGE, message);
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        pull.counter(-1);
        assertArrayEquals(message, assertPulls(pull, first));
        assertArrayEquals(message, assertPulls(pull, second));
        SecretStreamPull old = goingOnWithTheOldKey(first, 0);
        assertThrows(AEADBadTagException.class, () -> old.pull(second, 0, second.length, new byte[message.length], 0));
    }

    @Test
    void keepsItsKeyWhileThereAreNumbers() {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        push.counter(-2);
        byte[] first = push(push, SecretStreamTag.MESSAGE, new byte[4]);
        assertArrayEquals(new byte[5], assertPulls(goingOnWithTheOldKey(first, -1), push(push, SecretStreamTag.MESSAGE, new byte[5])));
    }

    /** Reads what follows a message without taking a new key: the nonce is the inner one xor the tag of that message. */
    private static SecretStreamPull goingOnWithTheOldKey(byte[] message, int counter) {
        byte[] header = HEADER.clone();
        for (int i = 0; i < 8; i++) {
            header[16 + i] ^= message[message.length - 16 + i];
        }
        SecretStreamPull pull = new SecretStreamPull(KEY, header, CIPHERS);
        pull.counter(counter);
        return pull;
    }

    @Test
    void sealsAndOpensAsLibsodiumDoesIncludingRekeysAndWraps() {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        int messages = 0;
        for (VectorFile.Case vector : VectorFile.read("secretstream")) {
            switch (vector.text("kind")) {
                case "begin" -> {
                    push = new SecretStreamPush(vector.bytes("key"), vector.bytes("header"), CIPHERS);
                    pull = new SecretStreamPull(vector.bytes("key"), vector.bytes("header"), CIPHERS);
                }
                case "counter" -> {
                    push.counter(vector.number("counter"));
                    pull.counter(vector.number("counter"));
                }
                case "message" -> {
                    byte[] message = push(push, (byte) vector.number("tag"), vector.bytes("plaintext"));
                    assertEquals(vector.text("message"), Hex.text(message), vector.place());
                    assertArrayEquals(vector.bytes("plaintext"), assertPulls(pull, message), vector.place());
                    messages++;
                }
                case "long" -> {
                    byte[] plaintext = new byte[vector.number("length")];
                    for (int i = 0; i < plaintext.length; i++) {
                        plaintext[i] = (byte) (31 * i + 7);
                    }
                    byte[] message = push(push, SecretStreamTag.MESSAGE, plaintext);
                    assertEquals(vector.text("hash"), Hex.text(Blake2b.hash256(message)), vector.place());
                    assertArrayEquals(plaintext, assertPulls(pull, message), vector.place());
                    messages++;
                }
                default -> throw new IllegalStateException(vector.place());
            }
        }
        assertTrue(messages > 150, messages + " messages");
    }

    @Property(tries = 100)
    void opensWhateverSequenceWasSealed(@ForAll @Size(32) byte[] key, @ForAll @Size(24) byte[] header,
            @ForAll @Size(max = 30) List<@IntRange(max = 700) Integer> lengths, @ForAll long seed) {
        Random random = new Random(seed);
        SecretStreamPush push = new SecretStreamPush(key, header, CIPHERS);
        SecretStreamPull pull = new SecretStreamPull(key, header, CIPHERS);
        for (int length : lengths) {
            byte[] plaintext = new byte[length];
            random.nextBytes(plaintext);
            byte[] message = push(push, (byte) random.nextInt(4), plaintext);
            assertEquals(length + SecretStreamPush.OVERHEAD, message.length);
            assertArrayEquals(plaintext, assertPulls(pull, message));
        }
    }

    @Property(tries = 100)
    void worksInPlaceAtAnyOffset(@ForAll @Size(max = 300) byte[] plaintext, @ForAll @IntRange(max = 20) int offset) throws Exception {
        byte[] expected = push(new SecretStreamPush(KEY, HEADER, CIPHERS), SecretStreamTag.MESSAGE, plaintext);
        byte[] frame = new byte[offset + plaintext.length + 17 + 3];
        Arrays.fill(frame, (byte) 0x55);
        System.arraycopy(plaintext, 0, frame, offset + 1, plaintext.length);
        new SecretStreamPush(KEY, HEADER, CIPHERS).push((byte) 0, frame, offset + 1, plaintext.length, frame, offset);
        assertArrayEquals(expected, Arrays.copyOfRange(frame, offset, offset + expected.length));
        assertArrayEquals(Hex.repeated(0x55, offset), Arrays.copyOf(frame, offset), "wrote before its place");
        assertArrayEquals(Hex.repeated(0x55, 3), Arrays.copyOfRange(frame, frame.length - 3, frame.length), "wrote behind its place");

        int length = new SecretStreamPull(KEY, HEADER, CIPHERS).pull(frame, offset, expected.length, frame, offset + 1);
        assertEquals(plaintext.length, length);
        assertArrayEquals(plaintext, Arrays.copyOfRange(frame, offset + 1, offset + 1 + length));
    }

    @Property(tries = 300)
    void refusesAMessageWithAnyBitTurnedAndStillOpensTheRightOne(@ForAll @Size(max = 60) byte[] plaintext,
            @ForAll @IntRange(max = 1_000_000) int chosen) {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        assertPulls(pull, push(push, SecretStreamTag.MESSAGE, new byte[9]));
        byte[] message = push(push, SecretStreamTag.MESSAGE, plaintext);
        byte[] changed = Hex.flipped(message, chosen % (8 * message.length));
        for (int i = 0; i < 3; i++) {
            byte[] out = new byte[plaintext.length];
            assertThrows(AEADBadTagException.class, () -> pull.pull(changed, 0, changed.length, out, 0));
            assertArrayEquals(new byte[plaintext.length], out, "wrote plaintext that was not authentic");
        }
        assertArrayEquals(plaintext, assertPulls(pull, message));
    }

    @Test
    void refusesMessagesThatAreReplayedOrOutOfOrder() {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        byte[] first = push(push, SecretStreamTag.MESSAGE, new byte[5]);
        byte[] second = push(push, SecretStreamTag.MESSAGE, new byte[5]);
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        assertThrows(AEADBadTagException.class, () -> pull.pull(second, 0, second.length, new byte[5], 0));
        assertPulls(pull, first);
        assertThrows(AEADBadTagException.class, () -> pull.pull(first, 0, first.length, new byte[5], 0));
        assertPulls(pull, second);
    }

    @Test
    void refusesMessagesCutShort() {
        byte[] message = push(new SecretStreamPush(KEY, HEADER, CIPHERS), SecretStreamTag.MESSAGE, new byte[40]);
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        for (int length = 0; length < message.length; length++) {
            int cut = length;
            assertThrows(AEADBadTagException.class, () -> pull.pull(message, 0, cut, new byte[40], 0));
        }
        assertPulls(pull, message);
    }

    @Test
    void refusesPlacesOutsideOfTheArraysAndGoesOn() {
        SecretStreamPush push = new SecretStreamPush(KEY, HEADER, CIPHERS);
        assertThrows(IndexOutOfBoundsException.class, () -> push.push((byte) 0, new byte[10], 5, 6, new byte[100], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> push.push((byte) 0, new byte[10], 0, 10, new byte[26], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> push.push((byte) 0, new byte[10], 0, -1, new byte[26], 0));
        SecretStreamPull pull = new SecretStreamPull(KEY, HEADER, CIPHERS);
        byte[] message = push(push, SecretStreamTag.MESSAGE, new byte[10]);
        assertThrows(IndexOutOfBoundsException.class, () -> pull.pull(message, 0, message.length, new byte[9], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> pull.pull(message, 1, message.length, new byte[10], 0));
        assertPulls(pull, message);
    }

    @Test
    void refusesKeysAndHeadersOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> new SecretStreamPush(new byte[31], HEADER, CIPHERS));
        assertThrows(IllegalArgumentException.class, () -> new SecretStreamPull(KEY, new byte[23], CIPHERS));
    }

    private static String push(SecretStreamPush push, int tag, int... plaintext) {
        byte[] bytes = new byte[plaintext.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) plaintext[i];
        }
        return Hex.text(push(push, (byte) tag, bytes));
    }

    private static byte[] push(SecretStreamPush push, byte tag, byte[] plaintext) {
        byte[] message = new byte[plaintext.length + SecretStreamPush.OVERHEAD];
        push.push(tag, plaintext, 0, plaintext.length, message, 0);
        return message;
    }

    private static byte[] assertPulls(SecretStreamPull pull, byte[] message) {
        byte[] plaintext = new byte[message.length - SecretStreamPull.OVERHEAD];
        try {
            assertEquals(plaintext.length, pull.pull(message, 0, message.length, plaintext, 0));
        } catch (AEADBadTagException e) {
            throw new AssertionError(e.getMessage(), e);
        }
        return plaintext;
    }
}
