package omega.flock.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.DhtDrop;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.RoutingMode;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Eventually;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row 13: "only usable addresses, no private target for a public sender, a forwarding budget". A stranger has a node pass his bytes on
 * to hosts of the node's own network, to services of its machine, and to a third party.
 *
 * <p>Version 0.1 looked at nothing but the port: 24 of 24 datagrams to addresses that no stranger may reach were passed on, and each of
 * 1,000 datagrams of 1,900 bytes to a victim, as fast as they came. Now it is none of the 24, and 0.5 MB of the 1.9.
 */
@Timeout(60)
class OpenRelayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final PeerAddress NODE = new PeerAddress("5.5.5.1", 49737);
    private static final PeerAddress VICTIM = new PeerAddress("9.9.9.9", 53);
    private static final NodeId TARGET = DhtNode.target(KeyPair.generate().publicKey());
    private static final int LARGE = 1_900;
    private static final int FLOOD = 1_000;
    private static final List<PeerAddress> FORBIDDEN = List.of(new PeerAddress("192.168.1.7", 80), new PeerAddress("10.0.0.1", 53),
            new PeerAddress("127.0.0.1", 631), new PeerAddress("0.0.0.0", 5), new PeerAddress("224.0.0.251", 5353),
            new PeerAddress("255.255.255.255", 9));

    private final MemoryNetwork network = new MemoryNetwork(13);
    private final TaskScope scope = new TaskScope("relay");
    private final AtomicLong passedOn = new AtomicLong();
    private final AtomicLong bytesPassedOn = new AtomicLong();
    private DhtNode node;
    private MemoryStranger stranger;

    @BeforeEach
    void start() throws Exception {
        node = new DhtNode(RpcConfig.bootstrapper(NODE.port(), NODE.host()).host(NODE.host()), network, Ticker.SYSTEM, scope,
                (port, source, datagram) -> false, Long.MAX_VALUE);
        node.rpc().start();
        assertTrue(node.rpc().awaitBootstrapped(PATIENCE));
        stranger = new MemoryStranger(network, "8.8.8.8");
        network.filter((source, destination, payload) -> {
            if (PeerAddress.of(source).equals(NODE) && !destination.equals(stranger.address().toSocketAddress())) {
                passedOn.incrementAndGet();
                bytesPassedOn.addAndGet(payload.remaining());
            }
            return true;
        });
    }

    @AfterEach
    void close() {
        stranger.close();
        node.close();
        scope.close();
        network.close();
    }

    @Test
    void noStrangerReachesAnAddressInsideThroughANode() throws Exception {
        for (PeerAddress inside : FORBIDDEN) {
            handshake(RoutingMode.FROM_CLIENT, Optional.empty(), Optional.of(inside));
            handshake(RoutingMode.FROM_SERVER, Optional.of(inside), Optional.empty());
            holepunch(RoutingMode.FROM_CLIENT, new byte[10], inside);
            holepunch(RoutingMode.FROM_SERVER, new byte[10], inside);
        }
        Eventually.holds("all of it is dropped", PATIENCE, () -> dropped(DhtDrop.BAD_DESTINATION) + dropped(DhtDrop.PRIVATE_DESTINATION)
                + dropped(DhtDrop.UNASKED) == 4L * FORBIDDEN.size(), node::stats);
        assertEquals(0, passedOn.get());
        assertEquals(6, dropped(DhtDrop.PRIVATE_DESTINATION));
        assertEquals(12, dropped(DhtDrop.BAD_DESTINATION));
    }

    @Test
    void noStrangerReachesTheNodeItselfFromItself() throws Exception {
        holepunch(RoutingMode.FROM_CLIENT, new byte[10], NODE);
        handshake(RoutingMode.FROM_CLIENT, Optional.empty(), Optional.of(NODE));
        Eventually.holds("both are dropped", PATIENCE, () -> dropped(DhtDrop.PRIVATE_DESTINATION) == 2, node::stats);
        assertEquals(0, passedOn.get());
    }

    @Test
    void aVictimIsNotHitBeyondABurstHoweverMuchIsSent() throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            holepunch(RoutingMode.FROM_CLIENT, new byte[LARGE], VICTIM);
        }
        Eventually.holds("each is passed on or dropped", PATIENCE,
                () -> dropped(DhtDrop.FORWARD_BUDGET) + passedOn.get() == FLOOD, node::stats);
        System.out.println("to the victim: " + bytesPassedOn + " of " + (long) FLOOD * LARGE + " bytes");
        assertTrue(bytesPassedOn.get() < 1_000_000, () -> bytesPassedOn + " bytes passed on");
        assertTrue(dropped(DhtDrop.FORWARD_BUDGET) > FLOOD / 3, node.stats()::toString);
    }

    @Test
    void aVictimIsNotHitByManySourcesTogetherEither() throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            try (MemoryStranger one = new MemoryStranger(network, "8." + (i >> 8) + "." + (i & 0xff) + ".7")) {
                one.request(DhtCommand.PEER_HOLEPUNCH, TARGET,
                        HolepunchMessage.of(RoutingMode.FROM_CLIENT, 1, new byte[LARGE], VICTIM).toBytes(), NODE);
            }
        }
        Eventually.holds("each is passed on or dropped", PATIENCE,
                () -> dropped(DhtDrop.FORWARD_BUDGET) + passedOn.get() == FLOOD, node::stats);
        assertTrue(bytesPassedOn.get() < 1_000_000, () -> bytesPassedOn + " bytes passed on");
    }

    @Test
    void answersGoToNobodyWhoHasNotAsked() throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            holepunch(RoutingMode.FROM_SERVER, new byte[LARGE], VICTIM);
        }
        Eventually.holds("all are dropped", PATIENCE, () -> dropped(DhtDrop.UNASKED) == FLOOD, node::stats);
        assertEquals(0, passedOn.get());
    }

    private void handshake(RoutingMode mode, Optional<PeerAddress> peer, Optional<PeerAddress> relay) throws Exception {
        stranger.request(DhtCommand.PEER_HANDSHAKE, TARGET, new HandshakeMessage(mode, new byte[10], peer, relay).toBytes(), NODE);
    }

    private void holepunch(RoutingMode mode, byte[] payload, PeerAddress peer) throws Exception {
        stranger.request(DhtCommand.PEER_HOLEPUNCH, TARGET, HolepunchMessage.of(mode, 1, payload, peer).toBytes(), NODE);
    }

    private long dropped(DhtDrop reason) {
        return node.stats().drops().get(reason);
    }
}
