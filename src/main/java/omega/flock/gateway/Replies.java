package omega.flock.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omega.flock.dht.DhtReply;
import omega.flock.dht.DhtStats;
import omega.flock.dht.MutableValue;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.PeerRecord;
import omega.flock.peer.PeerNode;
import omega.flock.peer.PeerStats;
import omega.flock.rpc.RpcStats;
import omega.flock.runtime.SharedMemory;
import omega.flock.transport.TransportStats;

/** Turns values of the layers below into exported ones. */
final class Replies {

    private Replies() {}

    static LookupReply lookup(DhtReply<LookupRecords> reply) {
        List<FoundPeer> peers = reply.value().peers().stream().map(Replies::found).toList();
        return new LookupReply(reply.from(), peers, reply.value().bump());
    }

    static PeerReply peer(DhtReply<PeerRecord> reply) {
        return new PeerReply(reply.from(), found(reply.value()));
    }

    static MutableRecord mutable(MutableValue value) {
        return new MutableRecord(value.publicKey(), value.seq(), value.value(), value.signature());
    }

    private static FoundPeer found(PeerRecord peer) {
        return new FoundPeer(peer.publicKey(), peer.relayAddresses());
    }

    static GatewayStats stats(PeerNode node) {
        PeerStats peer = node.stats();
        DhtStats dht = node.dht().stats();
        RpcStats rpc = node.dht().rpc().stats();
        TransportStats transport = node.transportStats();
        SharedMemory.Snapshot memory = node.memory();

        Map<String, Long> gauges = new HashMap<>();
        gauges.put("dials", (long) peer.dials());
        gauges.put("servers", (long) peer.servers());
        gauges.put("handshakes", (long) peer.halfOpenHandshakes());
        gauges.put("punchers", (long) peer.punchers());
        gauges.put("pool.sockets", (long) peer.poolSockets());
        gauges.put("relays", (long) peer.relays());
        gauges.put("memory", memory.held());
        gauges.put("streams", (long) transport.liveStreams());
        gauges.put("rpc.requests", (long) rpc.requests().active());
        gauges.put("rpc.queries", (long) rpc.queries().active());
        gauges.put("nodes", (long) rpc.nodes());
        gauges.put("forwards", (long) dht.forwards());
        gauges.put("records", (long) dht.records());
        gauges.put("mutables", (long) dht.mutables());
        gauges.put("immutables", (long) dht.immutables());

        Map<String, Long> counters = new HashMap<>();
        counters.put("connections.dialled", peer.connectionsDialled());
        counters.put("connections.accepted", peer.connectionsAccepted());
        counters.put("punches.open", peer.punchesOpen());
        counters.put("punches.consistent", peer.punchesConsistent());
        counters.put("punches.random", peer.punchesRandom());
        counters.put("punches.putoff", peer.punchesPutOff());
        counters.put("punches.probes", peer.punchProbes());
        counters.put("punches.probes.failed", peer.punchProbesFailed());
        counters.put("relaying.attempts", peer.relayAttempts());
        counters.put("relaying.successes", peer.relaySuccesses());
        counters.put("relaying.aborts", peer.relayAborts());
        counters.put("routed", dht.routed());
        counters.put("rpc.requests", rpc.requests().total());
        counters.put("rpc.responses", rpc.requests().responses());
        counters.put("rpc.timeouts", rpc.requests().timeouts());
        counters.put("rpc.retries", rpc.requests().retries());
        counters.put("rpc.queries", rpc.queries().total());
        counters.put("transport.packets.sent", transport.packetsSent());
        counters.put("transport.packets.received", transport.packetsReceived());
        counters.put("transport.bytes.sent", transport.bytesSent());
        counters.put("transport.bytes.received", transport.bytesReceived());
        counters.put("transport.retransmissions", transport.retransmissions());
        counters.put("transport.timeouts", transport.timeouts());

        Map<String, Long> drops = new HashMap<>();
        peer.drops().forEach((reason, count) -> drops.put("peer." + reason, count));
        dht.drops().forEach((reason, count) -> drops.put("dht." + reason, count));
        rpc.drops().forEach((reason, count) -> drops.put("rpc." + reason, count));
        transport.drops().forEach((reason, count) -> drops.put("transport." + reason, count));
        drops.put("memory.REFUSED", memory.refusals());
        drops.put("memory.EVICTED", memory.evictions());
        return new GatewayStats(gauges, counters, drops);
    }
}
