package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HealthWindowTest {

    private final HealthWindow health = new HealthWindow();
    private long responses;
    private long timeouts;

    private boolean tick(int newResponses, int newTimeouts) {
        responses += newResponses;
        timeouts += newTimeouts;
        return health.update(responses, timeouts);
    }

    private void ticks(int times, int newResponses, int newTimeouts) {
        for (int i = 0; i < times; i++) {
            tick(newResponses, newTimeouts);
        }
    }

    private void warmUp() {
        ticks(3, 10, 0);
    }

    @Test
    void aNewNodeIsOnlineWhateverHappensInItsFirstTicks() {
        ticks(3, 0, 10);
        assertTrue(health.online());
        assertFalse(health.degraded());
    }

    @Test
    void twoTicksWithoutAnAnswerMeanOfflineAndOneAnswerEndsIt() {
        warmUp();
        assertFalse(tick(0, 4));
        assertTrue(health.online());
        assertTrue(tick(0, 4));
        assertFalse(health.online());
        assertFalse(health.degraded());
        assertTrue(tick(4, 0));
        assertTrue(health.online());
    }

    @Test
    void nobodyWhoAnswersTheFirstWalkMeansOfflineAtOnceUntilAnybodyDoes() {
        assertTrue(health.nobodyAnswered());
        assertFalse(health.online());
        assertFalse(health.nobodyAnswered());
        assertFalse(tick(0, 3));
        assertFalse(health.reset());
        assertFalse(health.online(), "a wake-up is no answer");
        assertTrue(tick(1, 3), "one answer will do, in whichever tick");
        assertTrue(health.online());
        assertFalse(health.unreached());
        assertFalse(tick(0, 0));
    }

    @Test
    void silenceAddsUpOverIdleTicksUntilSomebodyAnswers() {
        warmUp();
        assertFalse(health.silent());
        assertFalse(tick(0, 3));
        ticks(5, 0, 0);
        assertTrue(health.online(), "three may all be gone for good");
        assertTrue(health.silent(), "reason enough to ask others");
        assertTrue(tick(0, 1));
        assertFalse(health.online());
        ticks(5, 0, 0);
        assertFalse(health.online(), "not to ask is no answer");
        assertTrue(health.silent());
        assertTrue(tick(1, 3), "one answer will do");
        assertTrue(health.online());
        assertFalse(health.silent());
    }

    @Test
    void oneTickIsNoSilenceHoweverManyDoNotAnswerInIt() {
        warmUp();
        tick(0, 90);
        ticks(5, 0, 0);
        assertTrue(health.online());
        tick(1, 90);
        tick(0, 90);
        assertTrue(health.online(), "somebody has answered in between");
    }

    @Test
    void whoIsCutOffIsOfflineAtOnceUntilSomebodyAnswers() {
        warmUp();
        responses += 7; // within the tick, before the line went
        assertTrue(health.cutOff(responses));
        assertFalse(health.online());
        assertFalse(health.unreached());
        assertTrue(health.silent());
        assertFalse(health.cutOff(responses));
        assertFalse(tick(0, 0));
        assertFalse(health.online());
        assertTrue(tick(1, 0));
        assertTrue(health.online());
    }

    @Test
    void fourBadTicksMeanDegradedAndFourGoodOnesEndIt() {
        warmUp();
        ticks(3, 4, 6);
        assertFalse(health.degraded());
        assertTrue(tick(4, 6));
        assertTrue(health.degraded());
        assertTrue(health.online());
        ticks(3, 6, 4);
        assertTrue(health.degraded());
        assertTrue(tick(5, 5), "half is not more than half");
        assertFalse(health.degraded());
    }

    @Test
    void degradedEndsWhenTheNodeGoesOffline() {
        warmUp();
        ticks(4, 1, 9);
        assertTrue(health.degraded());
        ticks(2, 0, 9);
        assertFalse(health.online());
        assertFalse(health.degraded());
    }

    @Test
    void degradedClearsAlsoAfterAnOfflineTickLeftTheWindow() {
        warmUp();
        tick(0, 9);
        ticks(4, 1, 9);
        assertTrue(health.degraded());
        ticks(4, 9, 0);
        assertFalse(health.degraded(), "in JavaScript the counter is off by one for good here");
    }

    @Test
    void aResetMeansOnlineAndAColdWindow() {
        warmUp();
        ticks(2, 0, 9);
        assertTrue(health.reset());
        assertTrue(health.online());
        assertFalse(health.reset(), "nothing left to change");
        ticks(3, 0, 9);
        assertTrue(health.online(), "the window is not full yet");
        ticks(2, 0, 9);
        assertFalse(health.online());
        assertEquals(30, responses);
    }
}
