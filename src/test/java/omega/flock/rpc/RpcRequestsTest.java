package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Single requests: how they are sent, repeated, answered and ended. */
class RpcRequestsTest {

    private static final NodeId TARGET = NodeId.of(new byte[32]);

    private RpcSwarm swarm;
    private RpcNode node;
    private SilentPort silent;

    @BeforeEach
    void start() throws Exception {
        swarm = new RpcSwarm(20);
        node = swarm.ephemeral();
        silent = silentPort();
    }

    @AfterEach
    void stop() {
        swarm.close();
    }

    private SilentPort silentPort() throws Exception {
        String host = swarm.newHost();
        return new SilentPort(swarm.network().host(host), host);
    }

    @Test
    void anUnansweredRequestIsSentFourTimesWithTheSameBytes() {
        FlockException failure = assertThrows(FlockException.class,
                () -> node.request(RpcRequest.of(9).withTarget(TARGET), silent.address()));
        assertEquals("REQUEST_TIMEOUT", failure.code());
        List<SilentPort.Received> received = silent.received();
        assertEquals(4, received.size());
        received.forEach(datagram -> assertArrayEquals(received.getFirst().bytes(), datagram.bytes()));
        assertEquals(3, node.stats().requests().retries());
        assertEquals(1, node.stats().requests().timeouts());
        assertEquals(0, node.stats().requests().active());
    }

    @Test
    void withoutRetriesItIsSentOnce() {
        assertThrows(FlockException.class, () -> node.request(RpcRequest.of(9).withRetries(0), silent.address()));
        assertEquals(1, silent.received().size());
        assertEquals(0, node.stats().requests().retries());
    }

    @Test
    void aListenerHearsTheEndOnceAndThatItIsSlow() throws Exception {
        Ending ending = new Ending();
        RequestHandle handle = node.send(RpcRequest.of(9), silent.address(), ending);
        assertEquals(0, ending.calls.get());
        assertEquals("REQUEST_TIMEOUT", ending.failureCode());
        assertFalse(handle.cancel(), "it has ended already");
        assertEquals(1, ending.calls.get());
        assertEquals(1, ending.slow.get());
    }

    @Test
    void aCancelledRequestEndsAtOnceWithTheReasonGiven() throws Exception {
        Ending ending = new Ending();
        RequestHandle handle = node.send(RpcRequest.of(9).withTimeout(Duration.ofHours(1)), silent.address(), ending);
        assertTrue(handle.cancel(new FlockException(Code.SHUT_DOWN, "no longer wanted")));
        assertEquals("SHUT_DOWN", ending.failureCode());
        assertFalse(handle.cancel());
        assertEquals(1, ending.calls.get());
        assertEquals(0, node.stats().requests().active());
    }

