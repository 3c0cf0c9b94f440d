package omega.flock.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.Topic;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.StorageError;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.routing.NodeId;
import omega.flock.sim.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A DHT in which three nodes are honest and a dozen lie to everybody about everything. */
class DhtLiesTest {

    private static final byte[] VALUE = {1, 2, 3};

    private MemoryNetwork network;
    private DhtSwarm swarm;
    private DhtNode writer;
    private DhtNode reader;

    @BeforeEach
    void start() throws Exception {
        network = new MemoryNetwork(3);
        swarm = DhtSwarm.inMemory(network, 2);
        for (int i = 0; i < 12; i++) {
            swarm.addLiar(DhtLiesTest::lie);
        }
        writer = swarm.addClient();
        reader = swarm.addClient();
    }

    @AfterEach
    void stop() {
        swarm.close();
        network.close();
    }

    private static boolean lie(IncomingRequest request) {
        DhtCommand command = DhtCommand.of(request.command()).orElseThrow();
        switch (command) {
            case FIND_PEER, LOOKUP -> request.reply(Optional.of(new byte[] {9, 9, 9}));
            case MUTABLE_GET -> request.reply(Optional.of(new MutableGetResponse(1L << 50, VALUE, new byte[64]).toBytes()));
            case IMMUTABLE_GET -> request.reply(Optional.of(new byte[] {6, 6, 6}));
            case MUTABLE_PUT -> request.error(StorageError.SEQ_TOO_LOW.code());
            case ANNOUNCE, UNANNOUNCE, IMMUTABLE_PUT -> request.error(99);
            case PEER_HANDSHAKE, PEER_HOLEPUNCH -> request.reply(Optional.of(new byte[0]));
        }
        return true;
    }

    @Test
    void recordsAreStillFound() throws Exception {
        NodeId topic = DhtNode.target(Topic.hash("lies"));
        KeyPair key = KeyPair.generate();
        try (RpcQuery<DhtReply<LookupRecords>> query = writer.announce(topic, key, List.of(), AnnounceOptions.DEFAULT)) {
            query.awaitFinished();
        }
        List<PeerAddress> answering = new ArrayList<>();
        try (RpcQuery<DhtReply<LookupRecords>> query = reader.lookup(topic, List.of())) {
            DhtSwarm.all(query).forEach(reply -> {
                answering.add(reply.from());
                assertEquals(List.of(PeerRecord.of(key.publicKey())), reply.value().peers());
            });
        }
        assertEquals(3, answering.size());
    }

    @Test
    void aForgedValueIsNotBelievedAndDoesNotKeepTheOwnerFromWriting() throws Exception {
        KeyPair key = KeyPair.generate();
        assertEquals(Optional.empty(), reader.mutableGet(key.publicKey(), 0, true));
        writer.mutablePut(key, VALUE, 1);
        MutableValue found = reader.mutableGet(key.publicKey(), 0, true).orElseThrow();
        assertEquals(1, found.seq());
        assertArrayEquals(VALUE, found.value());
        assertEquals(Optional.of(found), reader.mutableGet(key.publicKey(), 0, false));
    }

    @Test
    void aValueThatIsNotTheOneAskedForIsPassedOver() throws Exception {
        StoredValue stored = writer.immutablePut(VALUE);
        assertEquals(3, stored.storedBy().size());
        assertArrayEquals(VALUE, reader.immutableGet(stored.hash()).orElseThrow());
    }

    @Test
    void aNodeThatLiesToARequestIsNotAnAnswer() throws Exception {
        KeyPair key = KeyPair.generate();
        NodeId target = DhtNode.target(key.publicKey());
        long answers = 0;
        try (RpcQuery<DhtReply<PeerRecord>> query = reader.findPeer(target, List.of())) {
            for (DhtReply<PeerRecord> reply : DhtSwarm.all(query)) {
                answers++;
                assertTrue(reply.value().relayAddresses().isEmpty());
            }
        }
        assertEquals(0, answers);
    }
}
