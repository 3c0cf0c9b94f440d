package omega.flock.dht;

import static omega.flock.dht.RecordedRequest.CLIENT;
import static omega.flock.dht.RecordedRequest.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.MutablePutRequest;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.Signables;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.TaskScope;
import omega.flock.sim.ManualTicker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StorageServiceTest {

    private static final byte[] TOKEN = filled(3);
    private static final NodeId OWN_ID = NodeId.of(filled(4));
    private static final NodeId TOPIC = NodeId.of(filled(2));
    private static final KeyPair ALICE = KeyPair.fromSeed(filled(1));
    private static final PeerAddress RELAY = new PeerAddress("1.2.3.4", 1000);
    private static final String DONE = "replyBare null";

    private final ManualTicker ticker = new ManualTicker();
    private final DropCounters drops = new DropCounters();
    private final TaskScope scope = new TaskScope("test");
    private final PeerRouter router = new PeerRouter(ticker, drops, Optional::empty, StoreBounds.LARGEST);
    private final RecordStore store = new RecordStore(ticker, new SplittableRandom(1), drops, StoreBounds.LARGEST);
    private final StorageService service =
            new StorageService(store, router, VerificationQueue.standard(scope), drops);

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Sends a request and waits until its signature, if it has one, was looked at. */
    private List<String> send(RecordedRequest request) throws InterruptedException {
        service.onRequest(DhtCommand.of(request.command()).orElseThrow(), request, OWN_ID);
        assertTrue(scope.join(Duration.ofSeconds(30)), "the verifier hangs");
        return request.answers();
    }

    private static RecordedRequest write(DhtCommand command, NodeId target, byte[] value) {
        return RecordedRequest.of(command).target(target).token(TOKEN).value(value);
    }

    private static Announce signed(KeyPair who, NodeId target, PeerRecord peer, Optional<byte[]> refresh, long bump) {
        Announce unsigned = new Announce(Optional.of(peer), refresh, Optional.empty(), bump);
        return new Announce(Optional.of(peer), refresh,
                Optional.of(who.sign(Signables.announce(target.toBytes(), OWN_ID.toBytes(), TOKEN, unsigned))), bump);
    }

    private static Announce signed(KeyPair who, NodeId target) {
        return signed(who, target, PeerRecord.of(who.publicKey()), Optional.empty(), 0);
    }

    private static Announce unsigned(KeyPair who) {
        return new Announce(Optional.of(PeerRecord.of(who.publicKey())), Optional.empty(), Optional.empty(), 0);
    }

    private static Announce unannounce(KeyPair who, NodeId target) {
        return Announce.signed(PeerRecord.of(who.publicKey()),
                who.sign(Signables.unannounce(target.toBytes(), OWN_ID.toBytes(), TOKEN, unsigned(who))), 0);
    }

    private List<String> announce(NodeId target, Announce message) throws InterruptedException {
        return send(write(DhtCommand.ANNOUNCE, target, message.toBytes()));
    }

    private Optional<LookupRecords> lookup(NodeId target) throws InterruptedException {
        return answer(DhtCommand.LOOKUP, target).map(LookupRecords::decode);
    }

    private Optional<PeerRecord> findPeer(NodeId target) throws InterruptedException {
        return answer(DhtCommand.FIND_PEER, target).map(PeerRecord::decode);
    }

    private Optional<byte[]> answer(DhtCommand command, NodeId target) throws InterruptedException {
        return value(send(RecordedRequest.of(command).target(target)));
    }

    private static Optional<byte[]> value(List<String> answers) {
        assertEquals(1, answers.size());
        assertTrue(answers.get(0).startsWith("reply "), answers.get(0));
        String value = answers.get(0).substring("reply ".length());
        return value.equals("null") ? Optional.empty() : Optional.of(HexFormat.of().parseHex(value));
    }

    private long dropped(DhtDrop reason) {
        return drops.snapshot().get(reason);
    }

    // ---- ANNOUNCE --------------------------------------------------------------------------------------------------------

    @Test
    void anAnnouncedPeerIsFoundByLookupOnly() throws Exception {
        assertEquals(Optional.empty(), lookup(TOPIC));
        PeerRecord peer = new PeerRecord(ALICE.publicKey(), List.of(RELAY));
        assertEquals(List.of(DONE), announce(TOPIC, signed(ALICE, TOPIC, peer, Optional.empty(), 0)));
        assertEquals(Optional.of(new LookupRecords(List.of(peer), 0)), lookup(TOPIC));
        assertEquals(Optional.empty(), findPeer(TOPIC));
        assertEquals(Optional.empty(), findPeer(DhtNode.target(ALICE.publicKey())));
        assertEquals(1, store.records());
    }

    @Test
    void aServersOwnAnnounceMakesThisNodeItsRelay() throws Exception {
        NodeId self = DhtNode.target(ALICE.publicKey());
        assertEquals(List.of(DONE), announce(self, signed(ALICE, self)));
        assertEquals(Optional.of(PeerRecord.of(ALICE.publicKey())), findPeer(self));
        assertEquals(Optional.of(new LookupRecords(List.of(PeerRecord.of(ALICE.publicKey())), 0)), lookup(self));
        assertEquals(Optional.of(CLIENT), router.forward(self));
        assertEquals(0, store.records());
    }

    @Test
    void anAnnounceWithoutTokenIsIgnored() throws Exception {
        assertEquals(List.of(), send(RecordedRequest.of(DhtCommand.ANNOUNCE).target(TOPIC)
                .value(signed(ALICE, TOPIC).toBytes())));
        assertEquals(1, dropped(DhtDrop.INCOMPLETE));
    }

    @Test
    void aSignatureCountsForOneTargetOneNodeOneTokenAndOneCommandOnly() throws Exception {
        NodeId other = NodeId.of(filled(9));
        assertEquals(List.of(), announce(other, signed(ALICE, TOPIC)));
        assertEquals(List.of(), send(RecordedRequest.of(DhtCommand.ANNOUNCE).target(TOPIC).token(filled(8))
                .value(signed(ALICE, TOPIC).toBytes())));
        assertEquals(List.of(), announce(TOPIC, unannounce(ALICE, TOPIC)));
        RecordedRequest elsewhere = write(DhtCommand.ANNOUNCE, TOPIC, signed(ALICE, TOPIC).toBytes());
        service.onRequest(DhtCommand.ANNOUNCE, elsewhere, other);
        assertTrue(scope.join(Duration.ofSeconds(30)));
        assertEquals(List.of(), elsewhere.answers());
        assertEquals(4, dropped(DhtDrop.BAD_SIGNATURE));
        assertEquals(Optional.empty(), lookup(TOPIC));
    }

    @Test
    void anUnsignedOrUndecodableAnnounceIsIgnored() throws Exception {
        assertEquals(List.of(), announce(TOPIC, unsigned(ALICE)));
        assertEquals(List.of(), announce(TOPIC, new Announce(Optional.empty(), Optional.empty(), Optional.empty(), 0)));
        assertEquals(2, dropped(DhtDrop.INCOMPLETE));
        assertEquals(List.of(), send(write(DhtCommand.ANNOUNCE, TOPIC, new byte[] {1, 2, 3})));
        assertEquals(1, dropped(DhtDrop.MALFORMED));
        assertEquals(List.of(), send(RecordedRequest.of(DhtCommand.ANNOUNCE).token(TOKEN)));
        assertEquals(3, dropped(DhtDrop.INCOMPLETE));
    }

    @Test
    void whatTheVerifierHasNoRoomForIsDroppedAndCounted() {
        StorageService full = new StorageService(store, router, new VerificationQueue(scope, 0, 0, 1), drops);
        RecordedRequest request = write(DhtCommand.ANNOUNCE, TOPIC, signed(ALICE, TOPIC).toBytes());
        full.onRequest(DhtCommand.ANNOUNCE, request, OWN_ID);
        assertEquals(List.of(), request.answers());
        assertEquals(1, dropped(DhtDrop.VERIFIER_BUSY));
    }

    @Test
    void onlyThreeRelaysAreKept() throws Exception {
        List<PeerAddress> four = List.of(RELAY, new PeerAddress("1.1.1.1", 1), new PeerAddress("2.2.2.2", 2),
                new PeerAddress("3.3.3.3", 3));
        announce(TOPIC, signed(ALICE, TOPIC, new PeerRecord(ALICE.publicKey(), four), Optional.empty(), 0));
        assertEquals(four.subList(0, 3), lookup(TOPIC).orElseThrow().peers().get(0).relayAddresses());
    }

    @Test
    void announcingAgainReplacesTheRelaysAtOnce() throws Exception {
        announce(TOPIC, signed(ALICE, TOPIC));
        PeerRecord moved = new PeerRecord(ALICE.publicKey(), List.of(RELAY));
        announce(TOPIC, signed(ALICE, TOPIC, moved, Optional.empty(), 0));
        assertEquals(List.of(moved), lookup(TOPIC).orElseThrow().peers());
    }

    @Test
    void aLookupShowsAtMostTwentyPeers() throws Exception {
        for (int i = 0; i < 25; i++) {
            KeyPair peer = KeyPair.fromSeed(filled(100 + i));
            announce(TOPIC, signed(peer, TOPIC));
        }
        assertEquals(20, lookup(TOPIC).orElseThrow().peers().size());
        assertEquals(25, store.records());
    }

    @Test
    void aBumpOnlyGrowsAndDoesNotReachIntoTheFuture() throws Exception {
        long now = ticker.wallMillis();
        announce(TOPIC, signed(ALICE, TOPIC, PeerRecord.of(ALICE.publicKey()), Optional.empty(), 1000));
        assertEquals(1000, lookup(TOPIC).orElseThrow().bump());
        announce(TOPIC, signed(ALICE, TOPIC, PeerRecord.of(ALICE.publicKey()), Optional.empty(), 999));
        assertEquals(1000, lookup(TOPIC).orElseThrow().bump());
        announce(TOPIC, signed(ALICE, TOPIC, PeerRecord.of(ALICE.publicKey()), Optional.empty(), now + 60_001));
        assertEquals(1000, lookup(TOPIC).orElseThrow().bump());
        announce(TOPIC, signed(ALICE, TOPIC, PeerRecord.of(ALICE.publicKey()), Optional.empty(), now + 60_000));
        assertEquals(now + 60_000, lookup(TOPIC).orElseThrow().bump());
    }

    @Test
    void recordsAreForgottenAfterTwentyMinutesOrSo() throws Exception {
        announce(TOPIC, signed(ALICE, TOPIC));
        ticker.advance(Duration.ofMinutes(13));
        assertEquals(1, lookup(TOPIC).orElseThrow().peers().size());
        ticker.advance(Duration.ofMinutes(14));
        assertEquals(Optional.empty(), lookup(TOPIC));
    }

    // ---- Refresh ---------------------------------------------------------------------------------------------------------

    private List<String> refresh(byte[] preimage, PeerAddress from) throws InterruptedException {
        return send(write(DhtCommand.ANNOUNCE, TOPIC,
                new Announce(Optional.empty(), Optional.of(preimage), Optional.empty(), 0).toBytes()).from(from));
    }

    @Test
    void aRecordIsRefreshedByRevealingAChainOfPreimages() throws Exception {
        byte[] x = filled(77);
        byte[] second = Blake2b.hash256(x);
        byte[] first = Blake2b.hash256(second);
        announce(TOPIC, signed(ALICE, TOPIC, PeerRecord.of(ALICE.publicKey()), Optional.of(first), 0));
        ticker.advance(Duration.ofMinutes(12));
        assertEquals(List.of(DONE), refresh(second, CLIENT));
        ticker.advance(Duration.ofMinutes(12));
        assertEquals(List.of(DONE), refresh(x, CLIENT));
        ticker.advance(Duration.ofMinutes(12));
        assertEquals(1, lookup(TOPIC).orElseThrow().peers().size());
        assertEquals(List.of(), refresh(second, CLIENT), "a preimage counts once");
        assertEquals(1, dropped(DhtDrop.UNKNOWN_REFRESH));
    }

    @Test
    void refreshingAServersOwnAnnounceMovesItsForward() throws Exception {
        NodeId self = DhtNode.target(ALICE.publicKey());
        byte[] x = filled(77);
        announce(self, signed(ALICE, self, PeerRecord.of(ALICE.publicKey()), Optional.of(Blake2b.hash256(x)), 0));
        assertEquals(List.of(DONE), refresh(x, RELAY));
        assertEquals(Optional.of(RELAY), router.forward(self));
    }

    @Test
    void aRefreshThatIsUnknownIsIgnored() throws Exception {
        assertEquals(List.of(), refresh(filled(5), CLIENT));
        assertEquals(1, dropped(DhtDrop.UNKNOWN_REFRESH));
    }

    // ---- UNANNOUNCE ------------------------------------------------------------------------------------------------------

    @Test
    void anUnannouncedPeerIsGone() throws Exception {
        announce(TOPIC, signed(ALICE, TOPIC));
        assertEquals(List.of(DONE), send(write(DhtCommand.UNANNOUNCE, TOPIC, unannounce(ALICE, TOPIC).toBytes())));
        assertEquals(Optional.empty(), lookup(TOPIC));
        NodeId self = DhtNode.target(ALICE.publicKey());
        announce(self, signed(ALICE, self));
        assertEquals(List.of(DONE), send(write(DhtCommand.UNANNOUNCE, self, unannounce(ALICE, self).toBytes())));
        assertEquals(Optional.empty(), findPeer(self));
    }

    @Test
    void nobodyUnannouncesSomebodyElse() throws Exception {
        announce(TOPIC, signed(ALICE, TOPIC));
        KeyPair mallory = KeyPair.fromSeed(filled(66));
        Announce forged = Announce.signed(PeerRecord.of(ALICE.publicKey()), mallory.sign(
                Signables.unannounce(TOPIC.toBytes(), OWN_ID.toBytes(), TOKEN, unsigned(ALICE))), 0);
        assertEquals(List.of(), send(write(DhtCommand.UNANNOUNCE, TOPIC, forged.toBytes())));
        assertEquals(List.of(), send(write(DhtCommand.UNANNOUNCE, TOPIC, signed(ALICE, TOPIC).toBytes())));
        assertEquals(1, lookup(TOPIC).orElseThrow().peers().size());
        assertEquals(2, dropped(DhtDrop.BAD_SIGNATURE));
    }

    @Test
    void evenItsOwnKeyCannotUnannounceOrRedirectALocalServer() throws Exception {
        NodeId self = DhtNode.target(ALICE.publicKey());
        router.register(ALICE.publicKey(), new LocalServer() {
            @Override
            public void onHandshake(HandshakeArrival arrival) {
                throw new AssertionError("nobody calls");
            }

            @Override
            public void onHolepunch(HolepunchArrival arrival) {
                throw new AssertionError("nobody calls");
            }
        });
        assertEquals(List.of(DONE), send(write(DhtCommand.UNANNOUNCE, self, unannounce(ALICE, self).toBytes())));
        assertEquals(List.of(DONE), announce(self, signed(ALICE, self)));
        assertEquals(1, router.localServers());
        assertEquals(Optional.empty(), router.forward(self));
        assertEquals(Optional.of(PeerRecord.of(ALICE.publicKey())), findPeer(self));
        assertEquals(2, dropped(DhtDrop.LOCAL_SERVER_PROTECTED));
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    private List<String> putMutable(long seq, String text) throws InterruptedException {
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        return send(write(DhtCommand.MUTABLE_PUT, DhtNode.target(ALICE.publicKey()), new MutablePutRequest(ALICE.publicKey(),
                seq, value, ALICE.sign(Signables.mutable(seq, value))).toBytes()));
    }

    private List<String> getMutable(String seqHex) throws InterruptedException {
        return send(RecordedRequest.of(DhtCommand.MUTABLE_GET).target(DhtNode.target(ALICE.publicKey()))
                .value(HexFormat.of().parseHex(seqHex)));
    }

    @Test
    void aMutableValueIsReplacedByAHigherNumberOnly() throws Exception {
        assertEquals(List.of("reply null"), getMutable("00"));
        assertEquals(List.of("reply null"), putMutable(5, "five"));
        assertEquals(List.of("error 16"), putMutable(5, "other"));
        assertEquals(List.of("error 17"), putMutable(4, "four"));
        assertEquals(List.of("reply null"), putMutable(5, "five"));
        MutableGetResponse stored = MutableGetResponse.decode(value(getMutable("05")).orElseThrow());
        assertArrayEquals("five".getBytes(StandardCharsets.UTF_8), stored.value());
        assertEquals(5, stored.seq());
        assertEquals(List.of("reply null"), getMutable("06"));
        assertEquals(List.of("reply null"), putMutable(6, ""));
        assertEquals(6, MutableGetResponse.decode(value(getMutable("00")).orElseThrow()).seq());
    }

    @Test
    void aMutableGetNeedsANumber() throws Exception {
        assertEquals(List.of(), send(RecordedRequest.of(DhtCommand.MUTABLE_GET).target(TOPIC)));
        assertEquals(List.of(), send(RecordedRequest.of(DhtCommand.MUTABLE_GET).target(TOPIC).value(new byte[] {-1, 1})));
        assertEquals(1, dropped(DhtDrop.INCOMPLETE));
        assertEquals(1, dropped(DhtDrop.MALFORMED));
    }

    @Test
    void aMutableValueUnderAnotherKeyOrBadlySignedIsIgnored() throws Exception {
        byte[] value = {1};
        byte[] signature = ALICE.sign(Signables.mutable(1, value));
        byte[] good = new MutablePutRequest(ALICE.publicKey(), 1, value, signature).toBytes();
        byte[] bad = new MutablePutRequest(ALICE.publicKey(), 2, value, signature).toBytes();
        assertEquals(List.of(), send(write(DhtCommand.MUTABLE_PUT, TOPIC, good)));
        assertEquals(1, dropped(DhtDrop.WRONG_TARGET));
        assertEquals(List.of(), send(write(DhtCommand.MUTABLE_PUT, DhtNode.target(ALICE.publicKey()), bad)));
        assertEquals(1, dropped(DhtDrop.BAD_SIGNATURE));
        assertEquals(0, store.mutables());
    }

    @Test
    void anImmutableValueIsStoredUnderItsHashOnly() throws Exception {
        byte[] value = "hello".getBytes(StandardCharsets.UTF_8);
        NodeId hash = NodeId.of(Blake2b.hash256(value));
        assertEquals(List.of("reply null"), send(RecordedRequest.of(DhtCommand.IMMUTABLE_GET).target(hash)));
        assertEquals(List.of(), send(write(DhtCommand.IMMUTABLE_PUT, TOPIC, value)));
        assertEquals(1, dropped(DhtDrop.WRONG_TARGET));
        assertEquals(List.of("reply null"), send(write(DhtCommand.IMMUTABLE_PUT, hash, value)));
        assertEquals(List.of("reply " + hex(value)), send(RecordedRequest.of(DhtCommand.IMMUTABLE_GET).target(hash)));
    }

    @Test
    void anEmptyValueIsAValue() throws Exception {
        NodeId hash = NodeId.of(Blake2b.hash256(new byte[0]));
        assertEquals(List.of("reply null"), send(write(DhtCommand.IMMUTABLE_PUT, hash, new byte[0])));
        assertEquals(List.of("reply "), send(RecordedRequest.of(DhtCommand.IMMUTABLE_GET).target(hash)));
    }

    @Test
    void valuesAreKeptForTwoDays() throws Exception {
        putMutable(1, "one");
        ticker.advance(Duration.ofHours(31));
        assertEquals(1, store.mutables());
        ticker.advance(Duration.ofHours(34));
        assertEquals(0, store.mutables());
    }
}
