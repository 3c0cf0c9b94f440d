package omega.flock.acceptance;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import omega.flock.transport.packet.PacketFlags;

/**
 * Makes datagrams that nobody should send: noise of every length, noise that begins like a message or a packet, real
 * messages with something changed, real ones a second time, and packets that carry the true id of a living stream and lie
 * about everything else. Not thread-safe.
 */
final class HostileDatagrams {

    private static final int LONGEST = 1_500;
    /** Beyond the largest datagram that a port reads whole. */
    private static final int OVERSIZED = 6_000;
    /** Further from the truth than any window is wide, in packets. */
    private static final int FAR = 1 << 20;
    private static final int HEADER_BYTES = 20;

    private final Captures captures;
    private final Random random;
    private int made;

    HostileDatagrams(Captures captures, long seed) {
        this.captures = captures;
        this.random = new Random(seed);
    }

    /** Makes the next one, for this address. */
    byte[] next(InetSocketAddress target) {
        made++;
        Optional<byte[]> hostile = switch (made % 10) {
            case 0 -> Optional.of(noise(made / 10 % (LONGEST + 1)));
            case 1 -> Optional.of(beginning(noise(2 + random.nextInt(LONGEST)), 0x03));
            case 2 -> Optional.of(beginning(noise(2 + random.nextInt(LONGEST)), 0x13));
            case 3 -> Optional.of(beginning(noise(2 + random.nextInt(LONGEST)), 0xFF, 0x01));
            case 4 -> captures.message(random);
            case 5, 6 -> captures.message(random).map(this::mutated);
            case 7 -> captures.packet(random, target);
            case 8 -> captures.packet(random, target).map(this::lyingPacket);
            case 9 -> captures.packet(random, target).map(packet -> Arrays.copyOf(packet, random.nextInt(HEADER_BYTES)));
            default -> throw new AssertionError(made);
        };
        return hostile.orElseGet(() -> noise(random.nextInt(random.nextInt(50) == 0 ? OVERSIZED : LONGEST)));
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] beginning(byte[] bytes, int... first) {
        for (int i = 0; i < first.length; i++) {
            bytes[i] = (byte) first[i];
        }
        return bytes;
    }

    private byte[] mutated(byte[] message) {
        byte[] bytes = message;
        for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes[Math.min(1, bytes.length - 1)] = (byte) random.nextInt(); // the flags
                case 3 -> bytes = Arrays.copyOf(bytes, at); // cut off
                case 4 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(64)); // something behind
                case 5 -> bytes[at] = (byte) 0xFF; // a length that needs eight bytes
                case 6 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(32)), (byte) 0);
                default -> throw new AssertionError();
            }
        }
        return bytes;
    }

    /** Keeps magic, version and stream id. Numbers and acks are long passed or far ahead; see {@link HostileDatagramsTest}. */
    private byte[] lyingPacket(byte[] packet) {
        ByteBuffer header = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        int flags = random.nextInt(256);
        int seq = header.getInt(12);
        int ack = header.getInt(16);
        boolean destroys = (flags & PacketFlags.DESTROY) != 0;
        header.put(2, (byte) flags);
        header.put(3, (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0));
        header.putInt(8, random.nextInt());
        header.putInt(12, destroys || random.nextBoolean() ? seq - far() : seq + far());
        header.putInt(16, random.nextBoolean() ? ack - far() : ack + far());
        for (int i = HEADER_BYTES; i < packet.length; i++) {
            packet[i] = (byte) random.nextInt();
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(packet, HEADER_BYTES + random.nextInt(packet.length - HEADER_BYTES + 1)) : packet;
    }

    private int far() {
        return FAR + random.nextInt(1 << 29);
    }
}
