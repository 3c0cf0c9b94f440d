package omega.flock.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omega.flock.transport.flow.LineSimulation.Flow;
import omega.flock.transport.flow.LineSimulation.Line;
import org.junit.jupiter.api.Test;

/** The phases of BBR and what leads from one to the next, each on a line that brings it about. */
class BbrTest {
    private static final Line CLEAN = new Line(25, 100, 512, 0, 0);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final double BANDWIDTH = 12.5e6 / 1e9;
    private static final double PRODUCT = 12.5e6 * 0.05;

    private final Bbr bbr = new Bbr();

    private List<BbrPhase> phasesOf(LineSimulation simulation, int millis) {
        List<BbrPhase> seen = new ArrayList<>(List.of(bbr.phase()));
        for (int i = 0; i < millis; i++) {
            simulation.run(MILLI);
            if (bbr.phase() != seen.getLast()) {
                seen.add(bbr.phase());
            }
        }
        return seen;
    }

    @Test
    void aNewStreamStartsUpDrainsItsQueueAndThenProbesInCycles() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        simulation.flow(bbr, Duration.ZERO);
        List<BbrPhase> seen = phasesOf(simulation, 4_000);
        assertEquals(List.of(BbrPhase.STARTUP, BbrPhase.DRAIN), seen.subList(0, 2), seen::toString);
        assertTrue(seen.containsAll(List.of(BbrPhase.DOWN, BbrPhase.CRUISE, BbrPhase.REFILL, BbrPhase.UP)), seen::toString);
        assertEquals(2, seen.lastIndexOf(BbrPhase.DRAIN) + seen.indexOf(BbrPhase.DRAIN), "drained once");
        assertEquals(BANDWIDTH, bbr.bandwidth(), 0.02 * BANDWIDTH);
        assertFalse(seen.contains(BbrPhase.PROBE_RTT), "its queue runs empty in every cycle, so the round trip shows by itself");
    }

    @Test
    void aPhaseRefusesWhatCannotFollowIt() {
        assertTrue(BbrPhase.UP.mayBecome(BbrPhase.DOWN));
        assertFalse(BbrPhase.UP.mayBecome(BbrPhase.CRUISE));
        assertFalse(BbrPhase.STARTUP.mayBecome(BbrPhase.UP));
        assertFalse(BbrPhase.PROBE_RTT.mayBecome(BbrPhase.UP));
        for (BbrPhase phase : BbrPhase.values()) {
            assertFalse(phase.mayBecome(phase), phase.name());
            assertEquals(phase != BbrPhase.PROBE_RTT, phase.mayBecome(BbrPhase.PROBE_RTT), phase.name());
        }
    }

    @Test
    void aPathThatSeemsToHaveBecomeLongerIsEmptiedToSeeItsRoundTrip() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(1)).become(new Line(30, 100, 512, 0, 0));
        List<BbrPhase> seen = phasesOf(simulation, 9_000);
        assertTrue(seen.contains(BbrPhase.PROBE_RTT), seen::toString);
        assertEquals(BbrPhase.CRUISE, seen.get(seen.indexOf(BbrPhase.PROBE_RTT) + 1));
    }

    @Test
    void moreBandwidthIsFoundWithinSeconds() {
        LineSimulation simulation = new LineSimulation(new Line(25, 20, 512, 0, 0), 1);
        Flow flow = simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(3)).become(CLEAN);
        simulation.run(Duration.ofSeconds(3)).mark().run(Duration.ofSeconds(2));
        assertTrue(flow.megabytesPerSecond() > 10, simulation::toString);
    }

    @Test
    void lessBandwidthIsNoticedWithinTwoCycles() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        Flow flow = simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(3)).become(new Line(25, 20, 512, 0, 0));
        simulation.run(Duration.ofSeconds(12)).mark().run(Duration.ofSeconds(5));
        System.out.println(simulation);
        assertTrue(flow.megabytesPerSecond() > 1.5, simulation::toString);
    }

    @Test
    void losingOneInAHundredByChanceTeachesNoBound() {
        LineSimulation simulation = new LineSimulation(new Line(25, 100, 2048, 1, 0), 3);
        simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(5));
        assertTrue(bbr.window() > 1.2 * PRODUCT, "window " + bbr.window());
        assertEquals(0, simulation.droppedByQueue());
    }

    @Test
    void whoWritesAgainAfterAPauseSendsNoBurst() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        Flow flow = simulation.flow(bbr, Duration.ZERO).limitedTo(20_000_000);
        simulation.run(Duration.ofSeconds(10));
        assertTrue(flow.finishedMillis() > 0);
        flow.writeMore(5_000_000);
        simulation.mark().run(Duration.ofMillis(60));
        assertTrue(simulation.queueMillisAtMost() < 5, simulation::toString);
        assertTrue(flow.megabytesPerSecond() > 4, simulation::toString);
    }

    @Test
    void aStreamThatIsMostlySilentKeepsWhatItLearnt() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        Flow flow = simulation.flow(bbr, Duration.ZERO).limitedTo(10_000_000);
        simulation.run(Duration.ofSeconds(3));
        double learnt = bbr.bandwidth();
        for (int i = 0; i < 300; i++) {
            flow.writeMore(2_000);
            simulation.run(Duration.ofMillis(100));
        }
        assertEquals(learnt, bbr.bandwidth(), 0.01 * learnt, "what the user's silence limits is no measure of the path");
    }

    @Test
    void anotherPathIsLearntFromTheBeginning() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(2));
        bbr.onPathChange();
        assertEquals(BbrPhase.STARTUP, bbr.phase());
        assertEquals(0, bbr.bandwidth());
        assertEquals(10 * 1200, bbr.window());
        assertEquals(Double.POSITIVE_INFINITY, bbr.pacingRate());
    }

    @Test
    void aTimeoutLeavesOnePacketAndRecoveryBringsTheWindowBack() {
        LineSimulation simulation = new LineSimulation(CLEAN, 1);
        simulation.flow(bbr, Duration.ZERO);
        simulation.run(Duration.ofSeconds(2));
        long before = bbr.window();
        bbr.onRecovery();
        bbr.onTimeout(3_000);
        assertEquals(3_001, bbr.window(), "one packet more than is in flight may go");
        bbr.onRecovered(false);
        assertEquals(before, bbr.window());
    }

    @Test
    void lossesThatWereNoneAreForgotten() {
        BbrBounds bounds = new BbrBounds();
        bounds.reach(900_000, 600_000);
        bounds.save();
        bounds.reach(100_000, 100_000);
        bounds.lower(0.01, 50_000);
        bounds.restore();
        assertEquals(900_000, bounds.high());
        assertEquals(Double.POSITIVE_INFINITY, bounds.low());
        assertEquals(Double.POSITIVE_INFINITY, bounds.bandwidthLow());
    }

    @Test
    void aCycleInWhichNothingWasMeasuredEndsNothing() {
        BandwidthFilter filter = new BandwidthFilter();
        filter.add(0.01);
        filter.advance();
        filter.advance();
        filter.advance();
        assertEquals(0.01, filter.maximum());
        filter.add(0.005);
        filter.advance();
        assertEquals(0.005, filter.maximum());
    }

    /**
     * A drop-tail queue that is always full shares a line by what arrives. With a gain of 1.25 any share up to a seventh is stable beside a
     * rival of 13 MB/s: a probe loses more than it gains. A JavaScript peer is such a rival: it hears of none of its losses.
     */
    @Test
    void besideARivalThatKeepsTheQueueFullForGoodAProbeGoesFurther() {
        FullLine line = new FullLine(13e6 / 1e9);
        line.run(30_000);
        double crowdedOut = line.shareOfTheLast(5_000);
        assertTrue(crowdedOut > 0.3 && crowdedOut < 0.6, () -> "beside a rival " + crowdedOut);
        line.rival = 0;
        line.run(8_000);
        assertTrue(line.shareOfTheLast(3_000) > 0.85, () -> "without it the line is ours: " + line.shareOfTheLast(3_000));
        long before = line.lost;
        line.run(5_000);
        assertTrue(line.lost - before < BANDWIDTH * 5e9 / 50, () -> "and hardly overfilled: " + (line.lost - before));
    }

    /**
     * A line on which bytes flow in steps of a millisecond; its round trip is 91 ms while the queue is full, 50 when it is empty, as it is
     * for a moment in each eight seconds, when the rival looks for the round trip.
     */
    private final class FullLine {
        private static final int STEP = 1_000_000;
        private static final int FULL = 91;
        private static final int EMPTY = 50;
        private static final int RIVAL_PAUSES = 8_000;
        private static final int RIVAL_PAUSE = 200;

        private final double[] sent = new double[100_000]; // in each step
        private final double[] delivered = new double[100_000]; // until each step
        private double rival;
        private long lost;
        private int now;

        FullLine(double rival) {
            this.rival = rival;
        }

        void run(int steps) {
            for (int end = now + steps; now < end; now++) {
                double others = now % RIVAL_PAUSES < RIVAL_PAUSE ? 0 : rival;
                int trip = others > 0 ? FULL : EMPTY;
                double inFlight = sentSince(now - trip);
                double room = Math.max(0, bbr.window() - inFlight);
                sent[now] = Math.min(room, bbr.pacingRate() == Double.POSITIVE_INFINITY ? room : bbr.pacingRate() * STEP);
                acknowledge(trip, others, inFlight + sent[now]);
            }
        }

        private void acknowledge(int trip, double others, double inFlight) {
            int then = now - trip;
            double arrived = then < 0 ? 0 : sent[then];
            double got = arrived * Math.min(1, BANDWIDTH / (arrived / STEP + others));
            delivered[now] = (now == 0 ? 0 : delivered[now - 1]) + got;
            if (arrived == 0) {
                return;
            }
            RateSample sample = new RateSample();
            sample.now = (long) now * STEP + STEP;
            sample.acknowledged = (long) got;
            sample.lost = (long) (arrived - got);
            sample.roundTrip = (long) trip * STEP;
            sample.inFlight = (long) inFlight;
            sample.totalDelivered = (long) delivered[now];
            sample.priorDelivered = (long) delivered[then];
            sample.sentInFlight = (long) inFlight;
            sample.delivered = sample.totalDelivered - sample.priorDelivered;
            sample.interval = (long) trip * STEP;
            lost += sample.lost;
            bbr.onSample(sample);
            if (sample.lost > 0) {
                bbr.onLost(sample.sentInFlight, sample.lost * trip);
            }
        }

        private double sentSince(int step) {
            double sum = 0;
            for (int i = Math.max(0, step + 1); i < now; i++) {
                sum += sent[i];
            }
            return sum;
        }

        double shareOfTheLast(int steps) {
            return (delivered[now - 1] - delivered[now - 1 - steps]) / (BANDWIDTH * STEP * steps);
        }
    }
}
