package omega.flock.transport.flow;

import static omega.flock.transport.flow.BbrPhase.CRUISE;
import static omega.flock.transport.flow.BbrPhase.DOWN;
import static omega.flock.transport.flow.BbrPhase.DRAIN;
import static omega.flock.transport.flow.BbrPhase.PROBE_RTT;
import static omega.flock.transport.flow.BbrPhase.REFILL;
import static omega.flock.transport.flow.BbrPhase.STARTUP;
import static omega.flock.transport.flow.BbrPhase.UP;

/**
 * BBR (draft-ietf-ccwg-bbr, version 3): sends at the rate that the path delivers, and keeps as much in flight as that takes.
 *
 * <p>The model is the fastest delivery of late, the shortest round trip and what losses taught ({@link BbrBounds}); the product of
 * the first two is what fits into the path without a queue. {@link BbrPhase} tells how each of them is found.
 */
final class Bbr implements CongestionController {
    /** "BBRPacingMarginPercent: 1": a little slower than the path, so that queues run empty. */
    private static final double PACING_MARGIN = 0.99;
    /** "ProbeRTTDuration: 200 ms". */
    private static final long PROBE_RTT_NANOS = 200_000_000L;
    /** Pauses between two probes for bandwidth: "2 secs", and by chance up to one more. */
    private static final long PROBE_WAIT_NANOS = 2_000_000_000L;
    private static final int PROBE_WAIT_JITTER_NANOS = 1_000_000_000;
    /** Pause in round trips, if that is shorter: with REFILL and UP every eighth is a probe, as in BBRv1, or its streams outgrow ours. */
    private static final int PROBE_WAIT_ROUNDS = 6;
    /** Losses that a probe caused show for so many rounds: the packets, and those of their repetitions. */
    private static final int PROBE_LOSS_ROUNDS = 3;
    /** Rounds in a row that must lose too much before the path counts as full or narrower: a rival's probe fills the queue for one. */
    private static final int EXCESSIVE_ROUNDS = 2;
    /** Growth of the bandwidth with which a probe counts as having found more. */
    private static final double FOUND_MORE = 1.1;
    /**
     * The gain of a probe while this flow is crowded out, STARTUP's. At a full queue of a line of rate c a flow that sends r beside a rival
     * of rate j has found all that it will where c gain / (gain r + j) is 1 (ADR 47): a seventh with 1.25, two fifths with this.
     */
    private static final double CROWDED_OUT_GAIN = STARTUP.pacingGain();
    /** Round trips of the empty path that a full queue makes of one, at most, for which a probe's window has room then. */
    private static final double CROWDED_OUT_TRIPS = 1.5;
    /** A window counts as used when less than this is free: a full one is filled again in bursts. */
    private static final double SPARE = (FlowConstants.REFILL_PACKETS + 1) * (double) FlowConstants.MTU_MAX;
    private static final double MIN_WINDOW = FlowConstants.MIN_CWND_PACKETS * (double) FlowConstants.MTU_MAX;
    private static final double INITIAL_WINDOW = FlowConstants.INITIAL_CWND_PACKETS * (double) FlowConstants.MTU_BASE;

    private BbrPhase phase = STARTUP;
    private BandwidthFilter bandwidths = new BandwidthFilter();
    private RoundTripFloor floor = new RoundTripFloor();
    private BbrBounds bounds = new BbrBounds();
    private AckAggregation aggregation = new AckAggregation();
    private FullPipe pipe = new FullPipe();
    private Rivals rivals = new Rivals();
    private double window = INITIAL_WINDOW;
    private double savedWindow;
    private double pacingRate = Double.POSITIVE_INFINITY;
    private long nextRoundDelivered;
    private long delivered;
    private boolean restarting; // from idle

    // The cycle of probing.
    private long cycleStart;
    private long phaseStart;
    private long probeWait;
    private int roundsInCycle;
    private int roundsSinceProbe;
    private int excessiveRounds; // in a row
    private boolean probeMayTeach; // losses are those of a probe
    private boolean cycleCounted; // the filter of bandwidths has advanced since the last probe
    private boolean lastProbeTooHigh;
    private double bandwidthBefore; // the probe

