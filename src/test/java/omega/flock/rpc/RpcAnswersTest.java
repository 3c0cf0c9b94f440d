package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import omega.flock.base.FlockException;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.WireWriter;
import omega.flock.runtime.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a node answers what comes in, good and bad. */
class RpcAnswersTest {

    private static final NodeId TARGET = NodeId.of(new byte[32]);

    private RpcSwarm swarm;
    private RpcNode node;
    private SilentPort silent;

    @BeforeEach
    void start() throws Exception {
        swarm = new RpcSwarm(21);
        node = swarm.ephemeral();
        String host = swarm.newHost();
        silent = new SilentPort(swarm.network().host(host), host);
    }

    @AfterEach
    void stop() {
        swarm.close();
    }

    @Test
    void aDelayedPingIsAnsweredAfterItsDelay() throws Exception {
        RpcReply reply = node.request(delayedPing(200), RpcSwarm.addressOf(swarm.bootstrapNode()));
        assertTrue(reply.rtt().toMillis() >= 200, () -> "rtt " + reply.rtt());
    }

    @Test
    void aDelayedPingBeyondWhatTheOtherAllowsIsMetWithSilence() throws Exception {
        RpcNode strict = RpcSwarm.ready(swarm.add(swarm.config().maxPingDelay(100), RequestHandler.NONE));
        assertEquals("REQUEST_TIMEOUT", assertThrows(FlockException.class,
                () -> node.request(delayedPing(101).withRetries(0), RpcSwarm.addressOf(strict))).code());
        assertEquals(1, strict.stats().dropped(DropReason.BAD_INTERNAL_VALUE));
        assertTrue(node.request(delayedPing(0), RpcSwarm.addressOf(strict)).isOk());
    }

    private static RpcRequest delayedPing(int millis) {
        return RpcRequest.of(InternalCommand.DELAYED_PING).withValue(new WireWriter().uint32(millis).toBytes())
                .withTimeout(Duration.ofSeconds(1));
    }

    @Test
    void oneStrangerDoesNotTakeAllPlacesOfDelayedPings() throws Exception {
        PeerAddress to = RpcSwarm.addressOf(swarm.bootstrapNode());
        byte[] tenSeconds = {0x10, 0x27, 0, 0};
        for (int i = 0; i < 2 * RpcConstants.MAX_DELAYED_PINGS; i++) {
            silent.send(new RpcMessage.Request(i, to, Optional.empty(), Optional.empty(), true, InternalCommand.DELAYED_PING.number(),
                    Optional.empty(), Optional.of(tenSeconds)).encode(), to);
        }
        Eventually.holds("half of them find no place",
                () -> swarm.bootstrapNode().stats().dropped(DropReason.TOO_MANY_DELAYED_PINGS) == RpcConstants.MAX_DELAYED_PINGS);
        assertTrue(node.request(delayedPing(10), to).isOk(), "somebody else finds a place");
        assertEquals(RpcConstants.MAX_DELAYED_PINGS + 1, swarm.bootstrapNode().stats().dropped(DropReason.TOO_MANY_DELAYED_PINGS));
    }

    @Test
    void internalCommandsWithoutTheirValueAreMetWithSilence() {
        PeerAddress to = RpcSwarm.addressOf(swarm.bootstrapNode());
        for (InternalCommand command : List.of(InternalCommand.PING_NAT, InternalCommand.FIND_NODE, InternalCommand.DOWN_HINT,
                InternalCommand.DELAYED_PING)) {
            assertThrows(FlockException.class, () -> node.request(RpcRequest.of(command).withRetries(0), to), command::name);
        }
        assertThrows(FlockException.class, () -> node.request(
                RpcRequest.of(InternalCommand.PING_NAT).withValue(new byte[2]).withRetries(0), to), "port 0");
        assertEquals(5, swarm.bootstrapNode().stats().dropped(DropReason.BAD_INTERNAL_VALUE));
    }

    @Test
    void anUnknownInternalCommandIsAnErrorAndNamesCloserNodes() throws Exception {
        RpcReply reply = node.request(new RpcRequest(77, true, Optional.of(TARGET), Optional.empty(), Optional.empty(), 3,
                Optional.empty(), Optional.empty(), false), RpcSwarm.addressOf(swarm.bootstrapNode()));
        assertEquals(RpcConstants.ERROR_UNKNOWN_COMMAND, reply.error());
        assertEquals(Optional.empty(), reply.token());
    }

