package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.Test;

/** Whole nodes on a network in memory; most of these are the tests of dht-rpc (dht.md 9.2) in our words. */
class RpcSwarmTest {

    private static final int STORE = 7;
    private static final RpcRequest WRITE = RpcRequest.of(STORE).withTarget(target(1));

    private static NodeId target(int seed) {
        byte[] bytes = new byte[RoutingConstants.ID_BYTES];
        Arrays.fill(bytes, (byte) seed);
        return NodeId.of(bytes);
    }

    private static List<RpcReply> all(RpcQuery<RpcReply> query) throws Exception {
        List<RpcReply> replies = new ArrayList<>();
        for (Optional<RpcReply> reply = query.next(); reply.isPresent(); reply = query.next()) {
            replies.add(reply.get());
        }
        return replies;
    }

    private static List<NodeId> nearest(RpcSwarm swarm, NodeId target) {
        return swarm.nodes().stream().map(RpcNode::id).flatMap(Optional::stream)
                .sorted(target::compareDistance).limit(RoutingConstants.K).toList();
    }

    @Test
    void aBootstrapperIsPersistentAtOnceWithTheIdOfItsAddress() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(1)) {
            RpcNode node = swarm.bootstrapNode();
            assertEquals(49737, node.serverPort().localAddress().getPort());
            assertFalse(node.ephemeral());
            assertFalse(node.firewalled());
            assertEquals(Optional.of(NodeId.of(RpcSwarm.addressOf(node))), node.id());
            assertEquals(Optional.of(RpcSwarm.addressOf(node)), node.remoteAddress());
        }
    }

    @Test
    void twoNodesBootstrapAndKnowEachOther() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(2, 2)) {
            RpcNode a = swarm.nodes().get(0);
            RpcNode b = swarm.nodes().get(1);
            assertEquals(List.of(RpcSwarm.addressOf(a)), b.nodes(10));
            RpcReply pong = b.ping(RpcSwarm.addressOf(a));
            assertEquals(a.id(), pong.fromId());
            assertEquals(RpcSwarm.addressOf(b), pong.to());
            assertTrue(pong.token().isEmpty());
            assertTrue(pong.value().isEmpty());
            assertEquals(List.of(RpcSwarm.addressOf(b)), a.nodes(10));
        }
    }

    @Test
    void aWalkThroughAHundredNodesFindsTheTwentyNearest() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(3, 100)) {
            RpcNode seeker = swarm.ephemeral();
            for (int i = 0; i < 5; i++) {
                NodeId target = target(40 * i);
                RpcQuery<RpcReply> query = seeker.query(QueryRequest.findNode(target));
                List<RpcReply> replies = all(query);
                assertEquals(nearest(swarm, target), query.closestNodes().stream().map(RpcPeer::id).toList());
                assertTrue(replies.size() >= RoutingConstants.K);
                Set<PeerAddress> distinct = new HashSet<>(replies.stream().map(RpcReply::from).toList());
                assertEquals(distinct.size(), replies.size(), "nobody is asked twice");

                RpcQuery<RpcReply> again = seeker.query(QueryRequest.findNode(target)
                        .withNodes(query.closestReplies().stream().map(RpcReply::from).toList()));
                again.awaitFinished();
                assertEquals(query.closestNodes(), again.closestNodes());
            }
            assertEquals(0, seeker.stats().commands().get(InternalCommand.DOWN_HINT).tx());
            assertEquals(0, seeker.stats().requests().active());
            assertEquals(0, seeker.stats().queries().active());
        }
    }

    @Test
    void commitsReachTheTwentyNearestNodesWithTheirTokens() throws Exception {
        Set<Integer> stored = ConcurrentHashMap.newKeySet();
        AtomicInteger withoutToken = new AtomicInteger();
        RequestHandler store = request -> {
            if (request.command() != STORE) {
                return false;
            }
            if (request.tokenValid()) {
                stored.add(request.to().hashCode());
            } else {
                withoutToken.incrementAndGet();
            }
            request.reply(Optional.empty());
            return true;
        };
        try (RpcSwarm swarm = RpcSwarm.of(4, 40, store)) {
            RpcNode writer = swarm.ephemeral();
            NodeId target = target(5);
            RpcQuery<RpcReply> query = writer.query(QueryRequest.of(target, STORE).withValue(new byte[] {1})
                    .withCommit(RpcSwarm.repeating(RpcRequest.of(STORE).withTarget(target).withValue(new byte[] {1}))));
            query.awaitFinished();
            assertEquals(RoutingConstants.K, stored.size());
            assertTrue(withoutToken.get() >= RoutingConstants.K);
        }
    }

    @Test
    void aNodeThatDoesNotServeTheCommandStillNamesCloserOnes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RequestHandler unserving = request -> {
            asked.incrementAndGet();
            return false;
        };
        try (RpcSwarm swarm = RpcSwarm.of(5, 30, unserving)) {
            RpcNode seeker = swarm.ephemeral();
            RpcQuery<RpcReply> query = seeker.query(QueryRequest.of(target(9), STORE));
            assertEquals(List.of(), all(query), "every answer is error 1, which is not emitted");
            assertTrue(asked.get() >= RoutingConstants.K, () -> "asked " + asked);
        }
    }

    @Test
    void aCommitThatNobodyCanTakeFailsTheQuery() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(6)) {
            RpcNode lonely = RpcSwarm.ready(swarm.add(RpcConfig.builder(), RequestHandler.NONE));
            RpcQuery<RpcReply> query = lonely.query(QueryRequest.of(target(1), STORE).withCommit(RpcSwarm.repeating(WRITE)));
            assertEquals("TOO_FEW_NODES", assertThrows(FlockException.class, query::awaitFinished).code());
        }
    }

    @Test
    void commitsThatAllFailFailTheQueryWithTheRealError() throws Exception {
        RequestHandler refuseWrites = request -> {
            if (request.tokenValid()) {
                request.error(42);
            } else {
                request.reply(Optional.empty());
            }
            return true;
        };
        try (RpcSwarm swarm = RpcSwarm.of(7, 6, refuseWrites)) {
            RpcNode writer = swarm.ephemeral();
            RpcQuery<RpcReply> query = writer.query(QueryRequest.of(target(1), STORE).withCommit(RpcSwarm.repeating(WRITE)));
            FlockException failure = assertThrows(FlockException.class, query::awaitFinished);
            assertEquals("COMMIT_REJECTED", failure.code());
            assertTrue(failure.getMessage().contains("42"), failure::getMessage);
        }
    }

    @Test
    void oneCommitThatSucceedsIsEnough() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        RequestHandler takeTheFirst = request -> {
            if (!request.tokenValid() || writes.incrementAndGet() == 1) {
                request.reply(Optional.empty());
            } else {
                request.error(42);
            }
            return true;
        };
        try (RpcSwarm swarm = RpcSwarm.of(8, 6, takeTheFirst)) {
            swarm.ephemeral().query(QueryRequest.of(target(1), STORE).withCommit(RpcSwarm.repeating(WRITE))).awaitFinished();
            assertEquals(5, writes.get(), "all but the bootstrap node serve the command");
        }
    }

    @Test
    void onlyRepliesThatPassTheFilterAreEmitted() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(9, 30)) {
            RpcNode seeker = swarm.ephemeral();
            List<PeerAddress> tested = new ArrayList<>();
            RpcQuery<RpcReply> query = seeker.query(QueryRequest.findNode(target(3)).withAnswer(reply -> {
                tested.add(reply.from());
                return Optional.of(reply).filter(each -> each.from().host().endsWith("7"));
            }));
            List<PeerAddress> emitted = all(query).stream().map(RpcReply::from).toList();
            assertEquals(tested.stream().filter(from -> from.host().endsWith("7")).toList(), emitted);
            assertTrue(tested.containsAll(query.closestReplies().stream().map(RpcReply::from).toList()), "each reply is tested");
            assertFalse(emitted.isEmpty());
        }
    }

    private static QueryRequest<RpcReply> counting(NodeId target, AtomicInteger answered) {
        return QueryRequest.findNode(target).withAnswer(reply -> {
            answered.incrementAndGet();
            return Optional.of(reply);
        });
    }

    @Test
    void repliesWaitForAConsumerThatComesLate() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(10, 60)) {
            RpcNode seeker = swarm.ephemeral();
            AtomicInteger answered = new AtomicInteger();
            RpcQuery<RpcReply> late = seeker.query(counting(target(77), answered));
            RpcQuery<RpcReply> witness = seeker.query(QueryRequest.findNode(target(77)));
            witness.awaitFinished();
            assertFalse(late.isFinished(), "it waits for its consumer");
            List<RpcReply> replies = all(late);
            assertTrue(replies.size() >= RoutingConstants.K, () -> "replies " + replies.size());
            assertEquals(answered.get(), replies.size(), "none is lost");
            assertEquals(witness.closestNodes(), late.closestNodes());
        }
    }

    @Test
    void aQueryThatWaitsForItsConsumerEndsWithItsNode() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(12, 40)) {
            RpcNode seeker = swarm.ephemeral();
            AtomicInteger answered = new AtomicInteger();
            RpcQuery<RpcReply> query = seeker.query(counting(target(3), answered));
            Eventually.holds("the walk pauses", () -> answered.get() >= RpcConstants.QUERY_HIGH_WATER
                    && seeker.stats().requests().active() == 0);
            assertFalse(query.isFinished());
            seeker.close();
            assertTrue(query.isFinished());
            assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, () -> all(query)).code());
        }
    }

    @Test
    void theTableGivesTheNewestNodesFirstAndNoMoreThanAskedFor() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(12, 3)) {
            RpcNode node = swarm.nodes().get(2);
            assertEquals(2, node.nodes(10).size());
            assertEquals(1, node.nodes(1).size());
            assertEquals(0, node.nodes(0).size());
            node.ping(RpcSwarm.addressOf(swarm.nodes().get(1)));
            assertEquals(RpcSwarm.addressOf(swarm.nodes().get(1)), node.nodes(1).getFirst());
            node.ping(RpcSwarm.addressOf(swarm.nodes().get(0)));
            assertEquals(RpcSwarm.addressOf(swarm.nodes().get(0)), node.nodes(1).getFirst());
            RpcNode guest = swarm.ephemeral();
            assertFalse(swarm.bootstrapNode().nodes(10).contains(RpcSwarm.addressOf(guest)));
        }
    }

    @Test
    void givenNodesAreListedInTheirOrderAndUsedForFirstContact() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(13, 4)) {
            List<PeerAddress> known = swarm.nodes().stream().map(RpcSwarm::addressOf).toList();
            RpcNode node = swarm.add(RpcConfig.builder().nodes(known).ephemeral(EphemeralMode.NEVER).firewalled(false),
                    RequestHandler.NONE);
            assertEquals(known, node.nodes(10));
            RpcSwarm.ready(node);
            assertFalse(node.ephemeral());
            assertTrue(swarm.bootstrapNode().nodes(10).contains(RpcSwarm.addressOf(node)));
        }
    }

    @Test
    void filteredNodesStayOutOfTheTable() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(14, 10)) {
            RpcNode node = RpcSwarm.ready(swarm.add(
                    swarm.config().nodeFilter(peer -> !peer.address().host().equals("10.0.0.4")), RequestHandler.NONE));
            node.query(QueryRequest.findNode(target(1))).awaitFinished();
            assertTrue(node.nodes(100).size() >= 8, () -> "nodes " + node.nodes(100));
            assertTrue(node.nodes(100).stream().noneMatch(address -> address.host().equals("10.0.0.4")));
        }
    }

    @Test
    void aRequestIsPassedOnAndAnsweredByTheThirdNode() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(15)) {
            List<IncomingRequest> atC = new ArrayList<>();
            RpcNode c = swarm.persistent(request -> {
                atC.add(request);
                PeerAddress asker = PeerAddress.parse(new String(request.value().orElseThrow()));
                request.replyTo(asker, request.port(), new byte[] {9});
                return true;
            });
            RpcNode b = swarm.persistent(request -> {
                request.forward(request.from().toString().getBytes(), RpcSwarm.addressOf(c), request.port());
                return true;
            });
            List<Optional<NodeId>> idsAtC = new CopyOnWriteArrayList<>();
            swarm.network().filter((source, destination, payload) -> {
                if (destination.equals(RpcSwarm.addressOf(c).toSocketAddress())
                        && RpcMessage.decode(payload.duplicate()) instanceof RpcMessage.Request sent && sent.command() == STORE) {
                    idsAtC.add(sent.id());
                }
                return true;
            });
            RpcNode a = swarm.ephemeral();
            RpcReply reply = a.request(RpcRequest.of(STORE).withForwarding().withValue(new byte[] {1}), RpcSwarm.addressOf(b));
            assertEquals(RpcSwarm.addressOf(c), reply.from());
            assertEquals(c.id(), reply.fromId());
            assertEquals(PeerAddress.of(a.defaultPort().localAddress()), reply.to());
            assertEquals(9, reply.value().orElseThrow()[0]);
            assertEquals(RpcSwarm.addressOf(b), atC.getFirst().from());
            assertEquals(List.of(b.id()), idsAtC, "who passes it on is the sender");
            assertEquals(RpcSwarm.addressOf(c), atC.getFirst().to());
        }
    }
}
