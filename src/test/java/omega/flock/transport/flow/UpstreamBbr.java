package omega.flock.transport.flow;

/**
 * What a JavaScript peer does on a line that we share with it: the first version of BBR as libudx has it (udx_bbr.c), in bytes.
 * A rival for tests only.
 */
final class UpstreamBbr implements CongestionController {
    private static final double HIGH_GAIN = 2.88539;
    private static final double[] CYCLE = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
    private static final int PACKET = 1500;
    private static final long MIN_RTT_NANOS = 10_000_000_000L;
    private static final long PROBE_RTT_NANOS = 200_000_000L;

    private enum State { STARTUP, DRAIN, PROBE_BW, PROBE_RTT }

    private State state = State.STARTUP;
    private final double[] rates = new double[10]; // of the last ten rounds
    private int round;
    private long nextRound;
    private long minRtt;
    private long minRttAt;
    private double window = 10 * PACKET;
    private double savedWindow;
    private double pacingRate = Double.POSITIVE_INFINITY;
    private double fullBandwidth;
    private int fullRounds;
    private boolean full;
    private int cycle;
    private long cycleAt;
    private long probeRttDone;
    private boolean conserving;
    private boolean enteredRecovery;

    @Override
    public long window() {
        return (long) window;
    }

    /**
     * libudx sets its bucket anew each millisecond and lets the last packet overdraw it, so that each millisecond carries whole
     * packets, one more than the rate says.
     */
    @Override
    public double pacingRate() {
        return pacingRate == Double.POSITIVE_INFINITY ? pacingRate : Math.ceil(pacingRate * 1e6 / PACKET) * PACKET / 1e6;
    }

    @Override
    public String name() {
        return "upstream " + state;
    }

    private double bandwidth() {
        double most = 0;
        for (double rate : rates) {
            most = Math.max(most, rate);
        }
        return most;
    }

    private double product(double gain) {
        return minRtt == 0 ? 10 * PACKET : bandwidth() * minRtt * gain;
    }

    @Override
    public void onSample(RateSample sample) {
        boolean roundStarted = sample.priorDelivered >= nextRound;
        if (roundStarted) {
            nextRound = sample.totalDelivered;
            round++;
            rates[round % rates.length] = 0;
            conserving = false;
        }
        if (sample.hasRate() && (!sample.applicationLimited || sample.rate() > bandwidth())) {
            rates[round % rates.length] = Math.max(rates[round % rates.length], sample.rate());
        }
        updateCycle(sample);
        updateFullPipe(sample, roundStarted);
        updateMinRtt(sample, roundStarted);
        double pacingGain = switch (state) {
            case STARTUP -> HIGH_GAIN;
            case DRAIN -> 1 / HIGH_GAIN;
            case PROBE_BW -> CYCLE[cycle];
            case PROBE_RTT -> 1;
        };
        if (pacingRate == Double.POSITIVE_INFINITY && sample.roundTrip > 0) {
            pacingRate = HIGH_GAIN * window / sample.roundTrip;
        }
        double rate = bandwidth() * pacingGain * 0.99;
        if (rate > 0 && (full || rate > pacingRate)) {
            pacingRate = rate;
        }
        updateWindow(sample, switch (state) {
            case STARTUP, DRAIN -> HIGH_GAIN;
            case PROBE_BW -> 2;
            case PROBE_RTT -> 1;
        });
    }

    private void updateCycle(RateSample sample) {
        if (state != State.PROBE_BW) {
            return;
        }
        boolean whole = sample.now - cycleAt > minRtt;
        double gain = CYCLE[cycle];
        boolean next = gain == 1 ? whole
                : gain > 1 ? whole && (sample.lost > 0 || sample.inFlight > product(gain)) : whole || sample.inFlight <= product(1);
        if (next) {
            cycle = (cycle + 1) % CYCLE.length;
            cycleAt = sample.now;
        }
    }

    private void updateFullPipe(RateSample sample, boolean roundStarted) {
        if (!full && roundStarted && !sample.applicationLimited) {
            if (bandwidth() >= fullBandwidth * 1.25) {
                fullBandwidth = bandwidth();
                fullRounds = 0;
            } else {
                full = ++fullRounds >= 3;
            }
        }
        if (state == State.STARTUP && full) {
            state = State.DRAIN;
        }
        if (state == State.DRAIN && sample.inFlight <= product(1)) {
            probeBandwidth(sample.now);
        }
    }

    private void probeBandwidth(long now) {
        state = full ? State.PROBE_BW : State.STARTUP;
        cycle = 4;
        cycleAt = now;
    }

    private void updateMinRtt(RateSample sample, boolean roundStarted) {
        boolean expired = minRtt > 0 && sample.now - minRttAt > MIN_RTT_NANOS;
        if (sample.roundTrip > 0 && (minRtt == 0 || sample.roundTrip < minRtt || expired)) {
            minRtt = sample.roundTrip;
            minRttAt = sample.now;
        }
        if (expired && state != State.PROBE_RTT) {
            state = State.PROBE_RTT;
            savedWindow = Math.max(savedWindow, window);
            probeRttDone = 0;
        }
        if (state == State.PROBE_RTT) {
            if (probeRttDone == 0 && sample.inFlight <= 4 * PACKET) {
                probeRttDone = sample.now + PROBE_RTT_NANOS;
            } else if (probeRttDone != 0 && sample.now > probeRttDone && roundStarted) {
                minRttAt = sample.now;
                window = Math.max(window, savedWindow);
                savedWindow = 0;
                probeBandwidth(sample.now);
            }
        }
    }

    private void updateWindow(RateSample sample, double gain) {
        window = Math.max(PACKET, window - sample.lost);
        if (enteredRecovery) {
            enteredRecovery = false;
            conserving = true;
            nextRound = sample.totalDelivered;
            window = sample.inFlight + sample.acknowledged;
        }
        if (conserving) {
            window = Math.max(window, sample.inFlight + sample.acknowledged);
        } else {
            double target = product(gain);
            if (full) {
                window = Math.min(window + sample.acknowledged, target);
            } else if (window < target) {
                window += sample.acknowledged;
            }
            window = Math.max(window, 4 * PACKET);
        }
        if (state == State.PROBE_RTT) {
            window = Math.min(window, 4 * PACKET);
        }
    }

    @Override
    public void onRestartFromIdle(long nowNanos) {}

    @Override
    public void onLost(long inFlightWhenSent, long lostSince) {}

    @Override
    public void onRecovery() {
        savedWindow = Math.max(savedWindow, window);
        enteredRecovery = true;
    }

    @Override
    public void onRecovered(boolean spurious) {
        window = Math.max(window, savedWindow);
        savedWindow = 0;
        conserving = false;
        enteredRecovery = false;
    }

    @Override
    public void onTimeout(long inFlight) {
        window = inFlight + 1;
        fullBandwidth = 0;
    }

    @Override
    public void onPathChange() {
        throw new UnsupportedOperationException("a rival has one path");
    }
}