    @Test
    void aPingNatIsAnsweredToTheOtherPort() throws Exception {
        SilentPort other = new SilentPort(swarm.network().host(silent.address().host()), silent.address().host());
        byte[] request = new RpcMessage.Request(77, RpcSwarm.addressOf(swarm.bootstrapNode()), Optional.empty(),
                Optional.empty(), true, InternalCommand.PING_NAT.number(), Optional.empty(),
                Optional.of(new byte[] {(byte) other.address().port(), (byte) (other.address().port() >> 8)})).encode();
        silent.send(request, RpcSwarm.addressOf(swarm.bootstrapNode()));
        Eventually.holds("the answer comes to the other port", () -> !other.received().isEmpty());
        RpcMessage.Reply reply = (RpcMessage.Reply) other.received().getFirst().message();
        assertEquals(other.address(), reply.to());
        assertEquals(77, reply.tid());
        assertEquals(RpcSwarm.addressOf(swarm.bootstrapNode()), other.received().getFirst().from());
        assertTrue(silent.received().isEmpty());
    }

    @Test
    void aWrongTokenIsAnErrorWithARightOne() throws Exception {
        RpcNode server = swarm.persistent(request -> {
            request.replyBare(Optional.of(new byte[] {(byte) (request.tokenValid() ? 1 : 0)}));
            return true;
        });
        PeerAddress to = RpcSwarm.addressOf(server);
        RpcReply wrong = node.request(RpcRequest.of(9).withToken(new byte[32]).withTarget(TARGET), to);
        assertEquals(RpcConstants.ERROR_INVALID_TOKEN, wrong.error());
        RpcReply right = node.request(RpcRequest.of(9).withToken(wrong.token().orElseThrow()), to);
        assertTrue(Arrays.equals(new byte[] {1}, right.value().orElseThrow()));
        RpcReply none = node.request(RpcRequest.of(9), to);
        assertTrue(Arrays.equals(new byte[] {0}, none.value().orElseThrow()));
        assertEquals(1, server.stats().dropped(DropReason.BAD_TOKEN));
    }

    @Test
    void whatIsNoMessageIsCountedAndHarmsNobody() throws Exception {
        RpcNode server = swarm.bootstrapNode();
        PeerAddress to = RpcSwarm.addressOf(server);
        silent.send(new byte[] {3, 0, 1}, to);
        silent.send(new byte[] {0x13, (byte) 0xFF, 1, 2, 3}, to);
        silent.send(new byte[] {3}, to);
        silent.send(new byte[] {(byte) 0xFF, 1}, to);
        Eventually.holds("all four are counted", () -> server.stats().dropped(DropReason.MALFORMED) == 2
                && server.stats().dropped(DropReason.NOT_RPC) == 2);
        assertTrue(node.ping(to).isOk());
    }

    /** Else whoever sends a first datagram would decide what we take our address for. */
    @Test
    void aStrangerWhoOnlyAsksTellsNothingAboutOurAddress() throws Exception {
        RpcNode alone = swarm.add(swarm.config().bootstrap(List.of(silent.address().toString())), RequestHandler.NONE);
        alone.start();
        byte[] ping = new RpcMessage.Request(7, new PeerAddress("9.9.9.9", 9), Optional.empty(), Optional.empty(), true,
                InternalCommand.PING.number(), Optional.empty(), Optional.empty()).encode();
        silent.send(ping, PeerAddress.of(alone.defaultPort().localAddress()));
        Eventually.holds("he gets his answer", () -> silent.received().stream()
                .anyMatch(received -> received.message() instanceof RpcMessage.Reply));
        assertEquals(Optional.empty(), alone.observed().host());
    }

    @Test
    void onlyPersistentNodesTellTheirIdAndOnlyFromTheServerPort() throws Exception {
        RpcNode persistent = swarm.persistent(RequestHandler.NONE);
        RpcRequest once = RpcRequest.of(9).withRetries(0);
        List.of(node.clientPort(), node.serverPort()).forEach(
                port -> node.send(once.withVia(port), silent.address(), new Ending()));
        List.of(persistent.clientPort(), persistent.serverPort()).forEach(
                port -> persistent.send(once.withVia(port), silent.address(), new Ending()));
        Eventually.holds("all four arrive", () -> silent.received().size() == 4);
        for (SilentPort.Received received : silent.received()) {
            boolean server = received.from().equals(RpcSwarm.addressOf(persistent));
            assertEquals(server ? persistent.id() : Optional.empty(), received.request().id());
        }
        assertTrue(persistent.id().isPresent());
    }

    @Test
    void commandsAreCountedBothWays() throws Exception {
        RpcStats.Command before = node.stats().commands().get(InternalCommand.PING);
        node.ping(RpcSwarm.addressOf(swarm.bootstrapNode()));
        assertThrows(FlockException.class, () -> node.request(RpcRequest.of(InternalCommand.PING).withRetries(0), silent.address()));
        RpcStats.Command after = node.stats().commands().get(InternalCommand.PING);
        assertEquals(before.tx() + 2, after.tx());
        assertEquals(before.rx() + 1, after.rx());
    }
}
