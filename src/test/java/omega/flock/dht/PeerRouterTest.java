package omega.flock.dht;

import static omega.flock.dht.RecordedRequest.CLIENT;
import static omega.flock.dht.RecordedRequest.PUNCH_PORT;
import static omega.flock.dht.RecordedRequest.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.RoutingMode;
import omega.flock.rpc.routing.NodeId;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.Test;

class PeerRouterTest {

    private static final KeyPair SERVER_KEY = KeyPair.fromSeed(new byte[32]);
    private static final NodeId TARGET = DhtNode.target(SERVER_KEY.publicKey());
    private static final byte[] RECORD = PeerRecord.of(SERVER_KEY.publicKey()).toBytes();
    private static final PeerAddress SERVER = new PeerAddress("10.0.0.2", 2002);
    private static final PeerAddress RELAY = new PeerAddress("10.0.0.3", 3003);
    private static final byte[] NOISE = {1, 2, 3};
    private static final byte[] ANSWER = {4, 5};

    /** A server that keeps what arrives. */
    private static final class KeepingServer implements LocalServer {
        final List<HandshakeArrival> handshakes = new ArrayList<>();
        final List<HolepunchArrival> holepunches = new ArrayList<>();

        @Override
        public void onHandshake(HandshakeArrival arrival) {
            handshakes.add(arrival);
        }

        @Override
        public void onHolepunch(HolepunchArrival arrival) {
            holepunches.add(arrival);
        }
    }

    private final ManualTicker ticker = new ManualTicker();
    private final DropCounters drops = new DropCounters();
    private final PeerRouter router = new PeerRouter(ticker, drops, Optional::empty, StoreBounds.LARGEST);
    private final KeepingServer server = new KeepingServer();

    private RecordedRequest handshake(HandshakeMessage message, PeerAddress from) {
        RecordedRequest request = RecordedRequest.of(DhtCommand.PEER_HANDSHAKE).from(from).target(TARGET)
                .value(message.toBytes());
        router.onHandshake(request);
        return request;
    }

    private RecordedRequest holepunch(HolepunchMessage message, PeerAddress from) {
        RecordedRequest request = RecordedRequest.of(DhtCommand.PEER_HOLEPUNCH).from(from).target(TARGET)
                .value(message.toBytes());
        router.onHolepunch(request);
        return request;
    }

    private long dropped(DhtDrop reason) {
        return drops.snapshot().get(reason);
    }

    // ---- Handshakes at a relay -------------------------------------------------------------------------------------------

    @Test
    void aClientsHandshakeIsPassedOnToWhereTheServerAnnouncedFrom() {
        router.announced(TARGET, SERVER, RECORD);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        // flags 1, mode 2, noise, peerAddress = the client as seen here
        assertEquals(List.of("forward 10.0.0.2:2002 server 010203010203" + "0a000001" + "e903"), request.answers());
    }

