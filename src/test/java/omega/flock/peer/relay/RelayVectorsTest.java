package omega.flock.peer.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PublicKey;
import omega.flock.peer.relay.RelayMessage.Pair;
import omega.flock.peer.relay.RelayMessage.Unpair;
import omega.flock.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frames that {@code src/test/js/vectors/relay-frames.js} took from blind-relay and protomux, byte for byte. */
class RelayVectorsTest {

    private static final Properties VECTORS = load();
    private static final byte[] TOKEN = filled(5);
    private static final PublicKey ONE = PublicKey.of(filled(1));
    private static final PublicKey TWO = PublicKey.of(filled(2));

    @ParameterizedTest
    @CsvSource({"0", "11", "252", "253", "65535", "65536", "4294967295"})
    void pairIsWrittenAndReadAsBlindRelayDoes(long id) {
        for (boolean initiator : new boolean[] {true, false}) {
            MuxFrame.Message frame = new Pair(initiator, TOKEN, id).on(1);
            assertArrayEquals(vector("pair." + initiator + "." + id), frame.body());
            assertEquals(Optional.of(new Pair(initiator, TOKEN, id)), RelayMessage.decode(frame));
        }
    }

    @Test
    void unpairIsWrittenAndReadAsBlindRelayDoes() {
        MuxFrame.Message frame = new Unpair(TOKEN).on(1);
        assertArrayEquals(vector("unpair"), frame.body());
        assertEquals(Optional.of(new Unpair(TOKEN)), RelayMessage.decode(frame));
    }

    @Test
    void aSessionOpensAndPairsAsTheJavaScriptClientDoes() {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        List<byte[]> opening = channel.opening();
        assertArrayEquals(vector("session.initiator.client.0"), opening.get(0));
        assertArrayEquals(vector("session.initiator.client.1"), opening.get(1));
        assertTrue(channel.onMessage(vector("session.initiator.relay.0")).isEmpty());
        assertEquals(Optional.empty(), channel.paired());
        assertTrue(channel.onMessage(vector("session.initiator.relay.1")).isEmpty());
        assertEquals(Optional.of(101L), channel.paired());
        assertEquals(List.of("000301"), hex(channel.closing()));
        assertTrue(channel.closing().isEmpty());
    }

    @Test
    void aFollowerThatGivesUpSaysSo() {
        RelayChannel channel = new RelayChannel(TWO, new Pair(false, TOKEN, 11));
        assertArrayEquals(vector("session.follower.client.1"), channel.opening().get(1));
        channel.onMessage(vector("session.follower.relay.0"));
        List<byte[]> closing = channel.closing();
        assertArrayEquals(vector("session.initiator.client.2"), closing.get(0));
        assertArrayEquals(vector("session.follower.client.2"), closing.get(1));
    }

    @Test
    void anAnswerInTheOtherRoleOrUnderAnotherTokenIsNotOurs() {
        RelayChannel channel = new RelayChannel(ONE, new Pair(false, TOKEN, 11));
        channel.onMessage(vector("session.initiator.relay.0"));
        channel.onMessage(vector("session.initiator.relay.1"));
        assertEquals(Optional.empty(), channel.paired());
        channel.onMessage(new Pair(false, filled(6), 12).on(1).toBytes());
        assertEquals(Optional.empty(), channel.paired());
        channel.onMessage(vector("session.follower.relay.1"));
        assertEquals(Optional.of(100L), channel.paired());
    }

    @Test
    void anAnswerOnAChannelThatWasNotOpenedIsIgnored() {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        channel.onMessage(vector("session.initiator.relay.1"));
        assertEquals(Optional.empty(), channel.paired());
    }

    /** One batch: another protocol is opened and greets, then ours is opened, pairs and closes under another number. */
    @Test
    void aBatchOverSeveralChannelsIsReadAndOtherProtocolsAreRejected() {
        assertEquals(List.of(new MuxFrame.Open(1, "other", new byte[0]),
                new MuxFrame.Open(2, "blind-relay", filled(1)),
                new MuxFrame.Message(1, 0, "hello".getBytes(UTF_8)),
                new Pair(true, TOKEN, 77).on(2),
                new MuxFrame.Close(2)), MuxFrame.decode(vector("multiplexed.relay.0")));
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        assertEquals(List.of("000201"), hex(channel.onMessage(vector("multiplexed.relay.0"))));
        assertTrue(channel.isClosed());
    }

    @Test
    void aRejectedChannelIsClosed() {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        channel.onMessage(new MuxFrame.Reject(2).toBytes());
        assertEquals(false, channel.isClosed());
        channel.onMessage(vector("multiplexed.client.0")); // a batch that rejects 1 and 2
        assertTrue(channel.isClosed());
        assertTrue(channel.closing().isEmpty());
    }

    @Test
    void channelsAreOpenedInOrder() {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        assertThrows(MalformedMessageException.class,
                () -> channel.onMessage(new MuxFrame.Open(2, "blind-relay", filled(1)).toBytes()));
    }

    @ParameterizedTest
    @CsvSource({"00", "0001", "000101", "00010105", "0000", "0000010501", "000000020000", "01", "0002", "0003",
            "010000", "01010000"})
    void framesThatAreCutShortAreMalformed(String hex) {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        channel.onMessage(vector("session.initiator.relay.0"));
        assertThrows(MalformedMessageException.class, () -> channel.onMessage(HexFormat.of().parseHex(hex)));
    }

    @Property
    void strangersBytesRaiseNothingElse(@ForAll List<@Size(max = 200) byte[]> messages) {
        RelayChannel channel = new RelayChannel(ONE, new Pair(true, TOKEN, 11));
        for (byte[] message : messages) {
            try {
                channel.onMessage(message);
            } catch (MalformedMessageException e) {
                return; // as it should be
            }
        }
    }

    @Property
    void whatIsCutOffAVectorRaisesNothingElse(@ForAll int seed) {
        List<String> names = VECTORS.stringPropertyNames().stream().sorted().toList();
        byte[] whole = vector(names.get(Math.floorMod(seed, names.size())));
        byte[] part = Arrays.copyOf(whole, Math.floorMod(seed / names.size(), whole.length + 1));
        try {
            MuxFrame.decode(part).forEach(frame -> {
                if (frame instanceof MuxFrame.Message message) {
                    RelayMessage.decode(message);
                }
            });
        } catch (MalformedMessageException e) {
            assertTrue(part.length < whole.length || !e.getMessage().isEmpty());
        }
    }

    private static List<String> hex(List<byte[]> messages) {
        return messages.stream().map(HexFormat.of()::formatHex).toList();
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        IntStream.range(0, 32).forEach(i -> bytes[i] = (byte) value);
        return bytes;
    }

    private static byte[] vector(String name) {
        return HexFormat.of().parseHex(VECTORS.getProperty(name));
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = RelayVectorsTest.class.getResourceAsStream("/vectors/relay-frames.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
        return properties;
    }
}