    private long probeRttDone; // 0 until the flight is small enough
    private boolean probeRttRound;

    @Override
    public long window() {
        return (long) Math.max(window, 1);
    }

    @Override
    public double pacingRate() {
        return pacingRate;
    }

    @Override
    public String name() {
        return "bbr " + phase;
    }

    BbrPhase phase() {
        return phase;
    }

    /** {@return the estimated bandwidth in bytes a nanosecond; 0 before the first sample} */
    double bandwidth() {
        return Math.min(bandwidths.maximum(), bounds.bandwidthLow());
    }

    @Override
    public void onSample(RateSample sample) {
        boolean roundStarted = updateRound(sample);
        if (sample.hasRate() && (!sample.applicationLimited || sample.rate() > bandwidths.maximum())) {
            bandwidths.add(sample.rate());
        }
        floor.onSample(sample.now, sample.roundTrip);
        if (!floor.isQueueEvident()) {
            rivals.onEmptyQueue();
        }
        bounds.onSample(sample);
        if (roundStarted) {
            judgeRound();
        }
        aggregation.onSample(sample, roundStarted, bandwidth(), window);
        pipe.onSample(sample, roundStarted);
        updatePhase(sample, roundStarted);
        updateProbeRtt(sample, roundStarted);
        updatePacing(sample);
        updateWindow(sample);
    }

    @Override
    public void onLost(long inFlightWhenSent, long lostSince) {
        if (probeMayTeach && !rivals.isCrowdedOut() && bounds.isProbeExcessive(lostSince, inFlightWhenSent, isQueueOurs())) {
            probeMayTeach = false;
            lastProbeTooHigh = true;
            bounds.reach(inFlightWhenSent, product(bandwidths.maximum()));
        }
    }

    @Override
    public void onRecovery() {
        bounds.save();
    }

    @Override
    public void onRecovered(boolean spurious) {
        window = Math.max(window, savedWindow);
        savedWindow = 0;
        if (spurious) {
            bounds.restore();
            lastProbeTooHigh = false;
        }
    }

    @Override
    public void onTimeout(long inFlight) {
        savedWindow = Math.max(savedWindow, window);
        window = inFlight + 1.0; // one packet: "packets_in_flight + 1"
    }

    @Override
    public void onRestartFromIdle(long nowNanos) {
        restarting = true;
        aggregation.restart(nowNanos);
        if (phase.isInCycle()) {
            if (phase == UP) {
                startCycle(nowNanos); // what was being probed for is gone with its flight
            }
            cycleStart = nowNanos;
            roundsInCycle = 0;
            pacingRate = bandwidth() * PACING_MARGIN;
        } else if (phase == PROBE_RTT && isProbeRttOver(nowNanos)) {
            endProbeRtt(nowNanos);
        }
    }

    @Override
    public void onPathChange() {
        phase = STARTUP;
        bandwidths = new BandwidthFilter();
        floor = new RoundTripFloor();
        bounds = new BbrBounds();
        aggregation = new AckAggregation();
        pipe = new FullPipe();
        window = Math.min(window, INITIAL_WINDOW);
        savedWindow = 0;
        pacingRate = Double.POSITIVE_INFINITY;
        bandwidthBefore = 0;
        probeMayTeach = false;
        lastProbeTooHigh = false;
        rivals = new Rivals();
    }

    /** {@return whether a packet was acknowledged that was sent after the round began} */
    private boolean updateRound(RateSample sample) {
        delivered = sample.totalDelivered;
        if (sample.priorDelivered < nextRoundDelivered) {
            return false;
        }
        nextRoundDelivered = sample.totalDelivered;
        roundsInCycle++;
        roundsSinceProbe++;
        return true;
    }

    private void judgeRound() {
        excessiveRounds = bounds.isRoundExcessive(isQueueOurs()) ? excessiveRounds + 1 : 0;
        boolean excessive = excessiveRounds >= EXCESSIVE_ROUNDS;
        if (excessive && phase == STARTUP && pipe.isDoubtful()) {
            pipe.onExcessiveLoss(); // teaches no bound: beside others a small flight loses as large a part as theirs
        } else if (excessive && !rivals.isCrowdedOut() && roundsSinceProbe >= PROBE_LOSS_ROUNDS && (phase == CRUISE || phase == DOWN)) {
            bounds.lower(bandwidths.maximum(), product(bandwidths.maximum()));
        }
        rivals.onRound(bounds.loss());
        bounds.startRound(floor.isQueueEvident());
    }

