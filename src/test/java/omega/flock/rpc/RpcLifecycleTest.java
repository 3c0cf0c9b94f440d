package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.net.PortBinder;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.Ticker;
import org.junit.jupiter.api.Test;

/** Binding, suspending, resuming and closing, in any order. */
class RpcLifecycleTest {

    private static final NodeId TARGET = NodeId.of(new byte[32]);
    private static final RpcRequest COMMAND = RpcRequest.of(9).withTarget(TARGET);

    private static int serverPort(RpcNode node) {
        return node.serverPort().localAddress().getPort();
    }

    @Test
    void beforeItIsBoundANodeHasNoPortAndNoAddress() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(30)) {
            RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
            assertEquals(Optional.empty(), node.localAddress());
            assertEquals(Optional.empty(), node.remoteAddress());
            assertThrows(IllegalStateException.class, node::serverPort);
            node.bind();
            node.bind();
            assertEquals(Optional.of(RpcSwarm.addressOf(node)), node.localAddress());
            assertNotEquals(serverPort(node), node.clientPort().localAddress().getPort());
            assertEquals(node.clientPort(), node.defaultPort(), "firewalled until proved otherwise");
        }
    }

    @Test
    void aRequestThatIsMadeBeforeBindingLeavesAfterIt() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(31)) {
            RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
            Ending ending = new Ending();
            node.send(RpcRequest.of(InternalCommand.PING), RpcSwarm.addressOf(swarm.bootstrapNode()), ending);
            assertFalse(ending.reply.isDone());
            node.bind();
            assertEquals(swarm.bootstrapNode().id(), ending.reply.get(5, TimeUnit.SECONDS).fromId());
        }
    }

    @Test
    void aNodeThatLacksMemoryWhileItClosesIsClosedAllTheSame() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(38)) {
            RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
            AtomicInteger closed = new AtomicInteger();
            node.addListener(new RpcListener() {
                @Override
                public void onClosed() {
                    closed.incrementAndGet();
                }
            });
            List<Ending> endings = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Ending ending = new Ending() {
                    @Override
                    public void onFailure(FlockException failure) {
                        super.onFailure(failure);
                        throw new OutOfMemoryError("on purpose");
                    }
                };
                endings.add(ending);
                node.send(RpcRequest.of(InternalCommand.PING), RpcSwarm.addressOf(swarm.bootstrapNode()), ending);
            }
            node.close();
            for (Ending ending : endings) {
                assertEquals("REQUEST_DESTROYED", ending.failureCode());
                assertEquals(1, ending.calls.get());
            }
            assertTrue(closed.get() > 0, "nobody was told");
            assertTrue(node.closed());
        }
    }

    @Test
    void aPortIsTakenFromItsRangeAndElseAnyPort() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(32)) {
            PortBinder host = swarm.network().host("10.9.0.1");
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                RpcNode node = swarm.add(host, swarm.config().host("10.9.0.1").port(2000), RequestHandler.NONE);
                node.bind();
                ports.add(serverPort(node));
            }
            assertEquals(List.of(2000, 2001, 2002, 2003, 2004), ports.subList(0, 5));
            assertTrue(ports.get(5) > 2004, () -> "ports " + ports);
            RpcNode strict = swarm.add(host, swarm.config().host("10.9.0.1").port(2000).anyPort(false), RequestHandler.NONE);
            IOException failure = assertThrows(IOException.class, strict::bind);
            assertTrue(failure.getMessage().startsWith("cannot bind UDP port 10.9.0.1:2000 to 2004: "), failure::getMessage);
            assertEquals(5, failure.getSuppressed().length);
            swarm.nodes().get(1).close();
            strict.bind();
            assertEquals(2000, serverPort(strict), "a node that could not be bound may try again");
        }
    }

    @Test
    void aBootstrapperTakesItsOwnPortOrNone() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(33)) {
            PortBinder host = swarm.network().host("10.9.0.1");
            RpcNode first = swarm.add(host, RpcConfig.bootstrapper(3000, "10.9.0.1").host("10.9.0.1"), RequestHandler.NONE);
            RpcSwarm.ready(first);
            RpcNode second = swarm.add(host, RpcConfig.bootstrapper(3000, "10.9.0.1").host("10.9.0.1"), RequestHandler.NONE);
            assertThrows(IOException.class, second::start);
            RpcNode any = swarm.add(host, RpcConfig.bootstrapper(0, "10.9.0.1").host("10.9.0.1"), RequestHandler.NONE);
            RpcSwarm.ready(any);
            assertEquals(Optional.of(NodeId.of(RpcSwarm.addressOf(any))), any.id());
        }
    }

    @Test
    void aBootstrapperMayHaveBootstrapNodesOfItsOwn() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(34)) {
            String host = swarm.newHost();
            RpcNode second = RpcSwarm.ready(swarm.add(host, RpcConfig.bootstrapper(3000, host).bootstrap(swarm.bootstrap()),
                    RequestHandler.NONE));
            assertEquals(List.of(RpcSwarm.addressOf(swarm.bootstrapNode())), second.nodes(5));
            Eventually.holds("the first knows the second",
                    () -> swarm.bootstrapNode().nodes(5).equals(List.of(RpcSwarm.addressOf(second))));
        }
    }

    @Test
    void aSuspendedNodeIsSilentAndFailsItsRequestsUntilItIsResumedAtTheSamePorts() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(35, 3)) {
            RpcNode node = swarm.nodes().get(1);
            RpcNode other = swarm.nodes().get(2);
            PeerAddress address = RpcSwarm.addressOf(node);
            int client = node.clientPort().localAddress().getPort();
            node.suspend();
            node.suspend();
            assertTrue(node.suspended());
            assertFalse(node.serverPort().isOpen());
            assertEquals("IO_SUSPENDED",
                    assertThrows(FlockException.class, () -> node.ping(RpcSwarm.addressOf(other))).code());
            assertEquals("REQUEST_TIMEOUT",
                    assertThrows(FlockException.class, () -> other.ping(address)).code());
            RpcQuery<RpcReply> query = node.query(QueryRequest.of(TARGET, 9).withCommit(RpcSwarm.repeating(COMMAND)));
            assertEquals("TOO_FEW_NODES", assertThrows(FlockException.class, query::awaitFinished).code());
            assertTrue(node.nodes(10).size() >= 2, "the nodes are not to blame");

            node.resume();
            node.resume();
            assertFalse(node.suspended());
            assertEquals(address, RpcSwarm.addressOf(node));
            assertEquals(client, node.clientPort().localAddress().getPort());
            assertTrue(node.ping(RpcSwarm.addressOf(other)).isOk());
            assertTrue(other.ping(address).isOk());
        }
    }

    @Test
    void suspendingFailsWhatIsInFlight() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(36)) {
            RpcNode node = swarm.ephemeral();
            String host = swarm.newHost();
            SilentPort silent = new SilentPort(swarm.network().host(host), host);
            CompletableFuture<String> code = new CompletableFuture<>();
            node.send(RpcRequest.of(9).withTimeout(Duration.ofHours(1)), silent.address(), new ReplyListener() {
                @Override
                public void onReply(RpcReply reply) {
                    code.complete("reply");
                }

                @Override
                public void onFailure(FlockException failure) {
                    code.complete(failure.code());
                }
            });
            node.suspend();
            assertEquals("IO_SUSPENDED", code.getNow("nothing"));
            assertEquals(0, node.stats().requests().active());
        }
    }

    @Test
    void aPortThatWasTakenMeanwhileIsReplaced() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(37)) {
            RpcNode node = swarm.ephemeral();
            PeerAddress before = RpcSwarm.addressOf(node);
            node.suspend();
            swarm.network().host(before.host()).bind(before.toSocketAddress(), (port, source, datagram) -> true);
            node.resume();
            assertNotEquals(before, RpcSwarm.addressOf(node));
            assertTrue(node.ping(RpcSwarm.addressOf(swarm.bootstrapNode())).isOk());
        }
    }

    @Test
    void aClosedNodeStaysClosedAndTellsSoOnce() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(38)) {
            RpcNode node = swarm.ephemeral();
            AtomicInteger closed = new AtomicInteger();
            node.addListener(new RpcListener() {
                @Override
                public void onClosed() {
                    closed.incrementAndGet();
                }
            });
            RpcQuery<RpcReply> query = node.query(QueryRequest.findNode(TARGET));
            node.close();
            node.close();
            node.suspend();
            node.resume();
            assertTrue(node.closed());
            assertEquals(1, closed.get());
            assertFalse(node.serverPort().isOpen());
            assertFalse(node.clientPort().isOpen());
            assertThrows(IOException.class, node::bind);
            assertThrows(IOException.class, node::start);
            assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class,
                    () -> node.ping(RpcSwarm.addressOf(swarm.bootstrapNode()))).code());
            assertTrue(query.isFinished());
            RpcQuery<RpcReply> late = node.query(QueryRequest.findNode(TARGET));
            assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, late::awaitFinished).code());
            assertEquals(0, node.stats().queries().active());
            assertEquals(0, node.stats().requests().active());
            assertTrue(node.awaitBootstrapped(Duration.ZERO));
        }
    }

    @Test
    void closingDuringTheFirstWalkReleasesWhoeverWaitsForIt() throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(39)) {
            RpcNode node = swarm.add(RpcConfig.builder().bootstrap(List.of("10.99.0.1:1")), RequestHandler.NONE);
            node.start();
            assertFalse(node.awaitBootstrapped(Duration.ofMillis(10)));
            node.close();
            assertTrue(node.awaitBootstrapped(Duration.ZERO));
            assertEquals(0, node.stats().requests().active());
        }
    }

    @Test
    void aNodeMayBeClosedByItsOwnListenerAndByItsOwnCommit() throws Exception {
        try (RpcSwarm swarm = RpcSwarm.of(40, 3, request -> {
            request.reply(Optional.empty());
            return true;
        })) {
            RpcNode node = swarm.ephemeral();
            RpcQuery<RpcReply> query = node.query(QueryRequest.of(TARGET, 9).withCommit((closest, running) -> {
                node.close();
                return RpcSwarm.repeating(COMMAND).prepare(closest, running);
            }));
            assertEquals("REQUEST_DESTROYED", assertThrows(FlockException.class, query::awaitFinished).code());
            RpcNode other = swarm.add(swarm.config(), RequestHandler.NONE);
            other.addListener(new RpcListener() {
                @Override
                public void onBootstrapped() {
                    other.close();
                }
            });
            other.start();
            Eventually.holds("it is closed", other::closed);
        }
    }

    /** Any order of life-cycle calls, from two threads at once, ends well and leaves nothing behind. */
    @Property(tries = 25)
    void anyOrderOfCallsFromTwoThreadsEndsClosed(@ForAll long seed) throws Exception {
        try (RpcSwarm swarm = new RpcSwarm(seed)) {
            RpcNode node = swarm.add(swarm.config(), RequestHandler.NONE);
            List<Throwable> unexpected = new CopyOnWriteArrayList<>();
            var one = swarm.scope().fork("one", () -> calls(node, new Random(seed), unexpected));
            var two = swarm.scope().fork("two", () -> calls(node, new Random(~seed), unexpected));
            one.join(RpcSwarm.PATIENCE);
            two.join(RpcSwarm.PATIENCE);
            assertEquals(List.of(), unexpected);
            node.close();
            assertTrue(node.closed());
            assertEquals(0, node.stats().requests().active());
            assertEquals(0, swarm.network().host("10.0.0.2").openPorts());
        }
    }

    private static void calls(RpcNode node, Random random, List<Throwable> unexpected) {
        for (int i = 0; i < 12; i++) {
            try {
                switch (random.nextInt(random.nextInt(8) == 0 ? 6 : 5)) {
                    case 0 -> node.bind();
                    case 1 -> node.start();
                    case 2 -> node.suspend();
                    case 3 -> node.resume();
                    case 4 -> node.tick(Ticker.SYSTEM.wallMillis());
                    default -> node.close();
                }
            } catch (FlockException e) {
                if (!node.closed()) {
                    unexpected.add(e);
                }
            } catch (IOException | RuntimeException e) {
                unexpected.add(e);
            }
        }
    }
}
