package omega.flock.transport.flow;

import static omega.flock.transport.flow.SequenceNumbers.before;

import java.util.Arrays;

/**
 * Measures how fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation; Linux tcp_rate.c, libudx udx_rate.c).
 *
 * <pre>
 *   sent:          first packet of the flight        the packet P                 send interval: how fast it was sent
 *                        ├───────────────────────────────┤
 *   acknowledged:                  last delivery when P was sent       P          ack interval: how fast it came through
 *                                        ├─────────────────────────────┤
 *   rate = bytes delivered meanwhile / the longer of both
 * </pre>
 *
 * <p>"The delivery rate is bounded by the send rate": acknowledgements that were held up and arrive in one lump, or that a peer
 * invents, cannot show more than what was sent in the time. Each packet remembers, in columns indexed by its number, how things
 * stood when it was sent last.
 */
final class RateSampler {
    private static final int INITIAL_CAPACITY = 8;

    private final InFlight table;
    private final RttEstimator rtt;
    private final RateSample sample = new RateSample();
    private int mask = INITIAL_CAPACITY - 1;
    private long[] deliveredThen = new long[INITIAL_CAPACITY];
    private long[] deliveredAtThen = new long[INITIAL_CAPACITY];
    private long[] firstSentThen = new long[INITIAL_CAPACITY];
    private long[] lostThen = new long[INITIAL_CAPACITY];
    private int[] inFlightThen = new int[INITIAL_CAPACITY]; // this packet included
    private boolean[] limitedThen = new boolean[INITIAL_CAPACITY];

    private long delivered; // of what was acknowledged in time
    private long deliveredAt;
    private long firstSentAt; // when the packet was sent from which the current send interval counts
    private long lost;
    private long limitedUntil = -1; // application-limited until so much was delivered; negative: it is not
    private int validFrom; // packets before this number went another path

    // What the packet being processed acknowledged.
    private long deliveredBefore;
    private long lostBefore;
    private long newestSentAt;
    private int newestSeq;
    private boolean sampled;

    RateSampler(InFlight table, RttEstimator rtt) {
        this.table = table;
        this.rtt = rtt;
        this.validFrom = table.first();
    }

    long lost() {
        return lost;
    }

    /** {@return whether the user gives less to send than the path would take} */
    boolean isApplicationLimited() {
        return limitedUntil >= 0;
    }

    /** Nothing waits to be sent although there is room: what is measured until the flight has ended is no bound of the path. */
    void onApplicationLimited() {
        limitedUntil = delivered + table.sentBytes();
    }

    /** A packet is about to be transmitted, for the first time or again; the table does not count it as in flight yet. */
    void onSent(long nowNanos, int seq, int bytes) {
        if (table.sentCount() == 0) {
            // "There is no data in flight, so start the rate sample intervals of this first flight with the current time."
            firstSentAt = nowNanos;
            deliveredAt = nowNanos;
        }
        if (seq - table.first() > mask) {
            grow(seq);
        }
        int slot = seq & mask;
        deliveredThen[slot] = delivered;
        deliveredAtThen[slot] = deliveredAt;
        firstSentThen[slot] = firstSentAt;
        lostThen[slot] = lost;
        inFlightThen[slot] = (int) Math.min(Integer.MAX_VALUE, table.sentBytes() + bytes);
        limitedThen[slot] = limitedUntil >= 0;
    }

    /** A packet is acknowledged, and was not before; it is still in the table. */
    void onDelivered(long nowNanos, int seq) {
        long sentAt = table.sentAt(seq);
        if (sentAt >= firstSentAt - rtt.minimum() / 2) {
            delivered += table.bytes(seq);
            deliveredAt = nowNanos;
        } // Else it arrived long ago, but a SACK has no room for that many blocks: counted now it would look like a burst.
        boolean newest = !sampled || sentAt > newestSentAt || (sentAt == newestSentAt && before(newestSeq, seq));
        if (!newest || before(seq, validFrom)) {
            return;
        }
        sampled = true;
        newestSentAt = sentAt;
        newestSeq = seq;
        firstSentAt = sentAt;
    }

    void onLost(int bytes) {
        lost += bytes;
    }

    /** {@return bytes that were in flight when this packet was sent, itself included} */
    long inFlightWhenSent(int seq) {
        return inFlightThen[seq & mask];
    }

    /** {@return bytes found lost since this packet was sent} */
    long lostSince(int seq) {
        return lost - lostThen[seq & mask];
    }

    /** {@return what the packet that was processed told; the same instance each time} */
    RateSample take(long nowNanos, long roundTripNanos) {
        if (limitedUntil >= 0 && delivered > limitedUntil) {
            limitedUntil = -1;
        }
        sample.now = nowNanos;
        sample.acknowledged = delivered - deliveredBefore;
        sample.lost = lost - lostBefore;
        sample.roundTrip = roundTripNanos;
        sample.inFlight = table.sentBytes();
        sample.totalDelivered = delivered;
        if (sampled) {
            int slot = newestSeq & mask;
            long interval = Math.max(newestSentAt - firstSentThen[slot], nowNanos - deliveredAtThen[slot]);
            sample.priorDelivered = deliveredThen[slot];
            sample.sentInFlight = inFlightThen[slot];
            sample.applicationLimited = limitedThen[slot];
            sample.delivered = delivered - sample.priorDelivered;
            // "Normally we expect interval >= MinRTT": less comes of a packet that was late and repeated, and would look too fast.
            sample.interval = interval < Math.max(1, rtt.minimum()) ? 0 : interval;
        } else {
            sample.priorDelivered = -1;
            sample.sentInFlight = 0;
            sample.delivered = 0;
            sample.interval = 0;
            sample.applicationLimited = limitedUntil >= 0;
        }
        deliveredBefore = delivered;
        lostBefore = lost;
        sampled = false;
        return sample;
    }

    /** What is in flight goes another path than what follows, and says nothing about it. */
    void onPathChange() {
        validFrom = table.next();
        sampled = false;
    }

    /** A column whose length doubles is the same column twice over: every number in use finds its value at its new place. */
    private void grow(int seq) {
        while (seq - table.first() > mask) {
            int size = mask + 1;
            deliveredThen = doubled(deliveredThen);
            deliveredAtThen = doubled(deliveredAtThen);
            firstSentThen = doubled(firstSentThen);
            lostThen = doubled(lostThen);
            inFlightThen = Arrays.copyOf(inFlightThen, size * 2);
            System.arraycopy(inFlightThen, 0, inFlightThen, size, size);
            limitedThen = Arrays.copyOf(limitedThen, size * 2);
            System.arraycopy(limitedThen, 0, limitedThen, size, size);
            mask = size * 2 - 1;
        }
    }

    private static long[] doubled(long[] column) {
        long[] larger = Arrays.copyOf(column, column.length * 2);
        System.arraycopy(column, 0, larger, column.length, column.length);
        return larger;
    }
}
