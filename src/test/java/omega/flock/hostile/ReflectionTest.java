package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import omega.flock.transport.flow.DropReason;
import omega.flock.transport.flow.FlowConstants;
import omega.flock.transport.flow.StreamConfig;
import omega.flock.transport.flow.StreamMachine;
import omega.flock.transport.flow.StreamPath;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;
import org.junit.jupiter.api.Test;

/**
 * Rows 2 and 14: a peer names the address of somebody else as its own, or a stranger sends one packet with the right stream id, and
 * acknowledges blindly what it never gets.
 *
 * <p>Before: the victim got 35.6 times the bytes of the attacker, without end, and one packet of 20 bytes took a stream away from its peer.
 * Now an address that has not shown that it hears us gets three times what came from there, and three times the handshake that named it;
 * and a stream stays where its peer is until the new address acknowledges what went there.
 */
class ReflectionTest {
    private static final long MS = 1_000_000L;
    private static final long WINDOW = 0xFFFF_FFFFL;
    private static final int HANDSHAKE_BYTES = 106; // the smallest first message of a client
    private static final int ALLOWANCE = 3 * HANDSHAKE_BYTES;
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 1001);
    private static final InetSocketAddress OTHER = new InetSocketAddress("198.51.100.7", 2002);
    private static final byte[] ZEROS = new byte[FlowConstants.SEND_HIGH_WATER_BYTES];

    private final StreamMachine machine = new StreamMachine(StreamConfig.of(1 << 20, true));
    private final Map<InetSocketAddress, Integer> sent = new HashMap<>();
    private final ByteBuffer out = ByteBuffer.allocate(1472);
    private long now = MS;

    private void connect(InetSocketAddress to) {
        machine.limitUnproven(ALLOWANCE);
        machine.connect(now, new StreamPath(1, to));
    }

    /** Sends for so long, of a user who always has more, while {@code from} acknowledges all of it, whoever got it. */
    private void sendFor(int millis, InetSocketAddress from) {
        for (int i = 0; i < millis && !machine.isOver(); i++) {
            machine.write(ZEROS, 0, ZEROS.length);
            drain();
            now += MS;
            machine.onDeadline(now);
            arrive(from, PacketFlags.STATE, 0, machine.view().nextSeq());
        }
    }

    private void drain() {
        while (machine.pollPacket(now, out.clear())) {
            sent.merge(machine.packetPath().address(), out.position(), Integer::sum);
        }
        assertFalse(machine.wantsToSend(now), "what cannot be sent would keep the sending thread awake");
    }

    private void arrive(InetSocketAddress from, int flags, int seq, int ack, byte... payload) {
        ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
        PacketHeader header = new PacketHeader();
        header.set(flags, 0, 2, WINDOW, seq, ack).encode(packet);
        packet.put(payload).flip();
        machine.onSource(from, packet.remaining());
        header.decode(packet);
        machine.onPacket(now, header, packet);
    }

    private int bytesTo(InetSocketAddress address) {
        return sent.getOrDefault(address, 0);
    }

    @Test
    void blindAcknowledgementsFromElsewhereProveNothing() {
        connect(OTHER);
        arrive(PEER, PacketFlags.DATA, 0, 0, new byte[59]);
        machine.openingWasGenuine(); // the attacker has the keys, and its own address is proven
        sendFor(20_000, PEER);
        assertTrue(bytesTo(OTHER) <= ALLOWANCE, "the victim got " + bytesTo(OTHER) + " bytes");
        assertFalse(machine.view().isPathProven());
        assertTrue(machine.view().counters().drops(DropReason.UNPROVEN_PATH) >= ZEROS.length - ALLOWANCE, "an operator sees it");
    }

    /** An attacker without the keys, to whom nothing was sent: what it acknowledges went elsewhere. */
    @Test
    void noAddressProvesAnother() {
        connect(OTHER);
        sendFor(20_000, PEER);
        assertTrue(bytesTo(OTHER) <= ALLOWANCE, "the victim got " + bytesTo(OTHER) + " bytes");
        assertFalse(machine.view().isPathProven());
    }

    @Test
    void whatTheVictimSendsByItselfIsPaidBackThreeFoldAtMost() {
        connect(OTHER);
        for (int i = 0; i < 100; i++) {
            arrive(OTHER, PacketFlags.HEARTBEAT, 0, 0);
            machine.write(ZEROS, 0, ZEROS.length);
            drain();
            now += 100 * MS;
            machine.onDeadline(now);
        }
        assertTrue(bytesTo(OTHER) <= ALLOWANCE + 3 * 20 * 100, "the victim got " + bytesTo(OTHER) + " bytes");
    }

    @Test
    void timeoutsRepeatNothingBeyondTheAllowance() {
        connect(OTHER);
        machine.write(ZEROS, 0, 59);
        for (int i = 0; i < 100 && !machine.isOver(); i++) {
            drain();
            now = Math.max(now + MS, Math.min(machine.nextDeadline(), now + 1_000 * MS));
            machine.onDeadline(now);
        }
        assertTrue(machine.isOver(), "a stream that reaches nobody ends");
        assertTrue(bytesTo(OTHER) <= ALLOWANCE && bytesTo(OTHER) >= 4 * 79, "the victim got " + bytesTo(OTHER) + " bytes");
    }

    @Test
    void messagesAndTheEndCountToo() {
        connect(OTHER);
        for (int i = 0; i < 1_000; i++) {
            machine.queueMessage(new byte[100]);
            drain();
            now += MS;
            machine.onDeadline(now);
        }
        machine.destroy();
        drain();
        assertTrue(bytesTo(OTHER) <= ALLOWANCE, "the victim got " + bytesTo(OTHER) + " bytes");
    }

    @Test
    void onePacketFromElsewhereDoesNotTakeTheStreamAway() {
        connect(PEER);
        sendFor(200, PEER);
        assertTrue(machine.view().isPathProven());
        machine.changePath(new StreamPath(1, OTHER));
        arrive(OTHER, PacketFlags.HEARTBEAT, 0, 0);
        int before = bytesTo(PEER);
        long acknowledged = machine.view().acknowledgedBytes();
        sendFor(1_000, PEER);
        assertTrue(bytesTo(OTHER) <= ALLOWANCE + 3 * 20, "the stranger got " + bytesTo(OTHER) + " bytes");
        assertTrue(bytesTo(PEER) - before > 1 << 20, "the peer went without: " + (bytesTo(PEER) - before) + " bytes");
        assertTrue(machine.view().acknowledgedBytes() - acknowledged > 1 << 20);
    }

    @Test
    void whatAStrangerSwallowedGoesToThePeer() {
        connect(PEER);
        sendFor(200, PEER);
        machine.changePath(new StreamPath(1, OTHER));
        arrive(OTHER, PacketFlags.HEARTBEAT, 0, 0);
        machine.write(ZEROS, 0, 1_000);
        drain();
        assertTrue(bytesTo(OTHER) > 20);
        for (int i = 0; i < 5_000 && machine.view().acknowledgedBytes() < machine.view().writtenBytes(); i++) {
            now += 10 * MS;
            machine.onDeadline(now);
            int before = bytesTo(PEER);
            drain();
            if (bytesTo(PEER) > before) {
                arrive(PEER, PacketFlags.STATE, 0, machine.view().nextSeq());
            }
        }
        assertTrue(bytesTo(OTHER) <= ALLOWANCE + 3 * 20, "the stranger got " + bytesTo(OTHER) + " bytes");
        assertEquals(machine.view().writtenBytes(), machine.view().acknowledgedBytes());
    }

    @Test
    void anAddressThatAcknowledgesWhatWentThereHasTheStream() {
        connect(PEER);
        sendFor(200, PEER);
        machine.changePath(new StreamPath(1, OTHER));
        machine.write(ZEROS, 0, 10_000);
        drain();
        now += MS;
        arrive(OTHER, PacketFlags.STATE, 0, machine.view().nextSeq());
        assertTrue(machine.view().isPathProven());
        int before = bytesTo(PEER);
        sendFor(200, OTHER);
        assertEquals(before, bytesTo(PEER));
    }

    @Test
    void anOpeningFrameFromWhereThePathLeadsOpensItAtOnce() {
        connect(PEER);
        arrive(PEER, PacketFlags.DATA, 0, 0, new byte[59]);
        machine.openingWasGenuine();
        machine.write(ZEROS, 0, 10_000);
        drain();
        assertTrue(bytesTo(PEER) > 10_000, bytesTo(PEER) + " bytes");
    }

    /** The old address proves itself when the stream has left it for one that hears nothing: what was sent there goes there again. */
    @Test
    void whatWasSentToAnAddressThatHasProvenItselfIsRepeatedThere() {
        connect(PEER);
        for (int packets = 0; packets < 2; packets++) {
            machine.write(ZEROS, 0, 100);
            drain();
        }
        int first = bytesTo(PEER);
        machine.changePath(new StreamPath(2, OTHER));
        arrive(PEER, PacketFlags.STATE, 0, 1);
        machine.write(ZEROS, 0, ZEROS.length);
        while (machine.view().counters().timeouts() < 2) {
            drain();
            now = machine.nextDeadline();
            machine.onDeadline(now);
        }
        drain();
        assertTrue(bytesTo(PEER) > first, "the second packet was lost there");
        assertTrue(bytesTo(OTHER) <= ALLOWANCE, "and nothing of it goes to " + OTHER + ", which got " + bytesTo(OTHER) + " bytes");
    }
}
