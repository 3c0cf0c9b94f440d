package omega.flock.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one connection tells about itself. */
@Timeout(60)
class ConnectionStatsTest {

    private static final int SEAL = 20;
    private static final int OPENING = 59;

    private Testnet testnet;
    private Pair pair;

    @BeforeEach
    void connect() throws Exception {
        testnet = Testnet.start(1);
        pair = Pair.of(testnet);
    }

    @AfterEach
    void close() {
        pair.close();
        testnet.close();
    }

    @Test
    void bytesAreCountedAsTheyTravelAndAcknowledged() throws Exception {
        byte[] message = new byte[100_000];
        pair.client.writeMessage(message);
        assertArrayEquals(message, pair.accepted.readMessage());
        pair.accepted.writeMessage(new byte[] {1});
        assertEquals(1, pair.client.readMessage().length);

        Eventually.holds("all is acknowledged", Pair.PATIENCE, () -> pair.client.stats().bytesInFlight() == 0,
                pair.client::stats);
        ConnectionStats sent = pair.client.stats();
        assertEquals(OPENING + SEAL + message.length, sent.bytesSent());
        assertEquals(sent.bytesSent(), sent.bytesAcknowledged());
        assertEquals(sent.bytesSent(), pair.accepted.stats().bytesReceived());
        assertEquals(OPENING + SEAL + 1, sent.bytesReceived());
        assertEquals(1, sent.messagesSent());
        assertEquals(1, sent.messagesReceived());
        assertTrue(sent.packetsSent() * sent.mtu() > message.length, sent.toString());
        assertTrue(sent.packetsReceived() > 0 && sent.congestionWindow() > 0 && sent.peerWindow() > 0, sent.toString());
        assertTrue(sent.roundTripTime().isPositive() && sent.latestRoundTripTime().isPositive(), sent.toString());
        assertFalse(sent.since().isAfter(pair.client.path().since()));
    }

    @Test
    void whatAPeerDoesNotReadIsSeenInItsWindow() throws Exception {
        long open = pair.client.stats().peerWindow();
        byte[] message = new byte[64 * 1024];
        for (int i = 0; i < 8; i++) {
            pair.client.writeMessage(message);
        }
        Eventually.holds("the window shrinks", Pair.PATIENCE, () -> pair.client.stats().peerWindow() <= open - 4 * message.length,
                pair.client::stats);
    }

    @Test
    void whoOnlyReceivesMeasuresTheRoundTripWithEachKeepAlive() throws Exception {
        pair.client.writeMessage(new byte[] {1});
        assertEquals(1, pair.accepted.readMessage().length);
        Duration first = pair.accepted.stats().latestRoundTripTime();
        pair.accepted.setKeepAlive(Duration.ofMillis(50));
        Eventually.holds("it is measured again", Pair.PATIENCE, () -> !pair.accepted.stats().latestRoundTripTime().equals(first),
                pair.accepted::stats);
    }

    @Test
    void figuresStayWhenTheConnectionHasEnded() throws Exception {
        pair.client.writeMessage(new byte[1000]);
        assertEquals(1000, pair.accepted.readMessage().length);
        long received = pair.accepted.stats().bytesReceived();
        pair.client.abort();
        Eventually.holds("it has ended", () -> !pair.accepted.isOpen());
        assertEquals(received, pair.accepted.stats().bytesReceived());
    }
}