    @Test
    void aClientsHandshakeIsPassedOnToTheRelayItNames() {
        router.announced(TARGET, SERVER, RECORD);
        RecordedRequest request = handshake(
                new HandshakeMessage(RoutingMode.FROM_CLIENT, NOISE, Optional.empty(), Optional.of(RELAY)), CLIENT);
        assertEquals(List.of("forward 10.0.0.3:3003 server "
                + hex(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, CLIENT).toBytes())), request.answers());
    }

    @Test
    void aClientThatAsksTheWrongNodeIsHelpedOnItsWay() {
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        assertEquals(List.of("replyWithoutToken null"), request.answers());
    }

    @Test
    void aRelayedHandshakeForAServerFurtherOnNamesTheFirstRelay() {
        router.announced(TARGET, SERVER, RECORD);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, CLIENT), RELAY);
        assertEquals(List.of("forward 10.0.0.2:2002 server "
                + hex(new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, NOISE, Optional.of(CLIENT), Optional.of(RELAY))
                        .toBytes())), request.answers());
    }

    @Test
    void aServersAnswerGoesToTheClientThatAskedWithTheServersAddress() {
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_SERVER, ANSWER, CLIENT), SERVER).answers());
        assertEquals(1, dropped(DhtDrop.UNASKED));
        router.announced(TARGET, SERVER, RECORD);
        handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_SERVER, ANSWER, CLIENT), SERVER);
        // flags 1, mode 4, noise, peerAddress = the server as seen here
        assertEquals(List.of("replyTo 10.0.0.1:1001 server 0104020405" + "0a000002" + "d207"), request.answers());
    }

    @Test
    void whatCannotBeRoutedIsDroppedInSilence() {
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_SERVER, NOISE), SERVER).answers());
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, CLIENT), RELAY).answers());
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.REPLY, NOISE, CLIENT), RELAY).answers());
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_SECOND_RELAY, NOISE, CLIENT), RELAY).answers());
        assertEquals(4, dropped(DhtDrop.NOT_ROUTABLE));
        RecordedRequest empty = RecordedRequest.of(DhtCommand.PEER_HANDSHAKE).target(TARGET);
        router.onHandshake(empty);
        assertEquals(List.of(), empty.answers());
        assertEquals(1, dropped(DhtDrop.INCOMPLETE));
        RecordedRequest garbage = empty.value(new byte[] {0, 9});
        router.onHandshake(garbage);
        assertEquals(List.of(), garbage.answers());
        assertEquals(1, dropped(DhtDrop.MALFORMED));
    }

    @Test
    void nothingIsSentToPortZero() {
        PeerAddress nowhere = new PeerAddress("10.0.0.1", 0);
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_SERVER, NOISE, nowhere), SERVER).answers());
        assertEquals(List.of(), holepunch(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 1, NOISE, nowhere), CLIENT).answers());
        assertEquals(2, dropped(DhtDrop.BAD_DESTINATION));
    }

    @Test
    void answersHaveAtMostThreeTimesTheBytesOfWhatWasAsked() {
        holepunch(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, new byte[100], SERVER), CLIENT);
        int answered = 0;
        for (int i = 0; i < 20; i++) {
            HolepunchMessage answer = HolepunchMessage.of(RoutingMode.FROM_SERVER, 0, new byte[100], CLIENT);
            answered += holepunch(answer, SERVER).answers().size();
        }
        assertEquals(3, answered);
        assertEquals(17, dropped(DhtDrop.UNASKED));
    }

    @Test
    void aServerOfTheSameNetworkIsReachedFromOutsideBecauseItAnnouncedItself() {
        router.announced(TARGET, new PeerAddress("192.168.1.5", 5), RECORD);
        PeerAddress client = new PeerAddress("8.8.8.8", 8);
        assertEquals(1, handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), client).answers().size());
        HolepunchMessage round = HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, NOISE, new PeerAddress("192.168.1.5", 5));
        assertEquals(1, holepunch(round, client).answers().size());
    }

    @Test
    void aClientOfTheSameNetworkIsAnsweredFromOutside() {
        PeerAddress client = new PeerAddress("192.168.1.5", 5);
        PeerAddress outside = new PeerAddress("8.8.8.8", 8);
        holepunch(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, NOISE, outside), client);
        assertEquals(1, holepunch(HolepunchMessage.of(RoutingMode.FROM_SERVER, 0, ANSWER, client), outside).answers().size());
    }

    @Test
    void aServerDoesNotAnswerToAFirstRelayOnItsOwnNetworkForAStranger() {
        router.register(SERVER_KEY.publicKey(), server);
        for (String inside : new String[] {"127.0.0.1", "192.168.1.5"}) {
            handshake(new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, NOISE, Optional.of(CLIENT),
                    Optional.of(new PeerAddress(inside, 5))), new PeerAddress("8.8.8.8", 8));
        }
        assertEquals(List.of(), server.handshakes);
        assertEquals(2, dropped(DhtDrop.PRIVATE_DESTINATION));
    }

    @Test
    void aHandshakeWithoutTargetIsTreatedAsOneForAnUnknownServer() {
        RecordedRequest request = RecordedRequest.of(DhtCommand.PEER_HANDSHAKE)
                .value(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE).toBytes());
        router.onHandshake(request);
        assertEquals(List.of("replyWithoutToken null"), request.answers());
    }

    // ---- Handshakes at the server ----------------------------------------------------------------------------------------

    @Test
    void aDirectHandshakeIsAnsweredWithAResponse() {
        router.register(SERVER_KEY.publicKey(), server);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        HandshakeArrival arrival = server.handshakes.get(0);
        assertArrayEquals(NOISE, arrival.noise());
        assertEquals(CLIENT, arrival.clientAddress());
        assertFalse(arrival.relayed());
        assertEquals(List.of(), request.answers());
        assertTrue(arrival.reply(ANSWER, arrival.port()));
        assertEquals(List.of("replyTo 10.0.0.1:1001 server 0004020405"), request.answers());
    }

    @Test
    void aRelayedHandshakeIsAnsweredWithARequestToTheRelay() {
        router.register(SERVER_KEY.publicKey(), server);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE, CLIENT), RELAY);
        HandshakeArrival arrival = server.handshakes.get(0);
        assertEquals(CLIENT, arrival.clientAddress());
        assertEquals(RELAY, arrival.from());
        assertEquals(RecordedRequest.SELF, arrival.to());
        assertTrue(arrival.relayed());
        arrival.reply(ANSWER, PUNCH_PORT);
        assertEquals(List.of("forward 10.0.0.3:3003 punch 0101020405" + "0a000001" + "e903"), request.answers());
    }

    @Test
    void aHandshakeThroughTwoRelaysIsAnsweredToTheFirst() {
        router.register(SERVER_KEY.publicKey(), server);
        PeerAddress second = new PeerAddress("10.0.0.4", 4004);
        RecordedRequest request = handshake(new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, NOISE, Optional.of(CLIENT),
                Optional.of(RELAY)), second);
        server.handshakes.get(0).reply(ANSWER, server.handshakes.get(0).port());
        assertEquals(List.of("forward 10.0.0.3:3003 server "
                + hex(HandshakeMessage.of(RoutingMode.FROM_SERVER, ANSWER, CLIENT).toBytes())), request.answers());
    }

    @Test
    void anArrivalIsAnsweredOnce() {
        router.register(SERVER_KEY.publicKey(), server);
        RecordedRequest request = handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        assertTrue(server.handshakes.get(0).reply(ANSWER, server.handshakes.get(0).port()));
        assertFalse(server.handshakes.get(0).reply(NOISE, server.handshakes.get(0).port()));
        assertEquals(1, request.answers().size());
    }

    @Test
    void aServerDoesNotHearWhatIsNotForServers() {
        router.register(SERVER_KEY.publicKey(), server);
        handshake(HandshakeMessage.of(RoutingMode.FROM_SERVER, NOISE, CLIENT), RELAY);
        handshake(HandshakeMessage.of(RoutingMode.REPLY, NOISE, CLIENT), RELAY);
        handshake(HandshakeMessage.of(RoutingMode.FROM_RELAY, NOISE), RELAY);
        handshake(HandshakeMessage.of(RoutingMode.FROM_SECOND_RELAY, NOISE, CLIENT), RELAY);
        assertEquals(List.of(), server.handshakes);
        assertEquals(4, dropped(DhtDrop.NOT_ROUTABLE));
    }

    @Test
    void aServerThatThrowsHurtsOnlyItsArrival() {
        router.register(SERVER_KEY.publicKey(), new LocalServer() {
            @Override
            public void onHandshake(HandshakeArrival arrival) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void onHolepunch(HolepunchArrival arrival) {
                throw new IllegalStateException("a bug");
            }
        });
        assertEquals(List.of(), handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT).answers());
        assertEquals(List.of(), holepunch(HolepunchMessage.of(RoutingMode.FROM_RELAY, 1, NOISE, CLIENT), RELAY).answers());
        assertEquals(2, dropped(DhtDrop.SERVER_FAILED));
    }

    // ---- Hole punching rounds --------------------------------------------------------------------------------------------

    @Test
    void aRoundIsPassedOnToThePeerItNames() {
        RecordedRequest request = holepunch(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, NOISE, SERVER), CLIENT);
        // flags 1, mode 2, id 7, payload, peerAddress = the client as seen here
        assertEquals(List.of("forward 10.0.0.2:2002 server 01020703010203" + "0a000001" + "e903"), request.answers());
    }

    @Test
    void aRoundThatNamesNobodyGoesToWhereTheServerAnnouncedFrom() {
        HolepunchMessage message = new HolepunchMessage(RoutingMode.FROM_CLIENT, 7, NOISE, Optional.empty());
        assertEquals(List.of(), holepunch(message, CLIENT).answers());
        router.announced(TARGET, SERVER, RECORD);
        assertEquals(List.of("forward 10.0.0.2:2002 server "
                + hex(HolepunchMessage.of(RoutingMode.FROM_RELAY, 7, NOISE, CLIENT).toBytes())),
                holepunch(message, CLIENT).answers());
    }

    @Test
    void aRoundForALocalServerIsAnsweredToItsRelayWithIdZero() {
        router.register(SERVER_KEY.publicKey(), server);
        RecordedRequest request = holepunch(HolepunchMessage.of(RoutingMode.FROM_RELAY, 7, NOISE, CLIENT), RELAY);
        HolepunchArrival arrival = server.holepunches.get(0);
        assertEquals(7, arrival.id());
        assertArrayEquals(NOISE, arrival.payload());
        assertEquals(CLIENT, arrival.peerAddress());
        assertTrue(arrival.reply(ANSWER, PUNCH_PORT));
        assertFalse(arrival.reply(ANSWER, arrival.port()));
        // flags 1, mode 1, id 0, payload, peerAddress unchanged
        assertEquals(List.of("forward 10.0.0.3:3003 punch 010100020405" + "0a000001" + "e903"), request.answers());
    }

    @Test
    void aServersRoundGoesToTheClientWithTheServersAddress() {
        holepunch(HolepunchMessage.of(RoutingMode.FROM_CLIENT, 7, NOISE, SERVER), CLIENT);
        RecordedRequest request = holepunch(HolepunchMessage.of(RoutingMode.FROM_SERVER, 0, ANSWER, CLIENT), SERVER);
        assertEquals(List.of("replyTo 10.0.0.1:1001 server 010400020405" + "0a000002" + "d207"), request.answers());
    }

    @Test
    void aRoundWithoutAddressOrServerIsDropped() {
        router.register(SERVER_KEY.publicKey(), server);
        holepunch(new HolepunchMessage(RoutingMode.FROM_RELAY, 7, NOISE, Optional.empty()), RELAY);
        assertEquals(List.of(),
                holepunch(new HolepunchMessage(RoutingMode.FROM_SERVER, 0, NOISE, Optional.empty()), SERVER).answers());
        assertEquals(List.of(), server.holepunches);
        router.unregister(SERVER_KEY.publicKey(), server);
        holepunch(HolepunchMessage.of(RoutingMode.FROM_RELAY, 7, NOISE, CLIENT), RELAY);
        assertEquals(List.of(), server.holepunches);
        assertEquals(3, dropped(DhtDrop.NOT_ROUTABLE));
    }

    // ---- Entries ---------------------------------------------------------------------------------------------------------

    @Test
    void aLocalServerCanBeNeitherReplacedNorRemovedByStrangers() {
        assertTrue(router.register(SERVER_KEY.publicKey(), server));
        assertFalse(router.announced(TARGET, SERVER, RECORD));
        assertFalse(router.unannounced(TARGET));
        ticker.advance(Duration.ofDays(3));
        handshake(HandshakeMessage.of(RoutingMode.FROM_CLIENT, NOISE), CLIENT);
        assertEquals(1, server.handshakes.size());
        assertEquals(Optional.empty(), router.forward(TARGET));
    }

    @Test
    void aKeyBelongsToOneServerAtATime() {
        KeepingServer other = new KeepingServer();
        assertTrue(router.register(SERVER_KEY.publicKey(), server));
        assertFalse(router.register(SERVER_KEY.publicKey(), other));
        router.unregister(SERVER_KEY.publicKey(), other);
        assertEquals(1, router.localServers());
        router.unregister(SERVER_KEY.publicKey(), server);
        assertEquals(0, router.localServers());
        assertTrue(router.register(SERVER_KEY.publicKey(), other));
    }

    @Test
    void aForwardAgesUnlessTheServerAnnouncesAgain() {
        router.announced(TARGET, SERVER, RECORD);
        assertEquals(Optional.of(SERVER), router.forward(TARGET));
        router.announced(TARGET, RELAY, RECORD);
        assertEquals(Optional.of(RELAY), router.forward(TARGET));
        ticker.advance(Duration.ofMinutes(27));
        assertEquals(Optional.empty(), router.forward(TARGET));
        assertEquals(0, router.forwards());
    }

    @Test
    void aHundredThousandLiesLeaveTheRouterBounded() {
        for (int i = 0; i < 200_000; i++) {
            byte[] target = new byte[32];
            target[0] = (byte) i;
            target[1] = (byte) (i >> 8);
            target[2] = (byte) (i >> 16);
            router.announced(NodeId.of(target), SERVER, RECORD);
        }
        assertTrue(router.forwards() <= DhtConstants.MAX_RECORDS);
        assertTrue(dropped(DhtDrop.EVICTED) >= 200_000 - DhtConstants.MAX_RECORDS);
    }
}
