package omega.flock.net;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Whose turn it is to read a port: its reader's, or, for the length of one wait, that of the user whom alone the traffic concerns.
 * A request and its reply then wake one thread on each side, not two.
 *
 * <pre>
 *   READER ──many lone datagrams in a row, each for a user who waited──► NOBODY ──that user waits again──► USER
 *     ▲                                                                  │    ▲                             │
 *     └───────────────────nobody came between two looks──────────────────┘    └───again such a datagram─────┤
 *     └────────────────────────────────anything else came, or nothing───────────────────────────────────────┘
 * </pre>
 *
 * <p>Nothing is lost: what comes meanwhile waits in the socket. A user waits for a millisecond at most; while nobody reads, the reader
 * looks every millisecond, and takes its turn when nobody came between two looks. So a datagram of somebody else waits for two
 * milliseconds at worst, and once: it ends all this until the conversation has had the port for itself for a while again.
 *
 * <p>Only who has the turn touches the fields that are its own; {@code holder} passes them on.
 */
final class ReadingTurn {
    private enum Holder { READER, NOBODY, USER }

    /** Virtual threads stay on their carriers while they read: half of the carriers at most may be lent to them. */
    private static final Semaphore LENDABLE_CARRIERS = new Semaphore(Runtime.getRuntime().availableProcessors() / 2);

    private final AtomicReference<Holder> holder = new AtomicReference<>(Holder.READER);
    private volatile Object applicant; // the conversation whose user waits for a datagram, or began to before one came
    private volatile boolean applicantIsVirtual; // written before applicant
    private volatile Object partner; // of who has the turn; whom the last datagram was for, if it came alone and was waited for
    private volatile int turns; // of who has the turn; how many users have had one
    private Object recipient; // of who has the turn; as partner, while datagrams are delivered
    private boolean recipientIsVirtual; // of who has the turn
    private int inARow; // of who has the turn
    private Thread reader; // of who has the turn

    /**
     * On a user that is going to wait for a datagram.
     *
     * @param inConversation whether it would read the next one, too; if not it still reads this one when the port was left to it, since
     *     nobody else does
     * @return whether it is its turn to read, until it calls {@link #end}; else it has to be woken as ever
     */
    boolean begin(Object conversation, boolean inConversation) {
        if (inConversation) {
            applicantIsVirtual = Thread.currentThread().isVirtual();
            applicant = conversation;
        }
        return holder.get() == Holder.NOBODY && partner == conversation && holder.compareAndSet(Holder.NOBODY, Holder.USER);
    }

    /** While datagrams are delivered, before anybody is woken: this conversation gets one. */
    void arrivedFor(Object conversation) {
        if (applicant == conversation) {
            recipient = conversation;
            recipientIsVirtual = applicantIsVirtual;
            applicant = null; // it has to come back before the next one
        }
    }

    /** After so many datagrams were delivered. {@return whether the next ones may be left to the conversation} */
    boolean isEarned(int datagrams) {
        Object alone = datagrams == 1 ? recipient : null;
        recipient = null;
        if (alone == null && applicant != null) {
            applicant = null; // may be over; who is not applies again
        }
        boolean another = alone != null && alone == partner;
        partner = alone;
        inARow = another ? Math.min(inARow + 1, NetConstants.LONE_DATAGRAMS_IN_A_ROW) : 0;
        return inARow == NetConstants.LONE_DATAGRAMS_IN_A_ROW;
    }

    /** On the reader, when that is earned: leaves the port to the user, and returns when it is the reader's turn again. */
    void leave() {
        boolean lends = recipientIsVirtual;
        if (lends && !LENDABLE_CARRIERS.tryAcquire()) {
            inARow = 0;
            return;
        }
        reader = Thread.currentThread();
        int seen = turns;
        holder.set(Holder.NOBODY);
        if (applicant == partner) {
            holder.compareAndSet(Holder.NOBODY, Holder.READER); // the user was back sooner than we are gone, and waits to be woken
        }
        while (holder.get() != Holder.READER) {
            LockSupport.parkNanos(NetConstants.VACANCY_NANOS);
            int now = turns;
            if (now == seen && holder.compareAndSet(Holder.NOBODY, Holder.READER)) {
                inARow = 0; // nobody came
            }
            seen = now;
        }
        if (lends) {
            LENDABLE_CARRIERS.release();
        }
    }

    /** The user has read, and when it waits for more it may, if {@code again}, read the next time too. */
    void end(boolean again) {
        int turn = turns + 1;
        turns = turn;
        if (again) {
            holder.set(Holder.NOBODY);
        } else {
            inARow = 0;
            Thread waiting = reader;
            holder.set(Holder.READER);
            LockSupport.unpark(waiting);
        }
        if (turn % NetConstants.READS_BEFORE_YIELD == 0 && Thread.currentThread().isVirtual()) {
            Thread.yield(); // it has not left its carrier all the time
        }
    }
}
