package omega.flock.dht;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.Signables;
import omega.flock.rpc.CommitFunction;
import omega.flock.rpc.QueryRequest;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.MalformedMessageException;

/**
 * Finds, announces and unannounces peers at other nodes. Its methods run on the caller's thread; the walks they start, and
 * what these send to the nodes they meet, run on the query's threads. Source: hyperdht 6.34.0 index.js.
 */
final class AnnounceClient {

    /** A commit that fails with what the error number of the answer means. */
    private interface Commit extends CommitFunction {

        @Override
        default void check(RpcReply answer) throws IOException {
            RemoteError.check(answer);
        }
    }

    private final RpcNode rpc;
    private final StorageService local;

    AnnounceClient(RpcNode rpc, StorageService local) {
        this.rpc = rpc;
        this.local = local;
    }

    RpcQuery<DhtReply<PeerRecord>> findPeer(NodeId target, List<PeerAddress> seeds) {
        return query(QueryRequest.of(target, DhtCommand.FIND_PEER.code()).withNodes(seeds), PeerRecord::decode, List.of());
    }

    RpcQuery<DhtReply<PeerRecord>> findPeerPatiently(NodeId target, List<PeerAddress> seeds) {
        return query(QueryRequest.of(target, DhtCommand.FIND_PEER.code()).withNodes(seeds).withConcurrency(1).withRetries(0),
                PeerRecord::decode, List.of());
    }

    RpcQuery<DhtReply<LookupRecords>> lookup(NodeId topic, List<PeerAddress> seeds, List<DhtReply<LookupRecords>> own) {
        return query(lookupRequest(topic, seeds), LookupRecords::decode, own);
    }

    RpcQuery<DhtReply<LookupRecords>> announce(NodeId topic, KeyPair keyPair, List<PeerAddress> relays, AnnounceOptions options) {
        Commit commit = (closest, query) -> Optional.of(announceRequest(closest, topic, keyPair, relays, options.bump()));
        if (options.clear()) {
            return lookupAndUnannounce(topic, keyPair, options.seeds(), commit);
        }
        return query(lookupRequest(topic, options.seeds()).withCommit(commit), LookupRecords::decode, List.of());
    }

    RpcQuery<DhtReply<LookupRecords>> lookupAndUnannounce(NodeId topic, KeyPair keyPair, List<PeerAddress> seeds) {
        return lookupAndUnannounce(topic, keyPair, seeds, (closest, query) -> Optional.empty());
    }

    /**
     * Walks to the topic and asks every node on the way that lists the key to forget it; when all these have answered or timed
     * out, commits.
     */
    private RpcQuery<DhtReply<LookupRecords>> lookupAndUnannounce(NodeId topic, KeyPair keyPair, List<PeerAddress> seeds, Commit commit) {
        local.forget(topic, keyPair.publicKey());
        UnannounceBatch batch = new UnannounceBatch(rpc);
        Commit waitThenCommit = (closest, query) -> {
            batch.await();
            return commit.prepare(closest, query);
        };
        return rpc.query(lookupRequest(topic, seeds).withCommit(waitThenCommit).withAnswer(reply -> {
            Optional<DhtReply<LookupRecords>> records = answer(reply, LookupRecords::decode);
            if (records.isPresent() && mayHold(records.get().value(), keyPair.publicKey())
                    && reply.token().isPresent() && reply.fromId().isPresent()) {
                batch.send(unannounceRequest(topic, reply, keyPair), reply.from());
            }
            return records;
        }));
    }

    /** A node shows at most 20 of its records: one that shows so many may hold the key without showing it. */
    private static boolean mayHold(LookupRecords records, PublicKey key) {
        return records.peers().size() >= DhtConstants.MAX_LOOKUP_RECORDS
                || records.peers().stream().anyMatch(peer -> peer.publicKey().equals(key));
    }

    RpcReply announceTo(RpcReply closest, NodeId target, KeyPair keyPair, List<PeerAddress> relays, long bump)
            throws IOException, InterruptedException {
        return RemoteError.check(rpc.request(announceRequest(closest, target, keyPair, relays, bump), closest.from()));
    }

    private static RpcRequest announceRequest(RpcReply closest, NodeId target, KeyPair keyPair, List<PeerAddress> relays, long bump)
            throws FlockException {
        byte[] token = closest.token().orElseThrow(() -> RemoteError.missingToken(closest.from()));
        NodeId nodeId = closest.fromId().orElseThrow(() -> RemoteError.missingToken(closest.from()));
        PeerRecord peer = new PeerRecord(keyPair.publicKey(), relays);
        Announce unsigned = new Announce(Optional.of(peer), Optional.empty(), Optional.empty(), bump);
        byte[] signature = keyPair.sign(Signables.announce(target.toBytes(), nodeId.toBytes(), token, unsigned));
        return write(DhtCommand.ANNOUNCE, target, token, Announce.signed(peer, signature, bump));
    }

    /** Asks one node to forget the key, if it has it; returns whether it had and did. */
    boolean unannounceFrom(PeerAddress node, NodeId target, KeyPair keyPair) throws IOException, InterruptedException {
        RpcReply found = rpc.request(RpcRequest.of(DhtCommand.FIND_PEER.code()).withTarget(target), node);
        if (found.token().isEmpty() || found.fromId().isEmpty() || found.value().isEmpty()) {
            return false;
        }
        RemoteError.check(rpc.request(unannounceRequest(target, found, keyPair), node));
        return true;
    }

    private RpcRequest unannounceRequest(NodeId target, RpcReply reply, KeyPair keyPair) {
        byte[] token = reply.token().orElseThrow();
        PeerRecord peer = PeerRecord.of(keyPair.publicKey());
        Announce unsigned = new Announce(Optional.of(peer), Optional.empty(), Optional.empty(), 0);
        byte[] signature = keyPair.sign(
                Signables.unannounce(target.toBytes(), reply.fromId().orElseThrow().toBytes(), token, unsigned));
        return write(DhtCommand.UNANNOUNCE, target, token, Announce.signed(peer, signature, 0));
    }

    private static RpcRequest write(DhtCommand command, NodeId target, byte[] token, Announce message) {
        return RpcRequest.of(command.code()).withTarget(target).withToken(token).withValue(message.toBytes());
    }

    private static QueryRequest<RpcReply> lookupRequest(NodeId topic, List<PeerAddress> seeds) {
        return QueryRequest.of(topic, DhtCommand.LOOKUP.code()).withNodes(seeds);
    }

    private <T> RpcQuery<DhtReply<T>> query(QueryRequest<?> request, Function<byte[], T> decoder, List<DhtReply<T>> own) {
        return rpc.query(request.withAnswer(reply -> answer(reply, decoder)), own);
    }

    private static <T> Optional<DhtReply<T>> answer(RpcReply reply, Function<byte[], T> decoder) {
        return decode(reply, decoder)
                .map(value -> new DhtReply<>(reply.from(), reply.fromId(), reply.to(), reply.token(), value));
    }

    /** {@return the value of a reply, empty if it has none or not this; the walk goes on all the same} */
    static <T> Optional<T> decode(RpcReply reply, Function<byte[], T> decoder) {
        try {
            return reply.value().map(decoder);
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }
}