    private void updatePhase(RateSample sample, boolean roundStarted) {
        switch (phase) {
            case STARTUP -> {
                if (pipe.isFull()) {
                    enter(DRAIN, sample.now);
                }
            }
            case DRAIN -> {
                if (sample.inFlight <= product(bandwidths.maximum())) {
                    startCycle(sample.now);
                }
            }
            case DOWN, CRUISE -> {
                countCycle(sample, roundStarted);
                if (isTimeToProbe(sample.now)) {
                    refill(sample.now);
                } else if (phase == DOWN && isTimeToCruise(sample)) {
                    enter(CRUISE, sample.now);
                }
            }
            case REFILL -> {
                if (roundStarted) {
                    probeMayTeach = true;
                    bounds.startProbe();
                    pipe.restart();
                    enter(UP, sample.now);
                }
            }
            case UP -> {
                adaptUpperBound(sample, roundStarted);
                if (rivals.isCrowdedOut() ? roundStarted : isProbeDone(sample)) {
                    startCycle(sample.now);
                }
            }
            case PROBE_RTT -> { } // has its own clock
        }
    }

    /** A round after a probe, its last sample and its first losses are in: what follows tells of the next cycle. */
    private void countCycle(RateSample sample, boolean roundStarted) {
        if (roundStarted && !cycleCounted) {
            cycleCounted = true;
            probeMayTeach = false;
            if (!sample.applicationLimited) {
                bandwidths.advance();
            }
        }
    }

    private void adaptUpperBound(RateSample sample, boolean roundStarted) {
        if (bounds.high() == Double.POSITIVE_INFINITY || !probeMayTeach) {
            return;
        }
        bounds.survived(sample.sentInFlight);
        if (sample.inFlight + SPARE >= bounds.high()) {
            bounds.probeUp(roundStarted, sample.acknowledged, window);
        }
    }

    private boolean isProbeDone(RateSample sample) {
        boolean answered = sample.now - phaseStart > floor.nanos();
        if (!answered || !probeMayTeach) {
            return answered; // it found the limit, once something of it came back
        }
        if (lastProbeTooHigh && sample.inFlight >= bounds.high()) {
            lastProbeTooHigh = false; // this one was cautious, the next may go on
            return true;
        }
        return pipe.isStalled() || (floor.isQueueEvident() && sample.inFlight >= UP.pacingGain() * product(bandwidths.maximum()));
    }

    private boolean isTimeToProbe(long nowNanos) {
        return roundsInCycle >= PROBE_WAIT_ROUNDS || nowNanos - cycleStart > probeWait;
    }

    private boolean isTimeToCruise(RateSample sample) {
        return sample.inFlight <= Math.min(bounds.highWithHeadroom(), product(bandwidths.maximum()))
                // No queue is left, or it is not for us to empty.
                || (sample.now - phaseStart > floor.nanos() && (rivals.fillTheQueue() || !floor.isQueueEvident()));
    }

    private void startCycle(long nowNanos) {
        enter(DOWN, nowNanos);
        cycleStart = nowNanos;
        cycleCounted = false;
        roundsSinceProbe = 0;
        // Chance keeps flows from probing in step; the low digits of a clock of nanoseconds are chance enough.
        int chance = (int) (nowNanos * 0x9E3779B97F4A7C15L >>> 40);
        probeWait = PROBE_WAIT_NANOS + chance % PROBE_WAIT_JITTER_NANOS;
        roundsInCycle = chance & 1;
        if (bandwidths.maximum() > bandwidthBefore * FOUND_MORE) {
            roundsInCycle = PROBE_WAIT_ROUNDS - 1; // where there was more, there may be yet more
        }
    }