    @Test
    void anInterruptEndsTheWaitAndTheRequest() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> node.request(RpcRequest.of(9), silent.address()));
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(0, node.stats().requests().active());
    }

    /** Attack: whoever knows the transaction id answers for the node that was asked, or keeps it alive in our table. */
    @Test
    void onlyTheNodeThatWasAskedCanAnswerAndOnlyOnce() throws Exception {
        SilentPort stranger = silentPort();
        Ending ending = new Ending();
        node.send(RpcRequest.of(9).withTimeout(Duration.ofSeconds(10)), silent.address(), ending);
        Eventually.holds("the request arrives", () -> !silent.received().isEmpty());
        PeerAddress us = silent.received().getFirst().from();
        byte[] reply = reply(us);
        stranger.send(reply, us);
        Eventually.holds("the stranger's is dropped", () -> node.stats().dropped(DropReason.WRONG_SOURCE) == 1);
        assertEquals(0, ending.calls.get());
        assertTrue(node.nodes(10).stream().noneMatch(stranger.address()::equals), "nor does it get into the table");
        silent.send(reply, us);
        assertEquals(silent.address(), ending.reply.get(5, TimeUnit.SECONDS).from());
        assertEquals(Optional.empty(), ending.reply.get().fromId(), "an id that does not follow from the address is none");
        silent.send(reply, us);
        Eventually.holds("the second is dropped", () -> node.stats().dropped(DropReason.UNKNOWN_TRANSACTION) == 1);
        assertEquals(1, ending.calls.get());
    }

    @Test
    void anAnswerToAnotherPortThanItWasAskedFromIsNone() throws Exception {
        Ending ending = new Ending();
        node.send(RpcRequest.of(9).withTimeout(Duration.ofSeconds(10)).withVia(node.serverPort()), silent.address(), ending);
        Eventually.holds("the request arrives", () -> !silent.received().isEmpty());
        PeerAddress server = silent.received().getFirst().from();
        node.send(RpcRequest.of(10).withTimeout(Duration.ofSeconds(10)).withVia(node.clientPort()), silent.address(), new Ending());
        Eventually.holds("the other one too", () -> silent.received().size() == 2);
        byte[] reply = reply(server);
        silent.send(reply, silent.received().get(1).from());
        Eventually.holds("it is dropped", () -> node.stats().dropped(DropReason.WRONG_SOURCE) == 1);
        silent.send(reply, server);
        assertEquals(silent.address(), ending.reply.get(5, TimeUnit.SECONDS).from());
    }

    @Test
    void aRequestThatIsPassedOnIsAnsweredByWhomeverItReached() throws Exception {
        SilentPort reached = silentPort();
        Ending ending = new Ending();
        node.send(RpcRequest.of(9).withTimeout(Duration.ofSeconds(10)).withForwarding(), silent.address(), ending);
        Eventually.holds("the request arrives", () -> !silent.received().isEmpty());
        PeerAddress us = silent.received().getFirst().from();
        reached.send(reply(us), us);
        assertEquals(reached.address(), ending.reply.get(5, TimeUnit.SECONDS).from());
    }

    /** To the first request that the silent node has received. */
    private byte[] reply(PeerAddress us) throws Exception {
        return new RpcMessage.Reply(silent.received().getFirst().request().tid(), us, Optional.of(TARGET), Optional.empty(), List.of(), 0,
                Optional.of(new byte[] {5})).encode();
    }

    @Test
    void closerNodesAreBoundedAndAddressesThatNobodyHasAreDropped() throws Exception {
        Ending ending = new Ending();
        node.send(RpcRequest.of(9).withTimeout(Duration.ofSeconds(10)), silent.address(), ending);
        Eventually.holds("the request arrives", () -> !silent.received().isEmpty());
        List<PeerAddress> named = new ArrayList<>();
        named.add(new PeerAddress("0.0.0.0", 5));
        named.add(new PeerAddress("1.2.3.4", 0));
        for (int i = 0; i < 200; i++) {
            named.add(new PeerAddress("1.2.3." + i, 5));
        }
        PeerAddress us = silent.received().getFirst().from();
        silent.send(new RpcMessage.Reply(silent.received().getFirst().request().tid(), us, Optional.empty(), Optional.empty(),
                named, 0, Optional.empty()).encode(), us);
        assertEquals(named.subList(2, 20), ending.reply.get(5, TimeUnit.SECONDS).closerNodes());
        assertEquals(182, node.stats().dropped(DropReason.EXCESS_CLOSER_NODES));
        assertEquals(2, node.stats().dropped(DropReason.BOGUS_ADDRESS));
    }

    @Test
    void aSilentNodeIsVisitedSixTimesAndWhoNamedItIsToldOnce() throws Exception {
        // A liar that names the silent node, and stays in the table itself.
        AtomicInteger visits = new AtomicInteger();
        RpcNode liar = swarm.persistent(request -> {
            visits.incrementAndGet();
            return false;
        });
        silent.introduceTo(liar);
        RpcQuery<RpcReply> query = node.query(QueryRequest.of(TARGET, 9).withNodes(List.of(RpcSwarm.addressOf(liar))));
        query.awaitFinished();
        assertEquals(6, silent.requests(false, 9).size());
        assertEquals(1, node.stats().commands().get(InternalCommand.DOWN_HINT).tx());
        assertEquals(1, visits.get(), "the liar answers with an error, and is asked once");
        Eventually.holds("the liar looks itself and forgets the node", () -> liar.nodes(10).stream()
                .noneMatch(silent.address()::equals));
        assertTrue(silent.requests(true, InternalCommand.PING.number()).size() >= 4);
    }

    @Test
    void downHintsCanBeForbiddenAndAreLimitedInEachTick() throws Exception {
        for (int limit : List.of(0, 1)) {
            RpcNode limited = RpcSwarm.ready(swarm.add(swarm.config().downHintsPerTick(limit).ephemeral(EphemeralMode.ALWAYS),
                    RequestHandler.NONE));
            RpcNode liar = swarm.persistent(RequestHandler.NONE);
            for (int i = 0; i < 8; i++) {
                silentPort().introduceTo(liar);
            }
            RpcQuery<RpcReply> query = limited.query(QueryRequest.of(TARGET, 9).withRetries(0)
                    .withNodes(List.of(RpcSwarm.addressOf(liar))));
            query.awaitFinished();
            long sent = limited.stats().commands().get(InternalCommand.DOWN_HINT).tx();
            // All eight time out together, and a tick may begin in their midst.
            assertTrue(limit <= sent && sent <= 2 * limit, "sent " + sent);
            assertTrue(limited.stats().dropped(DropReason.DOWN_HINT_BUDGET) >= 6, "limit " + limit);
        }
    }

    @Test
    void aNodeThatDoesNotAnswerAVisitLeavesTheTable() throws Exception {
        silent.introduceTo(node);
        assertTrue(node.nodes(10).contains(silent.address()));
        node.query(QueryRequest.findNode(TARGET)).awaitFinished();
        assertFalse(node.nodes(10).contains(silent.address()));
    }

    @Test
    void moreRequestsThanTheWindowHoldsAreSentInTime() throws Exception {
        RpcNode careful = RpcSwarm.ready(swarm.add(swarm.config().maxWindow(5).ephemeral(EphemeralMode.ALWAYS)
                .requestTimeout(Duration.ofSeconds(5)), RequestHandler.NONE));
        List<Ending> endings = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 200; i++) {
            Ending ending = new Ending();
            endings.add(ending);
            careful.send(RpcRequest.of(InternalCommand.PING), RpcSwarm.addressOf(swarm.bootstrapNode()), ending);
        }
        for (Ending ending : endings) {
            assertTrue(ending.reply.get(20, TimeUnit.SECONDS).isOk());
        }
        assertEquals(0, careful.stats().requests().active());
    }

    @Test
    void aWindowThatIsFullHoldsRequestsBackUntilTheNextSlot() throws Exception {
        RpcNode careful = RpcSwarm.ready(swarm.add(swarm.config().maxWindow(3).ephemeral(EphemeralMode.ALWAYS)
                .requestTimeout(Duration.ofSeconds(20)), RequestHandler.NONE));
        for (int i = 0; i < 10; i++) {
            careful.send(RpcRequest.of(9), silent.address(), new Ending());
        }
        Eventually.holds("the first ones arrive", () -> silent.requests(false, 9).size() >= 3);
        assertTrue(silent.requests(false, 9).size() <= 3);
        Eventually.holds("others follow in later slots", () -> silent.requests(false, 9).size() >= 5);
    }

    @Test
    void requestsBeyondTheBoundAreRefused() throws Exception {
        RpcNode fresh = swarm.add(swarm.config(), RequestHandler.NONE);
        Ending ignored = new Ending();
        for (int i = 0; i < RpcConstants.MAX_IN_FLIGHT; i++) {
            fresh.send(RpcRequest.of(9), silent.address(), ignored);
        }
        Ending refused = new Ending();
        fresh.send(RpcRequest.of(9), silent.address(), refused);
        assertEquals("TOO_MANY_REQUESTS", refused.failureCode());
        assertEquals(1, fresh.stats().dropped(DropReason.TOO_MANY_REQUESTS));
        fresh.close();
        Eventually.holds("all the others end", () -> ignored.calls.get() == RpcConstants.MAX_IN_FLIGHT);
        assertEquals(0, fresh.stats().requests().active());
    }

    @Test
    void requestsOfASessionEndTogetherAndTheSessionStaysUsable() throws Exception {
        RpcSession session = node.session();
        Ending one = new Ending();
        Ending two = new Ending();
        session.send(RpcRequest.of(9).withTimeout(Duration.ofHours(1)), silent.address(), one);
        session.send(RpcRequest.of(9).withTimeout(Duration.ofHours(1)), silent.address(), two);
        RpcQuery<RpcReply> query = session.query(QueryRequest.of(TARGET, 9).withNodes(List.of(silent.address())));
        assertTrue(session.live() >= 3);
        session.cancelAll(new FlockException(Code.SUSPENDED, "test"));
        assertEquals("SUSPENDED", one.failureCode());
        assertEquals("SUSPENDED", two.failureCode());
        assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, query::awaitFinished).code());
        assertEquals(0, session.live());
        assertTrue(session.request(RpcRequest.of(InternalCommand.PING), RpcSwarm.addressOf(swarm.bootstrapNode())).isOk());
        assertEquals(0, session.live());
    }

    /** Whoever closes it cannot know of those who are about to send. */
    @Test
    void aClosedSessionEndsWhatComesLaterAtOnce() throws Exception {
        RpcSession session = node.session();
        session.close();
        FlockException failure = assertThrows(FlockException.class,
                () -> session.request(RpcRequest.of(9).withTimeout(Duration.ofHours(1)), silent.address()));
        assertEquals("REQUEST_DESTROYED", failure.code());
        RpcQuery<RpcReply> query = session.query(QueryRequest.of(TARGET, 9).withNodes(List.of(silent.address())));
        assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, query::awaitFinished).code());
        assertEquals(0, session.live());
    }

    @Test
    void aClosedQueryEndsItsVisitsAndTellsItsConsumer() throws Exception {
        RpcQuery<RpcReply> query = node.query(QueryRequest.of(TARGET, 9).withNodes(List.of(silent.address())));
        Eventually.holds("the visit is under way", () -> !silent.received().isEmpty());
        query.close();
        query.close();
        assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, query::next).code());
        Eventually.holds("nothing is left", () -> node.stats().requests().active() == 0);
        assertEquals(0, node.stats().queries().active());
    }

    @Test
    void aQueryEndsAtItsDeadline() throws Exception {
        RpcQuery<RpcReply> query = node.query(endingAfter(Duration.ofMillis(100)));
        assertEquals("QUERY_TIMEOUT", assertThrows(FlockException.class, query::awaitFinished).code());
        assertFalse(node.query(QueryRequest.of(TARGET, 9).withNodes(List.of(silent.address()))).awaitFinished(Duration.ofMillis(10)));
    }

    private QueryRequest<RpcReply> endingAfter(Duration deadline) {
        return new QueryRequest<>(TARGET, 9, false, Optional.empty(), List.of(silent.address()), RpcConstants.DEFAULT_CONCURRENCY,
                RpcConstants.DEFAULT_QUERY_RETRIES, Optional::of, Optional.empty(), deadline);
    }
}
