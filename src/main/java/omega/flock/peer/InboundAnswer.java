package omega.flock.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.dht.HandshakeArrival;
import omega.flock.net.UdpPort;

/**
 * The second Noise message of one handshake, and the arrivals of the first one that wait for it: each copy gets the same
 * answer, or none. Used by readers and by the handshake's thread; never blocks.
 */
final class InboundAnswer {

    private final PeerContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<HandshakeArrival> waiting = new ArrayList<>(); // guarded by lock
    private boolean silent; // guarded by lock
    private Optional<byte[]> message = Optional.empty(); // guarded by lock
    private Optional<InboundPunch> from = Optional.empty(); // guarded by lock

    InboundAnswer(PeerContext context, HandshakeArrival first) {
        this.context = context;
        waiting.add(first);
    }

    /** A copy came, through another relay or again. */
    void onCopy(HandshakeArrival copy) {
        lock.lock();
        try {
            if (silent) {
                return;
            }
            if (message.isEmpty()) {
                if (waiting.size() < PeerConstants.MAX_COPIES) {
                    waiting.add(copy);
                } else {
                    context.counters().count(PeerDrop.TOO_MANY_COPIES);
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        send(copy);
    }

    /**
     * Answers whoever waits, and all that come later.
     *
     * @param puncher out of whose port; empty for the one that each arrival came in by
     */
    void give(byte[] answer, Optional<InboundPunch> puncher) {
        List<HandshakeArrival> copies;
        lock.lock();
        try {
            message = Optional.of(answer);
            from = puncher;
            copies = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        copies.forEach(this::send);
    }

    /** Nobody gets an answer, unless one was given. */
    void withhold() {
        lock.lock();
        try {
            silent = message.isEmpty();
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private void send(HandshakeArrival copy) {
        byte[] answer;
        Optional<InboundPunch> puncher;
        lock.lock();
        try {
            answer = message.orElseThrow();
            puncher = from;
        } finally {
            lock.unlock();
        }
        // "Send the Noise reply from the puncher socket so the relay reports that NAT mapping."
        Optional<UdpPort> port = puncher.flatMap(InboundPunch::openPort);
        copy.reply(answer, port.orElse(copy.port()));
    }
}
