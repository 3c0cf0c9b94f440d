package omega.flock.transport.flow;

import static omega.flock.transport.flow.FlowConstants.MAX_CONSECUTIVE_TIMEOUTS;
import static omega.flock.transport.flow.FlowConstants.TLP_ACK_DELAY_NANOS;
import static omega.flock.transport.flow.FlowConstants.TLP_MIN_NANOS;
import static omega.flock.transport.flow.SequenceNumbers.atOrAfter;

import omega.flock.runtime.TimerTable;

/**
 * Finds out what was lost and how much may be in flight: RACK-TLP (RFC 8985), the retransmission timeout and the congestion
 * controller's cues.
 *
 * <pre>
 *           ┌──────────loss──────────► RECOVERY ──┐
 *   OPEN ───┤                                     ├── everything sent before is acknowledged ──► OPEN
 *           └──────────timeout───────► LOSS ──────┘
 * </pre>
 */
final class LossRecovery implements LossSink {
    /** How the sender reacts to losses now. */
    enum State {
        /** Nothing known to be lost. Tail loss probes are armed. */
        OPEN,
        /** A loss was detected by acknowledgements; the window was reduced once for the whole episode. */
        RECOVERY,
        /** The retransmission timer expired; the window grows again from one packet. */
        LOSS
    }

    private final InFlight table;
    private final PathMtu mtu;
    private final TimerTable<StreamTimer> timers;
    private final FlowCounters counters;
    private final CongestionController controller;
    private final RttEstimator rtt = new RttEstimator();
    private final RackDetector rack = new RackDetector(rtt);
    private final RateSampler sampler;

    private State state = State.OPEN;
    private int recoveryEnd; // the next number when the episode began
    private int consecutiveTimeouts;
    private boolean tailProbeOutstanding;
    private boolean tailProbeWanted;
    private boolean lossDetected;
    private boolean timeoutUnderWay; // silence gives packets up, not the deliveries of others
    private int episodeRepeats; // retransmissions since the episode began
    private int episodeNeedless; // of these, proven to have been unnecessary

    // What the packet being processed acknowledged.
    private boolean newlyDelivered;
    private boolean progress;
    private long sampleSentAt;
    private boolean sampleTaken;

    LossRecovery(InFlight table, PathMtu mtu, TimerTable<StreamTimer> timers, FlowCounters counters, CongestionController controller) {
        this.table = table;
        this.mtu = mtu;
        this.timers = timers;
        this.counters = counters;
        this.controller = controller;
        this.sampler = new RateSampler(table, rtt);
    }

    State state() {
        return state;
    }

    RttEstimator rtt() {
        return rtt;
    }

    CongestionController controller() {
        return controller;
    }

    int consecutiveTimeouts() {
        return consecutiveTimeouts;
    }

    boolean isTailProbeWanted() {
        return tailProbeWanted;
    }

    /** A packet is about to be transmitted, for the first time or again. */
    void onSending(long nowNanos, int seq, int bytes) {
        if (table.sentCount() == 0 && sampler.isApplicationLimited()) {
            controller.onRestartFromIdle(nowNanos);
        }
        sampler.onSent(nowNanos, seq, bytes);
    }

    /** Everything that the user wrote is on its way, and more would be allowed to go. */
    void onNothingToSend() {
        sampler.onApplicationLimited();
    }

    /** A packet of a number was transmitted for the first time. */
    void onNewPacket(long nowNanos) {
        armTimeout(nowNanos);
        armTailProbe(nowNanos);
    }

    void onRetransmission(long nowNanos) {
        if (state != State.OPEN) {
            episodeRepeats++;
        }
        armTimeout(nowNanos);
    }

    void onTailProbe() {
        tailProbeWanted = false;
        tailProbeOutstanding = true;
        counters.tailProbes++;
    }

    /** The packet is acknowledged, while it was not before; it is still in the table. */
    void onDelivered(long nowNanos, int seq) {
        long sentAt = table.sentAt(seq);
        boolean retransmitted = table.wasRetransmitted(seq);
        newlyDelivered = true;
        sampler.onDelivered(nowNanos, seq);
        if (!retransmitted && (!sampleTaken || sentAt > sampleSentAt)) {
            sampleTaken = true;
            sampleSentAt = sentAt;
        }
        if (table.isProbe(seq)) {
            mtu.onProbeAcknowledged();
        } else {
            mtu.onAcknowledgement();
        }
        if (rack.onDelivered(nowNanos, seq, sentAt, retransmitted)) {
            episodeNeedless++;
        }
    }

    /** The cumulative ack advanced. */
    void onProgress() {
        progress = true;
        consecutiveTimeouts = 0;
    }

