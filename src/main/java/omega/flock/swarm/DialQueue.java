package omega.flock.swarm;

import java.util.random.RandomGenerator;

/**
 * Peers that are to be dialled, the ticket of each dial, and the flushes that wait for them. All methods run inside a
 * change of the swarm's guard.
 */
final class DialQueue {

    private final PeerQueue<PeerState> queue = new PeerQueue<>();
    private final FlushTickets<Flush> tickets = new FlushTickets<>();

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Queues a peer, unless it is banned, queued already or out of attempts. */
    void add(PeerState peer) {
        if (peer.consider()) {
            peer.queued(true);
            issueTicket(peer);
            queue.add(peer.priority(), peer);
        }
    }

    /** Takes the next in line, whose ticket is still out. */
    PeerState take(RandomGenerator random) {
        PeerState peer = queue.take(random).orElseThrow();
        peer.queued(false);
        return peer;
    }

    /** A peer is dialled now; it leaves the line if it stood there, and keeps its ticket or gets one. */
    void dialled(PeerState peer) {
        if (peer.queued()) {
            queue.remove(peer);
            peer.queued(false);
        }
        issueTicket(peer);
    }

    /** A queued peer need not be dialled. */
    void remove(PeerState peer) {
        if (peer.queued()) {
            queue.remove(peer);
            peer.queued(false);
            settle(peer);
        }
    }

    /** The dial of a peer has come to something, or will not take place. */
    void settle(PeerState peer) {
        long ticket = peer.ticket();
        peer.ticket(0);
        tickets.settle(ticket).forEach(flush -> flush.settle(true));
    }

    /** Registers a flush; false if there is nothing to wait for. */
    boolean await(Flush flush) {
        return tickets.await(flush);
    }

    /** Nobody waits for a flush any more. */
    void abandon(Flush flush) {
        tickets.abandon(flush);
    }

    /** Settles every flush. */
    void settleFlushes(boolean flushed) {
        tickets.drain().forEach(flush -> flush.settle(flushed));
    }

    /** Empties the line; those who were in it may be queued again. */
    void clear() {
        for (PeerState peer : queue.drain()) {
            peer.queued(false);
            settle(peer);
        }
    }

    /** Returns how many dials are queued or under way. */
    int outstanding() {
        return tickets.outstanding();
    }

    /** Returns the flushes that wait. */
    int waitingFlushes() {
        return tickets.waiting();
    }

    private void issueTicket(PeerState peer) {
        if (peer.ticket() == 0) {
            peer.ticket(tickets.issue());
        }
    }
}
