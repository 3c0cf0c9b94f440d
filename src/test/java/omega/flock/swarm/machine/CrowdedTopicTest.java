package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.FoundPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a node names as many peers as its answer holds, it may know others: the machine looks again soon, and not for ever. */
class CrowdedTopicTest {
    private static final Topic TOPIC = Topic.filled("crowd");
    private static final JoinModes BOTH = new JoinModes(true, true, Integer.MAX_VALUE);
    private static final JoinModes CLIENT = new JoinModes(false, true, Integer.MAX_VALUE);
    private static final JoinModes SERVER = new JoinModes(true, false, Integer.MAX_VALUE);
    private static final int FULL = 20;
    private static final List<PeerAddress> NODES = List.of(new PeerAddress("10.0.0.1", 1));
    /** Nobody is dialled, so that only the topic has a deadline. */
    private static final MachineOptions OPTIONS =
            new MachineOptions(key(0), new DialBudget(0, 0, 0, 0, 1), Backoffs.defaults(new SplittableRandom(1)), false);

    private final SwarmMachine machine = new SwarmMachine(OPTIONS, new SplittableRandom(7));
    private final List<Job> started = new ArrayList<>();
    private final List<Job> stopped = new ArrayList<>();
    private long now;

    private static PublicKey key(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) number;
        return PublicKey.of(bytes);
    }

    private void perform() {
        for (Effect effect = machine.nextEffect(); effect != null; effect = machine.nextEffect()) {
            if (effect instanceof Effect.Start(Job job, long ignored)) {
                started.add(job);
                if (job instanceof Job.Listen listen) {
                    assertTrue(machine.listens(listen));
                }
            } else if (effect instanceof Effect.Stop(Job job, boolean ignored)) {
                stopped.add(job);
            }
        }
    }

    private JoinedTopic join(JoinModes modes) {
        machine.time(now, now / 1_000_000);
        machine.join(TOPIC, modes);
        perform();
        return machine.find(TOPIC).orElseThrow();
    }

    private Job.Search search() {
        return (Job.Search) started.getLast();
    }

    /** The walk under way meets a node that names so many, and ends; so does the second look that may follow a first announcement. */
    private void ends(int named, boolean success) {
        int before;
        do {
            before = started.size();
            Job.Search search = search();
            machine.found(search, IntStream.rangeClosed(1, named).mapToObj(n -> new FoundPeer(key(n), List.of())).toList());
            machine.searched(search, NODES, success);
            perform();
        } while (started.size() > before);
    }

    /** Turns the clock to what is due next, and says how far. */
    private Duration turn() {
        long due = machine.deadline().orElseThrow();
        Duration pause = Duration.ofNanos(due - now);
        now = due;
        machine.time(now, now / 1_000_000);
        machine.due();
        perform();
        return pause;
    }

    private static void assertAbout(Duration pause, Duration actual) {
        assertTrue(actual.compareTo(pause) >= 0 && actual.compareTo(pause.plus(pause.dividedBy(5))) <= 0, actual + " is about " + pause);
    }

    private void assertLook(int seconds) {
        assertAbout(Duration.ofSeconds(seconds), turn());
        assertEquals(Job.Kind.LOOKUP, search().kind());
    }

    private void assertRefresh(Job.Kind kind) {
        assertAbout(SwarmConstants.REFRESH_INTERVAL, turn());
        assertEquals(kind, search().kind());
    }

    @Test
    void itIsLookedAtThreeTimesMoreInTwoMinutesAndRefreshedAsAnyOtherFromThenOn() {
        join(BOTH);
        assertEquals(Job.Kind.ANNOUNCE, search().kind());
        for (int seconds : new int[] {5, 20, 80}) {
            ends(FULL, true);
            assertLook(seconds);
            assertEquals(NODES, search().seeds(), "at the nodes that are known");
        }
        for (int refreshes = 0; refreshes < 6; refreshes++) {
            ends(FULL, true);
            assertRefresh(Job.Kind.ANNOUNCE);
        }
    }

    @Test
    void whoOnlyLooksDoesSoToo() {
        join(CLIENT);
        for (int seconds : new int[] {5, 20, 80}) {
            ends(FULL, true);
            assertLook(seconds);
        }
        ends(FULL, true);
        assertRefresh(Job.Kind.LOOKUP);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, FULL - 1})
    void anAnswerWithRoomInItNamesEverybodyItsNodeKnows(int named) {
        join(BOTH);
        ends(named, true);
        assertRefresh(Job.Kind.ANNOUNCE);
    }

    @Test
    void whoDoesNotLookForPeersDoesNotLookAgain() {
        join(SERVER);
        ends(FULL, true);
        assertRefresh(Job.Kind.ANNOUNCE);
    }

    @Test
    void theLooksEndWhenTheCrowdHasGone() {
        join(BOTH);
        ends(FULL, true);
        assertLook(5);
        ends(FULL - 1, true);
        assertRefresh(Job.Kind.ANNOUNCE);
    }

    @Test
    void aRefreshThatFailsIsTriedThreeTimesMoreInTwoMinutesAndLaterAsAnyOther() {
        JoinedTopic topic = join(BOTH);
        for (int seconds : new int[] {5, 20, 80}) {
            ends(FULL, false);
            assertFalse(topic.lastOutcome());
            assertAbout(Duration.ofSeconds(seconds), turn());
            assertEquals(Job.Kind.ANNOUNCE, search().kind());
        }
        for (int refreshes = 0; refreshes < 3; refreshes++) {
            ends(FULL, false);
            assertRefresh(Job.Kind.ANNOUNCE);
        }
    }

    @Test
    void aRefreshThatFailedIsLookedAfterLikeAnyOtherOnceItSucceeds() {
        JoinedTopic topic = join(BOTH);
        ends(0, false);
        assertAbout(Duration.ofSeconds(5), turn());
        ends(FULL, true);
        assertTrue(topic.lastOutcome());
        assertLook(20);
        ends(0, true);
        assertRefresh(Job.Kind.ANNOUNCE);
    }

    @Test
    void aLookThatFailsLeavesTheAnnouncementWhatItWas() {
        JoinedTopic topic = join(BOTH);
        ends(FULL, true);
        assertLook(5);
        ends(0, false);
        assertTrue(topic.lastOutcome());
        machine.leave(topic);
        perform();
        assertEquals(NODES, ((Job.Unannounce) started.getLast()).holders());
    }

    /** What asks for a refresh. */
    private enum Wish {
        USER(machine -> machine.refresh(machine.find(TOPIC).orElseThrow())),
        JOIN(machine -> machine.join(TOPIC, CLIENT)),
        NETWORK(SwarmMachine::networkChanged);

        private final Consumer<SwarmMachine> act;

        Wish(Consumer<SwarmMachine> act) {
            this.act = act;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefreshDoesNotMakeDoWithALookUnderWayAndTheLooksBeginAnew(Wish wish) {
        JoinedTopic topic = join(BOTH);
        ends(FULL, true);
        assertLook(5);
        ends(FULL, true);
        assertLook(20);
        Job.Search look = search();
        Refresh looking = topic.refresh().orElseThrow();
        wish.act.accept(machine);
        perform();
        assertEquals(List.of(look), stopped);
        assertFalse(looking.outcome().settled(), "who waited for the look waits for the refresh");
        machine.searched(look, NODES, false);
        perform();
        assertEquals(Job.Kind.ANNOUNCE, search().kind());
        ends(FULL, true);
        assertTrue(looking.outcome().success());
        assertEquals(Optional.empty(), topic.refresh());
        assertLook(5);
    }
}