    /** {@return whether a queue that is there may be of this flow's making} */
    private boolean isQueueOurs() {
        return floor.isQueueEvident() && !rivals.fillTheQueue();
    }

    private void refill(long nowNanos) {
        bandwidthBefore = bandwidths.maximum();
        rivals.startProbe();
        bounds.forgetLow();
        nextRoundDelivered = delivered;
        enter(REFILL, nowNanos);
    }

    private void updateProbeRtt(RateSample sample, boolean roundStarted) {
        if (phase != PROBE_RTT && floor.isExpired() && !restarting) {
            savedWindow = Math.max(savedWindow, window);
            probeRttDone = 0;
            enter(PROBE_RTT, sample.now);
        }
        if (phase == PROBE_RTT) {
            if (probeRttDone == 0 && sample.inFlight <= probeRttWindow()) {
                probeRttDone = sample.now + PROBE_RTT_NANOS;
                probeRttRound = false;
                nextRoundDelivered = delivered;
            } else if (probeRttDone != 0) {
                probeRttRound |= roundStarted;
                if (isProbeRttOver(sample.now)) {
                    endProbeRtt(sample.now);
                }
            }
        }
        restarting &= sample.acknowledged <= 0;
    }

    private boolean isProbeRttOver(long nowNanos) {
        return probeRttDone != 0 && probeRttRound && nowNanos > probeRttDone;
    }

    private void endProbeRtt(long nowNanos) {
        floor.probed(nowNanos);
        window = Math.max(window, savedWindow);
        savedWindow = 0;
        bounds.forgetLow();
        if (pipe.isFull()) {
            cycleStart = nowNanos;
            roundsInCycle = 0;
            enter(CRUISE, nowNanos);
        } else {
            enter(STARTUP, nowNanos);
        }
    }

    private double probeRttWindow() {
        return Math.max(MIN_WINDOW, PROBE_RTT.windowGain() * product(bandwidth()));
    }

    private void updatePacing(RateSample sample) {
        double gain = phase == UP && rivals.isCrowdedOut() ? CROWDED_OUT_GAIN : phase.pacingGain();
        double rate = gain * bandwidth() * PACING_MARGIN;
        if (pacingRate == Double.POSITIVE_INFINITY) {
            if (sample.roundTrip <= 0) {
                return;
            }
            pacingRate = STARTUP.pacingGain() * window / sample.roundTrip;
        }
        if (rate > 0 && (pipe.isFull() || rate > pacingRate)) {
            pacingRate = rate;
        }
    }

    private void updateWindow(RateSample sample) {
        double gain = phase == UP && rivals.isCrowdedOut() ? CROWDED_OUT_TRIPS * CROWDED_OUT_GAIN : phase.windowGain();
        double target = gain * product(bandwidth()) + aggregation.bytes();
        if (pipe.isFull()) {
            window = Math.min(window + sample.acknowledged, target);
        } else if (window < target || delivered < INITIAL_WINDOW) {
            window += sample.acknowledged;
        }
        window = Math.max(window, MIN_WINDOW);
        double most = switch (phase) {
            case STARTUP, DRAIN -> Double.POSITIVE_INFINITY;
            case DOWN, REFILL, UP -> bounds.high();
            case CRUISE -> bounds.highWithHeadroom();
            case PROBE_RTT -> probeRttWindow();
        };
        if (!rivals.isCrowdedOut() || phase == PROBE_RTT) {
            window = Math.min(window, Math.max(MIN_WINDOW, Math.min(most, bounds.low())));
        }
    }

    /** {@return the bandwidth-delay product in bytes} Without a round trip the first window stands for it. */
    private double product(double bandwidth) {
        if (floor.nanos() == 0 || bandwidth == 0) {
            return INITIAL_WINDOW;
        }
        // A thread wakes no finer than the pacing quantum: a shorter path is kept busy for so long.
        return bandwidth * Math.max(floor.nanos(), FlowConstants.PACING_QUANTUM_NANOS);
    }

    private void enter(BbrPhase next, long nowNanos) {
        if (!phase.mayBecome(next)) {
            throw new IllegalStateException(phase + " cannot become " + next);
        }
        phase = next;
        phaseStart = nowNanos;
    }
}
