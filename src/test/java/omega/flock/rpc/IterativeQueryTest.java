package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.IterativeQuery.DownHint;
import omega.flock.rpc.IterativeQuery.Step;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RpcPeer;
import org.junit.jupiter.api.Test;

class IterativeQueryTest {

    private static final int K = RoutingConstants.K;
    private static final NodeId TARGET = NodeId.of(new byte[32]);

    /** A port that nothing is sent from. */
    private static final UdpPort NO_PORT = new UdpPort() {
        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress(1);
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) {
            throw new AssertionError("a pure machine sends nothing");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    };

    private static RpcPeer peer(int number) {
        return RpcPeer.of(new PeerAddress("10.1." + (number >> 8) + "." + (number & 255), 1000));
    }

    private static List<RpcPeer> peers(int from, int to) {
        List<RpcPeer> peers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            peers.add(peer(i));
        }
        return peers;
    }

    private static RpcReply reply(RpcPeer from, int error) {
        return new RpcReply(from.address(), Optional.of(from.id()), peer(60_000).address(), Optional.empty(), List.of(), error,
                Optional.empty(), Duration.ZERO, NO_PORT);
    }

    private static RpcReply replyWithoutId(RpcPeer from) {
        RpcReply whole = reply(from, 0);
        return new RpcReply(whole.from(), Optional.empty(), whole.to(), whole.token(), List.of(), 0, Optional.empty(),
                Duration.ZERO, NO_PORT);
    }

    private static List<RpcPeer> sorted(List<RpcPeer> peers) {
        List<RpcPeer> sorted = new ArrayList<>(peers);
        sorted.sort((a, b) -> TARGET.compareDistance(a.id(), b.id()));
        return sorted;
    }

    private static RpcPeer visit(IterativeQuery walk) {
        return assertInstanceOf(Step.Visit.class, walk.next()).peer();
    }

    private static List<RpcPeer> visits(IterativeQuery walk) {
        List<RpcPeer> visits = new ArrayList<>();
        while (walk.next() instanceof Step.Visit(RpcPeer peer)) {
            visits.add(peer);
        }
        return visits;
    }

    /** A walk that was seeded with these nodes of the table. */
    private static IterativeQuery seeded(List<RpcPeer> table) {
        IterativeQuery walk = new IterativeQuery(TARGET, List.of(), 10);
        assertEquals(new Step.PullTable(K), walk.next());
        walk.addTableNodes(table);
        if (table.size() < K) {
            assertEquals(new Step.ResolveBootstrap(), walk.next());
            walk.addBootstrapNodes(List.of());
        }
        return walk;
    }

    @Test
    void remembersTheNodesOfAddresses() {
        RpcPeer known = peer(1);
        IterativeQuery query = new IterativeQuery(TARGET, List.of(known), 10);
        assertSame(known, query.known(new PeerAddress(known.address().host(), known.address().port())).orElseThrow());
        assertEquals(Optional.empty(), query.known(peer(2).address()));
    }

    @Test
    void aWalkWithoutAnyNodeIsDoneAtOnce() {
        assertInstanceOf(Step.Done.class, seeded(List.of()).next());
    }

    @Test
    void bootstrapNodesAreAskedFirstThenTheTableThenTheGiven() {
        IterativeQuery walk = new IterativeQuery(TARGET, peers(0, 2), 10);
        assertEquals(new Step.PullTable(K - 2), walk.next());
        walk.addTableNodes(peers(2, 4));
        assertEquals(new Step.ResolveBootstrap(), walk.next());
        walk.addBootstrapNodes(peers(4, 5));
        assertEquals(List.of(peer(4), peer(3), peer(2), peer(0), peer(1)), visits(walk));
        assertInstanceOf(Step.Await.class, walk.next());
    }

    @Test
    void noMoreVisitsThanConcurrencyAllowsAndASlowOneMakesRoom() {
        IterativeQuery walk = seeded(peers(0, 25));
        List<RpcPeer> first = visits(walk);
        assertEquals(10, first.size());
        walk.onSlow(first.get(0));
        walk.onSlow(first.get(0));
        assertEquals(1, visits(walk).size());
        walk.onReply(first.get(0), reply(first.get(0), 0), List.of());
        assertEquals(0, visits(walk).size(), "its place was given away already");
        walk.onReply(first.get(1), reply(first.get(1), 0), List.of());
        assertEquals(1, visits(walk).size());
    }

    @Test
    void aSlowMarkThatComesTooLateIsIgnored() {
        IterativeQuery walk = seeded(peers(0, 25));
        List<RpcPeer> first = visits(walk);
        walk.onReply(first.get(0), reply(first.get(0), 0), List.of());
        walk.onSlow(first.get(0));
        assertEquals(1, visits(walk).size());
    }

    @Test
    void twentyGivenNodesSlowTheWalkDownUntilTenHaveAnswered() {
        IterativeQuery walk = new IterativeQuery(TARGET, sorted(peers(0, 40)), 10);
        List<RpcPeer> first = visits(walk);
        assertEquals(sorted(peers(0, 40)).subList(0, 10), first, "nearest first, and the table is not asked");
        for (int i = 0; i < 7; i++) {
            walk.onReply(first.get(i), reply(first.get(i), 0), List.of());
            assertEquals(0, visits(walk).size(), "three are under way");
        }
        walk.onReply(first.get(7), reply(first.get(7), 0), List.of());
        assertEquals(1, visits(walk).size());
        walk.onReply(first.get(8), reply(first.get(8), 0), List.of());
        walk.onReply(first.get(9), reply(first.get(9), 0), List.of());
        assertEquals(9, visits(walk).size(), "ten again");
    }

    @Test
    void givenNodesThatAreGoneSendTheWalkToTheTable() {
        IterativeQuery walk = new IterativeQuery(TARGET, peers(0, 20), 10);
        List<RpcPeer> visited = visits(walk);
        while (!visited.isEmpty()) {
            visited.forEach(walk::onTimeout);
            visited = visits(walk);
        }
        walk.addTableNodes(peers(30, 32));
        assertEquals(2, visits(walk).size(), "the table was pulled by the step that is no visit");
    }

    @Test
    void aReplyWithAnErrorLeadsOnButIsNotAmongTheClosest() {
        IterativeQuery walk = seeded(peers(0, 1));
        walk.onReply(visit(walk), reply(peer(0), 1), peers(1, 2));
        assertEquals(List.of(), walk.closestReplies());
        assertEquals(peer(1), visit(walk));
    }

    @Test
    void aReplyWithoutProvenIdLeadsOnButIsNotAmongTheClosest() {
        IterativeQuery walk = seeded(peers(0, 1));
        walk.onReply(visit(walk), replyWithoutId(peer(0)), peers(1, 2));
        assertEquals(List.of(), walk.closestReplies());
        assertEquals(peer(1), visit(walk));
    }

    @Test
    void whoNamedADeadNodeIsToldOnceEach() {
        IterativeQuery walk = seeded(peers(0, 2));
        List<RpcPeer> both = visits(walk);
        RpcPeer dead = peer(7);
        walk.onReply(both.get(0), reply(both.get(0), 0), List.of(dead));
        walk.onReply(both.get(1), reply(both.get(1), 0), List.of(dead));
        assertEquals(dead, visit(walk));
        List<DownHint> hints = walk.onTimeout(dead);
        assertEquals(both.stream().map(RpcPeer::address).toList(),
                hints.stream().map(hint -> hint.referrer().address()).toList());
        assertTrue(hints.stream().allMatch(hint -> hint.down().equals(dead.address())));
    }

    @Test
    void whoNamesANodeThatIsKnownToBeDownIsToldToo() {
        IterativeQuery walk = seeded(peers(0, 2));
        List<RpcPeer> both = visits(walk);
        walk.onTimeout(both.get(0));
        List<DownHint> hints = walk.onReply(both.get(1), reply(both.get(1), 0), List.of(both.get(0)));
        assertEquals(List.of(both.get(0).address()), hints.stream().map(DownHint::down).toList());
        assertInstanceOf(Step.Done.class, walk.next());
    }

    @Test
    void slowVisitsAreNotWaitedForOnceTwentyAreClosest() {
        IterativeQuery walk = seeded(peers(0, 21));
        RpcPeer straggler = null;
        List<RpcPeer> visited = visits(walk);
        while (!visited.isEmpty()) {
            for (RpcPeer peer : visited) {
                if (straggler == null) {
                    straggler = peer;
                    walk.onSlow(peer);
                } else {
                    walk.onReply(peer, reply(peer, 0), List.of());
                }
            }
            visited = visits(walk);
        }
        assertInstanceOf(Step.Done.class, walk.next());
        assertEquals(1, walk.inFlight());
        List<RpcReply> closest = walk.closestReplies();
        walk.onReply(straggler, reply(straggler, 0), List.of());
        assertEquals(closest, walk.closestReplies(), "an answer after the end does not count");
    }

    @Test
    void aLyingNodeCannotMakeTheWalkRememberWithoutBound() {
        IterativeQuery walk = new IterativeQuery(TARGET, peers(0, 1), 10);
        walk.next();
        walk.next();
        RpcPeer liar = visit(walk);
        walk.onReply(liar, reply(liar, 1), peers(1, 10_000));
        assertEquals(1, walk.refused(), "at the bound it stops listening");
        Set<RpcPeer> visited = new HashSet<>();
        for (List<RpcPeer> more = visits(walk); !more.isEmpty(); more = visits(walk)) {
            more.forEach(walk::onTimeout);
            visited.addAll(more);
        }
        assertEquals(RpcConstants.MAX_QUERY_NODES - 1, visited.size());
        assertInstanceOf(Step.Done.class, walk.next());
    }

    @Test
    void aVisitCannotEndTwice() {
        IterativeQuery walk = seeded(peers(0, 1));
        walk.onTimeout(visit(walk));
        assertThrows(IllegalStateException.class, () -> walk.onTimeout(peer(0)));
    }

    /** A network of which every node knows some others; some are dead. Replies come in any order. */
    @Property(tries = 150)
    void everyWalkEndsVisitsNobodyTwiceAndKeepsItsBounds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 150) int size,
            @ForAll @IntRange(max = 60) int deadPercent) {
        Random random = new Random(seed);
        List<RpcPeer> all = peers(0, size);
        Set<RpcPeer> dead = new HashSet<>(all.stream().filter(peer -> random.nextInt(100) < deadPercent).toList());
        IterativeQuery walk = seeded(sorted(all).subList(0, Math.min(3, size)));
        List<RpcPeer> underWay = new ArrayList<>();
        Set<RpcPeer> visited = new HashSet<>();
        int slow = 0;
        while (!walk.isDone()) {
            for (RpcPeer peer : visits(walk)) {
                assertTrue(visited.add(peer), "nobody is visited twice");
                underWay.add(peer);
            }
            assertEquals(underWay.size(), walk.inFlight());
            assertTrue(underWay.size() <= 10 + slow, "in flight " + underWay.size());
            if (walk.isDone()) {
                break;
            }
            assertFalse(underWay.isEmpty(), "a walk with nothing under way is done");
            RpcPeer next = underWay.remove(random.nextInt(underWay.size()));
            if (dead.contains(next)) {
                walk.onSlow(next);
                slow++;
                walk.onTimeout(next);
            } else {
                List<RpcPeer> known = new ArrayList<>(all);
                Collections.shuffle(known, random);
                List<RpcPeer> named = sorted(known.subList(0, Math.min(known.size(), 60)));
                walk.onReply(next, reply(next, 0), named.subList(0, Math.min(K, named.size())));
            }
        }
        List<NodeId> closest = walk.closestReplies().stream().map(reply -> reply.fromId().orElseThrow()).toList();
        assertEquals(closest.stream().distinct().sorted(TARGET::compareDistance).toList(), closest);
        assertTrue(closest.size() <= K);
        assertTrue(walk.closestReplies().stream().noneMatch(reply -> dead.contains(reply.peer().orElseThrow())));
    }

    /** If every node names the nearest it knows and knows its neighbourhood, the walk finds the exact k nearest. */
    @Property(tries = 100)
    void aWalkThroughNodesThatKnowTheirNeighboursIsExact(@ForAll long seed, @ForAll @IntRange(min = 25, max = 200) int size) {
        Random random = new Random(seed);
        List<RpcPeer> all = peers(0, size);
        Map<RpcPeer, List<RpcPeer>> tables = new HashMap<>();
        for (RpcPeer peer : all) {
            List<RpcPeer> near = new ArrayList<>(all);
            near.remove(peer);
            near.sort((a, b) -> peer.id().compareDistance(a.id(), b.id()));
            List<RpcPeer> table = new ArrayList<>(near.subList(0, Math.min(K, near.size())));
            Collections.shuffle(near, random);
            table.addAll(near.subList(0, Math.min(40, near.size())));
            tables.put(peer, table);
        }
        IterativeQuery walk = seeded(List.of(all.get(random.nextInt(size))));
        List<RpcPeer> underWay = new ArrayList<>(visits(walk));
        while (!walk.isDone()) {
            RpcPeer next = underWay.remove(random.nextInt(underWay.size()));
            List<RpcPeer> named = sorted(tables.get(next).stream().distinct().toList());
            walk.onReply(next, reply(next, 0), named.subList(0, Math.min(K, named.size())));
            underWay.addAll(visits(walk));
        }
        assertEquals(sorted(all).subList(0, K), walk.closestReplies().stream().map(reply -> reply.peer().orElseThrow()).toList());
    }
}