    /** Draws the conclusions from a packet whose acknowledgements were all reported. */
    void afterPacket(long nowNanos) {
        if (sampleTaken) {
            rtt.onSample(nowNanos, nowNanos - sampleSentAt);
            tailProbeOutstanding = false;
        }
        if (state != State.OPEN && atOrAfter(table.first(), recoveryEnd)) {
            endEpisode();
        }
        if (newlyDelivered) {
            tailProbeWanted = false; // the peer spoke: what the probe was to provoke
            detectLoss(nowNanos);
            controller.onSample(sampler.take(nowNanos, sampleTaken ? rtt.latest() : 0));
        }
        if (table.isEmpty()) {
            clearTimers();
        } else if (newlyDelivered) {
            if (progress || state != State.OPEN) {
                timers.set(StreamTimer.RETRANSMISSION, nowNanos + rtt.timeout());
            }
            armTailProbe(nowNanos);
        }
        newlyDelivered = false;
        progress = false;
        sampleTaken = false;
    }

    /** The reordering timer expired, or a packet told of deliveries. */
    void detectLoss(long nowNanos) {
        lossDetected = false;
        long next = rack.detectLoss(nowNanos, table, state != State.OPEN, this);
        if (next == Long.MAX_VALUE) {
            timers.clear(StreamTimer.REORDERING);
        } else {
            timers.set(StreamTimer.REORDERING, next);
        }
        if (lossDetected && state == State.OPEN) {
            beginEpisode(State.RECOVERY);
            recoveryEnd = table.next();
            timers.clear(StreamTimer.TAIL_LOSS);
            tailProbeWanted = false;
        }
    }

    @Override
    public void onLost(int seq, boolean probe) {
        if (probe) {
            // "Lost MTU probes alone do not enter recovery."
            mtu.onProbeLost();
        } else {
            if (state == State.OPEN && !lossDetected) {
                controller.onRecovery();
            }
            lossDetected = true;
            sampler.onLost(table.bytes(seq));
            if (!timeoutUnderWay) {
                controller.onLost(sampler.inFlightWhenSent(seq), sampler.lostSince(seq));
            }
        }
    }

    void onTailTimer() {
        // "Only one probe until a fresh RTT sample, and none before the first one (the timer then merely falls through to the RTO)."
        tailProbeWanted = rtt.hasSample() && !tailProbeOutstanding && state == State.OPEN && table.sentCount() > 0;
    }

    /**
     * The retransmission timer expired.
     *
     * @param refused whether the peer answers but has no room: it refuses what exceeds its window, and may do so for ever
     * @return whether the peer is still worth trying; false after the 7th expiry in a row
     */
    boolean onTimeout(long nowNanos, boolean refused) {
        counters.timeouts++;
        consecutiveTimeouts += refused ? 0 : 1;
        if (consecutiveTimeouts >= MAX_CONSECUTIVE_TIMEOUTS) {
            return false;
        }
        if (state == State.OPEN) {
            controller.onRecovery();
        }
        recoveryEnd = table.next();
        beginEpisode(State.LOSS);
        tailProbeWanted = false;
        timers.clear(StreamTimer.TAIL_LOSS);
        timers.clear(StreamTimer.REORDERING);
        timeoutUnderWay = true;
        rack.onTimeout(nowNanos, table, this);
        timeoutUnderWay = false;
        controller.onTimeout(table.sentBytes());
        // "Restart timer with 2 × RTO (constant, no exponential growth)."
        timers.set(StreamTimer.RETRANSMISSION, nowNanos + 2 * rtt.timeout());
        return true;
    }

    void onPathChange() {
        controller.onPathChange();
        sampler.onPathChange();
        tailProbeOutstanding = false;
    }

    void clearTimers() {
        timers.clear(StreamTimer.RETRANSMISSION);
        timers.clear(StreamTimer.TAIL_LOSS);
        timers.clear(StreamTimer.REORDERING);
        tailProbeWanted = false;
    }

    private void beginEpisode(State reaction) {
        if (state == State.OPEN) {
            episodeRepeats = 0;
            episodeNeedless = 0;
        }
        state = reaction;
    }

    private void endEpisode() {
        state = State.OPEN;
        controller.onRecovered(episodeRepeats > 0 && episodeNeedless >= episodeRepeats);
    }

    private void armTimeout(long nowNanos) {
        if (!timers.isSet(StreamTimer.RETRANSMISSION)) {
            timers.set(StreamTimer.RETRANSMISSION, nowNanos + rtt.timeout());
        }
    }

    private void armTailProbe(long nowNanos) {
        if (state != State.OPEN || table.sackedCount() > 0 || table.lostCount() > 0 || table.sentCount() == 0) {
            timers.clear(StreamTimer.TAIL_LOSS);
            return;
        }
        long delay = FlowConstants.RTO_MIN_NANOS;
        if (rtt.hasSample()) {
            delay = Math.max(TLP_MIN_NANOS, 2 * rtt.smoothed() + (table.sentCount() == 1 ? TLP_ACK_DELAY_NANOS : 0));
        }
        timers.set(StreamTimer.TAIL_LOSS, Math.min(nowNanos + delay, timers.deadline(StreamTimer.RETRANSMISSION)));
    }
}
