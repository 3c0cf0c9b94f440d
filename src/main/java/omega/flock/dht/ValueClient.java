package omega.flock.dht;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import omega.flock.base.FlockException;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.MutablePutRequest;
import omega.flock.dht.message.Signables;
import omega.flock.dht.message.StorageError;
import omega.flock.rpc.CommitFunction;
import omega.flock.rpc.QueryRequest;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.WireWriter;

/**
 * Puts and gets values at other nodes, and looks at what this node stores itself. Its methods run on the caller's thread and
 * block until the walk has ended, or has found what was asked for. Source: hyperdht 6.34.0 index.js.
 */
final class ValueClient {

    private final RpcNode rpc;
    private final RecordStore store;

    ValueClient(RpcNode rpc, RecordStore store) {
        this.rpc = rpc;
        this.store = store;
    }

    // ---- Immutable -------------------------------------------------------------------------------------------------------

    StoredValue immutablePut(byte[] value) throws IOException, InterruptedException {
        byte[] copy = value.clone();
        NodeId target = NodeId.of(Blake2b.hash256(copy));
        return put(target, QueryRequest.of(target, DhtCommand.IMMUTABLE_GET.code()),
                RpcRequest.of(DhtCommand.IMMUTABLE_PUT.code()).withTarget(target).withValue(copy), Optional::empty);
    }

    Optional<byte[]> immutableGet(NodeId target) throws IOException, InterruptedException {
        Optional<byte[]> own = store.immutable(target);
        if (own.isPresent()) {
            return own.map(byte[]::clone);
        }
        QueryRequest<byte[]> request = QueryRequest.of(target, DhtCommand.IMMUTABLE_GET.code()).withAnswer(RpcReply::value);
        try (RpcQuery<byte[]> query = rpc.query(request)) {
            for (Optional<byte[]> value = query.next(); value.isPresent(); value = query.next()) {
                if (Arrays.equals(Blake2b.hash256(value.get()), target.toBytes())) {
                    return value;
                }
            }
        }
        return Optional.empty();
    }

    // ---- Mutable ---------------------------------------------------------------------------------------------------------

    MutableValue mutablePut(KeyPair keyPair, byte[] value, long seq) throws IOException, InterruptedException {
        byte[] copy = value.clone();
        byte[] signature = keyPair.sign(Signables.mutable(seq, copy));
        MutablePutRequest put = new MutablePutRequest(keyPair.publicKey(), seq, copy, signature);
        NodeId target = NodeId.of(keyPair.publicKey().hash());
        MutableGetResponse proposed = put.toResponse();
        AtomicReference<StorageError> conflict = new AtomicReference<>();
        QueryRequest<RpcReply> walk = mutableRequest(target, 0).withAnswer(reply -> {
            // What a node shows is believed only if the key's owner signed it: no node can keep us from writing by lying.
            AnnounceClient.decode(reply, MutableGetResponse::decode)
                    .flatMap(stored -> RecordStore.conflict(stored, proposed).filter(found -> isSigned(put.publicKey(), stored)))
                    .ifPresent(conflict::set);
            return Optional.empty();
        });
        put(target, walk, RpcRequest.of(DhtCommand.MUTABLE_PUT.code()).withTarget(target).withValue(put.toBytes()),
                () -> Optional.ofNullable(conflict.get()));
        return new MutableValue(put.publicKey(), seq, copy, signature);
    }

    Optional<MutableValue> mutableGet(PublicKey key, long minSeq, boolean latest) throws IOException, InterruptedException {
        NodeId target = NodeId.of(key.hash());
        Optional<MutableValue> best = store.mutable(target).filter(own -> own.seq() >= minSeq).map(own -> value(key, own));
        if (best.isPresent() && !latest) {
            return best;
        }
        QueryRequest<MutableGetResponse> request = mutableRequest(target, minSeq)
                .withAnswer(reply -> AnnounceClient.decode(reply, MutableGetResponse::decode));
        try (RpcQuery<MutableGetResponse> query = rpc.query(request)) {
            for (Optional<MutableGetResponse> next = query.next(); next.isPresent(); next = query.next()) {
                MutableGetResponse found = next.get();
                boolean newer = found.seq() >= minSeq && (best.isEmpty() || found.seq() > best.get().seq());
                if (newer && isSigned(key, found)) {
                    best = Optional.of(value(key, found));
                    if (!latest) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    private static QueryRequest<RpcReply> mutableRequest(NodeId target, long minSeq) {
        return QueryRequest.of(target, DhtCommand.MUTABLE_GET.code()).withValue(new WireWriter().uint(minSeq).toBytes());
    }

    private static boolean isSigned(PublicKey key, MutableGetResponse value) {
        return key.verify(Signables.mutable(value.seq(), value.value()), value.signature());
    }

    private static MutableValue value(PublicKey key, MutableGetResponse stored) {
        return new MutableValue(key, stored.seq(), stored.value().clone(), stored.signature().clone());
    }

    // ---- Both ------------------------------------------------------------------------------------------------------------

    /** Why a put must not be committed, known at the end of the walk. */
    private interface Veto {
        Optional<StorageError> conflict();
    }

    private StoredValue put(NodeId target, QueryRequest<RpcReply> walk, RpcRequest write, Veto veto)
            throws IOException, InterruptedException {
        // Both are written by the query's thread, and read once the query has ended.
        List<PeerAddress> storedBy = new ArrayList<>();
        AtomicReference<FlockException> refusal = new AtomicReference<>();
        QueryRequest<RpcReply> request = walk.withCommit(new CommitFunction() {
            @Override
            public Optional<RpcRequest> prepare(RpcReply closest, RpcQuery<?> query) throws FlockException {
                Optional<StorageError> conflict = veto.conflict();
                if (conflict.isPresent()) {
                    throw superseded(conflict.get());
                }
                return Optional.of(write.withToken(closest.token().orElseThrow(() -> RemoteError.missingToken(closest.from()))));
            }

            @Override
            public void check(RpcReply answer) throws FlockException {
                try {
                    storedBy.add(RemoteError.check(answer).from());
                } catch (FlockException e) {
                    refusal.set(e);
                    throw e;
                }
            }
        });
        try {
            rpc.query(request).awaitFinished(); // and not closed when that is interrupted: what was begun is stored
        } catch (IOException e) {
            if (veto.conflict().isPresent()) {
                throw superseded(veto.conflict().get());
            }
            throw refusal.get() != null ? refusal.get() : e;
        }
        return new StoredValue(target, storedBy);
    }

    private static FlockException superseded(StorageError conflict) {
        return new FlockException(conflict.reason(), switch (conflict) {
            case SEQ_REUSED -> "another value with this sequence number is stored already";
            case SEQ_TOO_LOW -> "a value with a higher sequence number is stored already";
        });
    }
}
