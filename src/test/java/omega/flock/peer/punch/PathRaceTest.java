package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.runtime.Task;
import omega.flock.runtime.TaskScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PathRaceTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final PathRace<String> race = new PathRace<>();
    private final List<String> cancelled = new ArrayList<>();

    @Test
    void theFirstToWinWinsAndTheOthersAreCancelledOnce() throws Exception {
        PathRace<String>.Path lan = enter("lan");
        PathRace<String>.Path punch = enter("punch");
        PathRace<String>.Path passive = enter("passive");
        assertTrue(punch.win("5.5.5.10:1000"));
        assertFalse(lan.win("10.0.0.2:49737"));
        assertFalse(punch.win("5.5.5.10:1001"));
        passive.fail(failure("DIAL_TIMEOUT"));
        assertEquals("5.5.5.10:1000", race.await(LONG));
        assertEquals(List.of("lan", "passive"), cancelled);
        assertFalse(lan.isRunning() || punch.isRunning() || passive.isRunning());
    }

    @Test
    void aFailedPathDoesNotEndTheRaceWhileAnotherRunsOrMayEnter() throws Exception {
        enter("lan").fail(failure("REQUEST_TIMEOUT"));
        assertFalse(race.isOver(), "another path may enter");
        PathRace<String>.Path punch = enter("punch");
        race.closeEntries();
        assertFalse(race.isOver());
        assertTrue(punch.win("there"));
        assertEquals("there", race.await(LONG));
        assertEquals(List.of(), cancelled, "a path that failed has nothing to cancel");
    }

    @Test
    void aLossIsToldOnceAndAVictoryNever() throws Exception {
        List<String> lost = new ArrayList<>();
        PathRace<String> failing = new PathRace<>(() -> lost.add("failed"));
        PathRace<String>.Path only = failing.enter("only", () -> { });
        failing.closeEntries();
        assertEquals(List.of(), lost);
        only.fail(failure("PEER_NOT_FOUND"));
        only.fail(failure("SERVER_ERROR"));
        failing.abandon(failure("DIAL_TIMEOUT"));
        PathRace<String> abandoned = new PathRace<>(() -> lost.add("abandoned"));
        abandoned.abandon(failure("SHUT_DOWN"));
        abandoned.closeEntries();
        new PathRace<String>(() -> lost.add("empty")).closeEntries();
        PathRace<String> won = new PathRace<>(() -> lost.add("won"));
        assertTrue(won.settle("there"));
        won.abandon(failure("DIAL_TIMEOUT"));
        won.closeEntries();
        assertEquals("there", won.await(LONG));
        assertEquals(List.of("failed", "abandoned", "empty"), lost);
    }

    @Test
    void whenAllPathsFailTheFirstFailureIsThrownWithTheOthersInIt() {
        PathRace<String>.Path lan = enter("lan");
        PathRace<String>.Path punch = enter("punch");
        race.closeEntries();
        punch.fail(failure("HOLEPUNCH_ABORTED"));
        lan.fail(failure("REQUEST_TIMEOUT"));
        for (int waiter = 0; waiter < 2; waiter++) {
            FlockException thrown = assertThrows(FlockException.class, () -> race.await(LONG));
            assertEquals("HOLEPUNCH_ABORTED", thrown.code());
            assertEquals(List.of("REQUEST_TIMEOUT"), Arrays.stream(thrown.getSuppressed())
                    .map(each -> ((FlockException) each).code()).toList());
        }
        assertFalse(lan.win("too late"));
    }

    @Test
    void aRaceWithoutPathsIsLostWhenEntriesClose() {
        race.closeEntries();
        assertEquals("PEER_CONNECTION_FAILED", assertThrows(FlockException.class, () -> race.await(LONG)).code());
    }

    @Test
    void whoEntersTooLateIsCancelledAtOnce() {
        enter("lan").win("here");
        PathRace<String>.Path late = enter("late");
        assertEquals(List.of("late"), cancelled);
        assertFalse(late.isRunning());
        assertFalse(late.win("there"));
    }

    @Test
    void aResultThatProvesItselfEndsTheRaceForAllPaths() throws Exception {
        enter("lan");
        PathRace<String>.Path punch = enter("punch");
        assertTrue(race.settle("the peer's opening frame"));
        assertFalse(race.settle("again"));
        assertFalse(punch.win("late"));
        assertEquals(List.of("lan", "punch"), cancelled);
        assertEquals("the peer's opening frame", race.await(LONG));
    }

    @Test
    void abandoningCancelsAllAndTellsWhy() {
        enter("lan");
        enter("punch").fail(failure("HOLEPUNCH_ABORTED"));
        assertTrue(race.abandon(failure("SUSPENDED")));
        assertFalse(race.abandon(failure("SERVER_ERROR")));
        assertEquals(List.of("lan"), cancelled);
        FlockException thrown = assertThrows(FlockException.class, () -> race.await(LONG));
        assertEquals("SUSPENDED", thrown.code());
        assertEquals(1, thrown.getSuppressed().length);
    }

    @Test
    void theDeadlineAbandonsTheRace() {
        enter("lan");
        FlockException thrown = assertThrows(FlockException.class, () -> race.await(Duration.ofMillis(1)));
        assertEquals("PEER_CONNECTION_FAILED", thrown.code());
        assertEquals(List.of("lan"), cancelled);
        assertTrue(race.isOver());
    }

    @Test
    void ofManyThreadsExactlyOneWinsAndExactlyTheOthersAreCancelled() throws Exception {
        int paths = 8;
        try (TaskScope scope = new TaskScope("race")) {
            for (int round = 0; round < 200; round++) {
                PathRace<Integer> contest = new PathRace<>();
                AtomicInteger cancellations = new AtomicInteger();
                CyclicBarrier start = new CyclicBarrier(paths);
                List<Task<Boolean>> runners = new ArrayList<>();
                for (int i = 0; i < paths; i++) {
                    int number = i;
                    runners.add(scope.forkCallable("path-" + i, () -> {
                        start.await();
                        return contest.enter("path " + number, cancellations::incrementAndGet).win(number);
                    }));
                }
                List<Integer> winners = new ArrayList<>();
                for (int i = 0; i < paths; i++) {
                    if (runners.get(i).join()) {
                        winners.add(i);
                    }
                }
                assertEquals(List.of(contest.await(LONG)), winners);
                assertEquals(paths - 1, cancellations.get());
            }
        }
    }

    private PathRace<String>.Path enter(String name) {
        return race.enter(name, () -> cancelled.add(name));
    }

    private static FlockException failure(String code) {
        return new FlockException(Code.valueOf(code), code.toLowerCase());
    }
}
