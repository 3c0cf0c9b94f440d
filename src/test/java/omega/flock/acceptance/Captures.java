package omega.flock.acceptance;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.rpc.InternalCommand;
import omega.flock.transport.packet.PacketFlags;
import omega.flock.transport.packet.PacketHeader;

/** Real datagrams that were seen, the newest few of each kind. Thread-safe. */
final class Captures {

    private static final int EACH = 32;
    /** Stream packets are many and alike: one in so many is kept. */
    private static final int SAMPLE = 7;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Deque<byte[]>> messages = new LinkedHashMap<>(); // guarded by lock
    private final Map<InetSocketAddress, Map<String, Deque<byte[]>>> packets = new LinkedHashMap<>(); // guarded by lock
    private long seen; // guarded by lock

    /** Looks at a datagram and leaves the buffer as it was. */
    void take(InetSocketAddress at, ByteBuffer datagram) {
        if (!datagram.hasRemaining()) {
            return;
        }
        String kind = kind(datagram);
        boolean packet = PacketHeader.isStreamPacket(datagram);
        lock.lock();
        try {
            Map<String, Deque<byte[]>> kinds = packet ? packets.computeIfAbsent(at, address -> new LinkedHashMap<>()) : messages;
            Deque<byte[]> kept = kinds.computeIfAbsent(kind, each -> new ArrayDeque<>());
            if (!packet || kept.size() < EACH || seen++ % SAMPLE == 0) {
                byte[] bytes = new byte[datagram.remaining()];
                datagram.get(datagram.position(), bytes);
                kept.add(bytes);
                if (kept.size() > EACH) {
                    kept.poll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The kinds that were seen. */
    Set<String> kinds() {
        lock.lock();
        try {
            Set<String> kinds = new HashSet<>(messages.keySet());
            packets.values().forEach(each -> kinds.addAll(each.keySet()));
            return kinds;
        } finally {
            lock.unlock();
        }
    }

    /** A message of the RPC protocol, of any kind that was seen, each as likely as the other. */
    Optional<byte[]> message(Random random) {
        lock.lock();
        try {
            return any(messages, random);
        } finally {
            lock.unlock();
        }
    }

    /** A packet of a stream that was seen at this address, as a rule; sometimes of another. */
    Optional<byte[]> packet(Random random, InetSocketAddress at) {
        lock.lock();
        try {
            List<InetSocketAddress> addresses = List.copyOf(packets.keySet());
            boolean elsewhere = random.nextInt(8) == 0 && !addresses.isEmpty();
            return any(packets.getOrDefault(elsewhere ? addresses.get(random.nextInt(addresses.size())) : at, Map.of()), random);
        } finally {
            lock.unlock();
        }
    }

    private static Optional<byte[]> any(Map<String, Deque<byte[]>> of, Random random) {
        if (of.isEmpty()) {
            return Optional.empty();
        }
        List<Deque<byte[]>> kinds = List.copyOf(of.values());
        List<byte[]> kept = List.copyOf(kinds.get(random.nextInt(kinds.size())));
        return Optional.of(kept.get(random.nextInt(kept.size())).clone());
    }

    /** The kind of a request with this internal command. */
    static String internal(InternalCommand command) {
        return "internal " + command.number();
    }

    /** The kind of a request with this command of the application. */
    static String application(int command) {
        return "request " + command;
    }

    private static String kind(ByteBuffer datagram) {
        int start = datagram.position();
        if (PacketHeader.isStreamPacket(datagram)) {
            return "stream " + PacketFlags.describe(datagram.get(start + 2));
        }
        if (datagram.remaining() < 10) {
            return "probe"; // of hole punching: one byte
        }
        int flags = datagram.get(start + 1);
        if (datagram.get(start) == 0x13) {
            return "reply with flags " + flags;
        }
        // type, flags, tid, to, then an id and a token if the flags say so, then the command
        int command = start + 10 + ((flags & 1) != 0 ? 32 : 0) + ((flags & 2) != 0 ? 32 : 0);
        return ((flags & 4) != 0 ? "internal " : "request ") + datagram.get(command);
    }
}
