package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server believes of a client's rounds of hole punching, and how many it works on. */
@Timeout(60)
class InboundPunchTest {

    private static PeerNet net;

    private PeerNode host;

    @BeforeAll
    static void startNet() throws Exception {
        net = PeerNet.start(4);
    }

    @AfterAll
    static void closeNet() {
        net.close();
    }

    @BeforeEach
    void startHost() throws Exception {
        host = net.firewalledNode();
    }

    @AfterEach
    void closeHost() {
        host.close();
    }

    private PeerServer listen(PunchPolicy policy) throws Exception {
        return host.listen(KeyPair.generate(), PeerServerOptions.DEFAULT.withShareLocalAddress(false).withPunchPolicy(policy));
    }

    private static PeerAddress relayOf(PeerServer server) {
        return IntStream.range(0, 4).mapToObj(i -> PeerAddress.of(net.dhtNode(i).dht().rpc().serverPort().localAddress()))
                .filter(server::isRelay).findFirst().orElseThrow();
    }

    private static HolepunchPayload quiet(int round) {
        return HandMadeClient.round(round, Firewall.CONSISTENT, false, Optional.empty());
    }

    /** Whoever has one is taken for proven to receive where our own relay saw him. */
    @Test
    void aPunchTokenGoesOnlyThroughOurOwnRelays() throws Exception {
        try (PeerServer server = listen(PunchPolicy.ALWAYS); HandMadeClient client = HandMadeClient.shake(host, server)) {
            assertEquals(Optional.empty(), client.ask(quiet(0)).token());
            assertTrue(client.askThrough(relayOf(server), quiet(1)).token().isPresent());
        }
    }

    /** A relay of the client's choice could name anybody's address, and have us send thousands of probes there. */
    @Test
    void aPunchTokenThatComesThroughAnotherRelayProvesNothing() throws Exception {
        try (PeerServer server = listen(PunchPolicy.ALWAYS); HandMadeClient client = HandMadeClient.shake(host, server)) {
            Optional<byte[]> token = client.askThrough(relayOf(server), quiet(0)).token();
            assertTrue(token.isPresent());
            HolepunchPayload answer = client.ask(HandMadeClient.round(1, Firewall.RANDOM, true, token));
            assertEquals(PayloadError.ABORTED, answer.error());
            assertEquals(0, host.stats().punchesRandom());
        }
    }

    @Test
    void aPunchTokenThatComesThroughOurOwnRelayProvesTheHost() throws Exception {
        try (PeerServer server = listen(PunchPolicy.ALWAYS); HandMadeClient client = HandMadeClient.shake(host, server)) {
            PeerAddress relay = relayOf(server);
            Optional<byte[]> token = client.askThrough(relay, quiet(0)).token();
            HolepunchPayload answer = client.askThrough(relay, HandMadeClient.round(1, Firewall.RANDOM, true, token));
            assertEquals(PayloadError.NONE, answer.error());
            assertEquals(1, host.stats().punchesRandom());
        }
    }

    /** "Older rounds do not update." */
    @Test
    void aRoundThatIsOvertakenByALaterOneChangesNothing() throws Exception {
        List<Firewall> asked = new CopyOnWriteArrayList<>();
        PunchPolicy noting = (remote, local, remoteAddresses, localAddresses) -> {
            asked.add(remote);
            return false;
        };
        try (PeerServer server = listen(noting); HandMadeClient client = HandMadeClient.shake(host, server)) {
            assertEquals(5, client.ask(quiet(5)).round());
            HolepunchPayload late = client.ask(HandMadeClient.round(4, Firewall.RANDOM, true, Optional.empty()));
            assertEquals(PayloadError.NONE, late.error());
            assertEquals(5, late.round());
            assertEquals(List.of(), asked);
            assertEquals(PayloadError.ABORTED,
                    client.ask(HandMadeClient.round(6, Firewall.CONSISTENT, true, Optional.empty())).error());
            assertEquals(List.of(Firewall.CONSISTENT), asked);
        }
    }

    @Test
    void onlySoManyRoundsOfOneClientAreWorkedOnAtOnce() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        CountDownLatch gate = new CountDownLatch(1);
        PunchPolicy slow = (remote, local, remoteAddresses, localAddresses) -> {
            atWork.incrementAndGet();
            return !Patience.opens(gate);
        };
        try (PeerServer server = listen(slow); HandMadeClient client = HandMadeClient.shake(host, server)) {
            for (int i = 0; i < PeerConstants.MAX_ROUNDS_AT_ONCE + 2; i++) {
                client.send(HandMadeClient.round(0, Firewall.CONSISTENT, true, Optional.empty()));
            }
            Patience.until(() -> host.stats().drops().getOrDefault("TOO_MANY_ROUNDS", 0L) == 2);
            Patience.until(() -> atWork.get() == PeerConstants.MAX_ROUNDS_AT_ONCE);
            gate.countDown();
        }
    }
}
