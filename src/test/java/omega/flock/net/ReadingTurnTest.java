package omega.flock.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a port is left to the user of a conversation, and how the reader gets it back. */
@Timeout(20)
class ReadingTurnTest {
    private static final Object CONVERSATION = "one";
    private static final Object ANOTHER = "another";

    private final ReadingTurn turn = new ReadingTurn();

    private static boolean lone(ReadingTurn turn, Object conversation) {
        assertFalse(turn.begin(conversation, true), "the reader reads");
        turn.arrivedFor(conversation);
        return turn.isEarned(1);
    }

    private boolean lone(Object conversation) {
        return lone(turn, conversation);
    }

    private static void earn(ReadingTurn turn) {
        turn.isEarned(0);
        for (int i = 0; i < NetConstants.LONE_DATAGRAMS_IN_A_ROW; i++) {
            assertFalse(lone(turn, CONVERSATION), "too early");
        }
        assertTrue(lone(turn, CONVERSATION));
    }

    private void earn() {
        earn(turn);
    }

    private static void earnOnVirtualThread(ReadingTurn turn) {
        CompletableFuture<Void> earned = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            earn(turn);
            earned.complete(null);
        });
        earned.join();
    }

    private static CompletableFuture<Void> readerLeaves(ReadingTurn turn) {
        return CompletableFuture.runAsync(turn::leave, task -> new Thread(task).start());
    }

    /** Has the port earned and left, until the user has come in time. {@return the reader, which waits for its turn} */
    private static CompletableFuture<Void> userBegins(ReadingTurn turn, Consumer<ReadingTurn> earning) {
        while (true) {
            earning.accept(turn);
            CompletableFuture<Void> reader = readerLeaves(turn);
            while (!reader.isDone()) { // else it looked twice before we came
                if (turn.begin(CONVERSATION, true)) {
                    return reader;
                }
                Thread.onSpinWait();
            }
        }
    }

    private CompletableFuture<Void> userBegins() {
        return userBegins(turn, ReadingTurnTest::earn);
    }

    @Test
    void aPortIsTheReadersUntilOneConversationHasItForItself() {
        earn();
        assertTrue(lone(CONVERSATION));
        CompletableFuture<Void> reader = userBegins();
        turn.end(false);
        reader.join();
    }

    @Test
    void anythingElseThatComesEndsIt() {
        earn();
        assertFalse(lone(ANOTHER));
        earn();
        turn.begin(CONVERSATION, true);
        assertFalse(turn.isEarned(1), "a datagram of no conversation");
        earn();
        turn.begin(CONVERSATION, true);
        turn.arrivedFor(CONVERSATION);
        assertFalse(turn.isEarned(2), "a burst");
        earn();
        assertFalse(turn.isEarned(0), "nothing");
        earn();
    }

    @Test
    void aDatagramThatNobodyWaitedForDoesNotCount() {
        earn();
        turn.arrivedFor(CONVERSATION);
        assertFalse(turn.isEarned(1));
        for (int i = 0; i < 2 * NetConstants.LONE_DATAGRAMS_IN_A_ROW; i++) {
            turn.begin(ANOTHER, true);
            turn.arrivedFor(CONVERSATION);
            assertFalse(turn.isEarned(1));
        }
    }

    @Test
    void aReaderComesBackWhenNobodyReadsAndTheUserHasToEarnItAgain() {
        earn();
        turn.leave();
        assertFalse(lone(CONVERSATION));
    }

    @Test
    void aReaderStaysForAUserWhoWasBackSoonerAndWaitsToBeWoken() {
        earn();
        for (int i = 0; i < 100; i++) {
            assertFalse(turn.begin(CONVERSATION, true));
            turn.leave();
            assertFalse(turn.begin(CONVERSATION, true), "it did not leave");
            turn.arrivedFor(CONVERSATION);
            assertTrue(turn.isEarned(1), "nothing is lost");
        }
    }

    @Test
    void aUserWhoExpectsNoReplyAnyMoreReadsOnceAndNoMore() {
        earn();
        CompletableFuture<Void> reader = readerLeaves(turn);
        while (!turn.begin(CONVERSATION, false)) {
            if (reader.isDone()) {
                earn();
                reader = readerLeaves(turn);
            }
            Thread.onSpinWait();
        }
        turn.arrivedFor(CONVERSATION);
        assertFalse(turn.isEarned(1));
        turn.end(false);
        reader.join();
    }

    @Test
    void onlyTheUserOfTheConversationReadsAndAtATime() {
        CompletableFuture<Void> reader = userBegins();
        assertFalse(turn.begin(CONVERSATION, true));
        assertFalse(turn.begin(ANOTHER, true));
        turn.end(true);
        assertFalse(turn.begin(ANOTHER, true));
        reader.join();
    }

    @Test
    void aUserWhoGotSomethingElseGivesTheTurnBack() {
        CompletableFuture<Void> reader = userBegins();
        turn.end(false);
        reader.join();
        assertFalse(lone(CONVERSATION), "to be earned again");
    }

    @Test
    void aUserWhoGotItsReplyMayReadAgain() {
        CompletableFuture<Void> reader = userBegins();
        int turns = 1;
        turn.end(true);
        while (!reader.isDone()) {
            if (turn.begin(CONVERSATION, true)) {
                turn.arrivedFor(CONVERSATION);
                assertTrue(turn.isEarned(1));
                turn.end(++turns < 100);
            }
        }
        reader.join();
    }

    @Test
    void halfOfTheCarriersStayWithOtherVirtualThreads() {
        int lendable = Runtime.getRuntime().availableProcessors() / 2;
        List<ReadingTurn> lent = new ArrayList<>();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < lendable; i++) {
            ReadingTurn next = new ReadingTurn();
            lent.add(next);
            readers.add(userBegins(next, ReadingTurnTest::earnOnVirtualThread));
        }
        earnOnVirtualThread(turn);
        turn.leave(); // in vain, whether a user comes or not
        assertFalse(turn.begin(CONVERSATION, true));
        CompletableFuture<Void> reader = userBegins(); // a platform thread needs no carrier
        turn.end(false);
        reader.join();
        lent.forEach(each -> each.end(false));
        readers.forEach(CompletableFuture::join);
        if (lendable > 0) {
            CompletableFuture<Void> again = userBegins(turn, ReadingTurnTest::earnOnVirtualThread);
            turn.end(false);
            again.join();
        }
    }
}
