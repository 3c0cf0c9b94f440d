package omega.flock.peer;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.dht.HandshakeArrival;

/**
 * The handshakes of one server: those under way, and those that have ended and are remembered for a while, so that a copy of
 * the first message is answered as the first one was. Admission, lookup and entry are one step. Thread-safe; never blocks.
 */
final class HandshakeBook {

    /** Makes the handshake for an arrival that is let in. */
    @FunctionalInterface
    interface Maker {
        InboundHandshake make(HandshakeArrival arrival, int number);
    }

    /**
     * What an arrival belongs to.
     *
     * @param isNew whether it has just been entered, so that its work has to be started
     * @param displaced a handshake, maybe of another server, that gave its place up for it and has to be ended
     */
    record Entry(InboundHandshake handshake, boolean isNew, Optional<InboundHandshake> displaced) {}

    private final PeerContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final HandshakeTable<InboundHandshake> table = // guarded by lock
            new HandshakeTable<>(PeerConstants.MAX_HALF_OPEN + PeerConstants.MAX_REMEMBERED, PeerConstants.MAX_REMEMBERED);
    private int counted; // guarded by lock; of the table, in the gauge of all servers

    HandshakeBook(PeerContext context) {
        this.context = context;
    }

    /**
     * Finds the handshake of an arrival, or enters a new one if that is admitted; a refusal is counted.
     *
     * @param isRelay whether the arrival came from a node that relays for us
     */
    Optional<Entry> enter(HandshakeArrival arrival, boolean isRelay, Maker maker) {
        lock.lock();
        try {
            Optional<InboundHandshake> known = table.byNoise(arrival.noise());
            if (known.isPresent()) {
                return Optional.of(new Entry(known.get(), false, Optional.empty()));
            }
            if (!table.makeRoom()) {
                context.counters().count(PeerDrop.TABLE_FULL);
                return Optional.empty();
            }
            HandshakeAdmission.Decision<InboundHandshake> decision = context.admitHandshake(
                    HandshakeAdmission.Applicant.of(arrival, isRelay), isForeign(arrival),
                    () -> maker.make(arrival, table.nextNumber()));
            decision.refusal().ifPresent(context.counters()::count);
            return decision.handshake().map(handshake -> {
                table.add(arrival.noise(), handshake);
                return new Entry(handshake, true, decision.displaced());
            });
        } finally {
            countLocked();
            lock.unlock();
        }
    }

    /** Finds a handshake by the number that it told its client. */
    Optional<InboundHandshake> byNumber(long number) {
        lock.lock();
        try {
            return table.byNumber(number);
        } finally {
            lock.unlock();
        }
    }

    /** A handshake has ended, with a connection or without: it makes room for another one, and is forgotten later. */
    void ended(InboundHandshake handshake, boolean connected) {
        context.handshakeSettled(handshake, connected);
        lock.lock();
        try {
            if (!table.end(handshake.number(), handshake)) {
                return;
            }
        } finally {
            countLocked();
            lock.unlock();
        }
        forgetLater(handshake);
    }

    /** While a relay carries the connection, the client still comes with rounds. */
    private void forgetLater(InboundHandshake handshake) {
        context.timers().schedule(context.ticker().nanoTime() + PeerConstants.HANDSHAKE_CLEAR_WAIT.toNanos(), () -> {
            if (handshake.isUpgradable()) {
                forgetLater(handshake);
            } else {
                forget(handshake);
            }
        });
    }

    /** The first message was garbage: its sender pays for it, and it takes no place any more. */
    void rejected(InboundHandshake handshake) {
        context.handshakeFailed(handshake);
        forget(handshake);
    }

    /** Forgets a handshake, unless its number belongs to another one by now. */
    void forget(InboundHandshake handshake) {
        lock.lock();
        try {
            table.remove(handshake.number(), handshake);
        } finally {
            countLocked();
            lock.unlock();
        }
    }

    /** Forgets and returns all. */
    List<InboundHandshake> clear() {
        lock.lock();
        try {
            return table.clear();
        } finally {
            countLocked();
            lock.unlock();
        }
    }

    /** Nothing on the wire can come from a loopback address: that is this machine. */
    private static boolean isForeign(HandshakeArrival arrival) {
        return !arrival.from().toSocketAddress().getAddress().isLoopbackAddress();
    }

    private void countLocked() {
        context.counters().halfOpen.addAndGet(table.size() - counted);
        counted = table.size();
    }
}
