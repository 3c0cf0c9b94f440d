package omega.flock.dht;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import omega.flock.base.PublicKey;
import omega.flock.crypto.Blake2b;
import omega.flock.dht.message.Announce;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.MutableGetResponse;
import omega.flock.dht.message.MutablePutRequest;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.Signables;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;

/**
 * Answers the commands that store and find things; requests come on the socket's reader thread, and those with a signature
 * are finished on a thread of the {@link VerificationQueue}.
 *
 * <p>What lacks a part or fails a check is dropped in silence, as in the JavaScript stack: only a wrong token (in the layer
 * below) and a conflicting sequence number are answered with an error. Source: hyperdht 6.34.0 lib/persistent.js.
 */
final class StorageService {

    /** What an ANNOUNCE or UNANNOUNCE consists of once everything cheap was checked. */
    private record Signed(IncomingRequest request, NodeId target, Announce message, PeerRecord peer, byte[] signature,
                          byte[] signable) {
    }

    private final RecordStore store;
    private final PeerRouter router;
    private final VerificationQueue verifier;
    private final DropCounters drops;

    StorageService(RecordStore store, PeerRouter router, VerificationQueue verifier, DropCounters drops) {
        this.store = store;
        this.router = router;
        this.verifier = verifier;
        this.drops = drops;
    }

    /**
     * Handles a request; {@code ownId} is this node's id, which signatures name. A joint, kept as large as it is (ADR 39).
     */
    void onRequest(DhtCommand command, IncomingRequest request, NodeId ownId) {
        if (request.target().isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return;
        }
        NodeId target = request.target().get();
        switch (command) {
            case FIND_PEER -> request.reply(router.record(target));
            case LOOKUP -> request.reply(lookup(target));
            case ANNOUNCE -> {
                Optional<Announce> decoded = decodeWrite(request, Announce::decode);
                if (decoded.isEmpty()) {
                    return;
                }
                Announce message = decoded.get();
                if (message.peer().isPresent()) {
                    byte[] signable = Signables.announce(target.toBytes(), ownId.toBytes(), request.token().orElseThrow(), message);
                    verifyThen(request, target, message, signable, this::store);
                } else if (message.refresh().isPresent()) {
                    refresh(request, message.refresh().get());
                } else {
                    drops.count(DhtDrop.INCOMPLETE);
                }
            }
            case UNANNOUNCE -> unannounce(request, target, ownId);
            case MUTABLE_PUT -> mutablePut(request, target);
            case MUTABLE_GET -> mutableGet(request, target);
            case IMMUTABLE_PUT -> immutablePut(request, target);
            case IMMUTABLE_GET -> request.reply(store.immutable(target));
            case PEER_HANDSHAKE, PEER_HOLEPUNCH -> throw new IllegalArgumentException(command + " is the router's");
        }
    }

    /** {@return the encoded {@link LookupRecords} of this node, empty when it has no record} */
    Optional<byte[]> lookup(NodeId target) {
        List<byte[]> records = store.sample(target);
        if (records.size() < DhtConstants.MAX_LOOKUP_RECORDS) {
            router.record(target).ifPresent(records::add);
        }
        return records.isEmpty() ? Optional.empty() : Optional.of(LookupRecords.encodeRaw(records, store.bump(target)));
    }

    // ---- ANNOUNCE and UNANNOUNCE -----------------------------------------------------------------------------------------

    private void store(Signed announce) {
        PublicKey key = announce.peer.publicKey();
        byte[] record = announce.peer.trimmed(DhtConstants.MAX_STORED_RELAYS).toBytes();
        boolean self = announce.target.equals(NodeId.of(key.hash()));
        if (self) {
            storeSelf(announce.request, announce.target, key, record);
        } else {
            store.raiseBump(announce.target, announce.message.bump(), announce.request.source());
            store.addRecord(announce.target, key, record, announce.request.source());
        }
        announce.message.refresh().ifPresent(hash ->
                store.addRefresh(NodeId.of(hash), new RecordStore.Refresh(announce.target, key, record, self), announce.request.source()));
        announce.request.replyBare(Optional.empty());
    }

    /** A server's own announce makes this node its relay: handshakes for it go where this datagram came from. */
    private void storeSelf(IncomingRequest request, NodeId target, PublicKey key, byte[] record) {
        if (!router.announced(target, request.from(), record)) {
            drops.count(DhtDrop.LOCAL_SERVER_PROTECTED);
        }
        store.removeRecord(target, key);
    }

    private void refresh(IncomingRequest request, byte[] preimage) {
        Optional<RecordStore.Refresh> found =
                store.advanceRefresh(NodeId.of(Blake2b.hash256(preimage)), NodeId.of(preimage), request.source());
        if (found.isEmpty()) {
            drops.count(DhtDrop.UNKNOWN_REFRESH);
            return;
        }
        RecordStore.Refresh refresh = found.get();
        if (refresh.self()) {
            storeSelf(request, refresh.target(), refresh.key(), refresh.record());
        } else {
            store.addRecord(refresh.target(), refresh.key(), refresh.record(), request.source());
        }
        request.replyBare(Optional.empty());
    }

    private void unannounce(IncomingRequest request, NodeId target, NodeId ownId) {
        decodeWrite(request, Announce::decode).filter(this::hasPeer).ifPresent(message -> verifyThen(request, target, message,
                Signables.unannounce(target.toBytes(), ownId.toBytes(), request.token().orElseThrow(), message), signed -> {
                    forget(target, signed.peer.publicKey());
                    request.replyBare(Optional.empty());
                }));
    }

    /** Forgets a key under a target, here only; never a server of this node. */
    void forget(NodeId target, PublicKey key) {
        if (target.equals(NodeId.of(key.hash())) && !router.unannounced(target)) {
            drops.count(DhtDrop.LOCAL_SERVER_PROTECTED);
        }
        store.removeRecord(target, key);
    }

    private boolean hasPeer(Announce message) {
        if (message.peer().isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return false;
        }
        return true;
    }

    private void verifyThen(IncomingRequest request, NodeId target, Announce message, byte[] signable,
                            Consumer<Signed> then) {
        if (message.signature().isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return;
        }
        Signed signed = new Signed(request, target, message, message.peer().orElseThrow(), message.signature().get(), signable);
        verify(request, signed.peer.publicKey(), signable, signed.signature, () -> then.accept(signed));
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    private void mutablePut(IncomingRequest request, NodeId target) {
        Optional<MutablePutRequest> decoded = decodeWrite(request, MutablePutRequest::decode);
        if (decoded.isEmpty()) {
            return;
        }
        MutablePutRequest put = decoded.get();
        if (!target.equals(NodeId.of(put.publicKey().hash()))) {
            drops.count(DhtDrop.WRONG_TARGET);
            return;
        }
        verify(request, put.publicKey(), Signables.mutable(put.seq(), put.value()), put.signature(), () ->
                store.putMutable(target, put.toResponse(), request.source()).ifPresentOrElse(
                        conflict -> request.error(conflict.code()), () -> request.reply(Optional.empty())));
    }

    private void mutableGet(IncomingRequest request, NodeId target) {
        Optional<Long> seq = decode(request, bytes -> WireReader.of(bytes).uint("mutableGet.seq"));
        seq.ifPresent(lowest -> request.reply(store.mutable(target)
                .filter(value -> value.seq() >= lowest).map(MutableGetResponse::toBytes)));
    }

    private void immutablePut(IncomingRequest request, NodeId target) {
        decodeWrite(request, Function.identity()).ifPresent(value -> {
            if (!Arrays.equals(Blake2b.hash256(value), target.toBytes())) {
                drops.count(DhtDrop.WRONG_TARGET);
                return;
            }
            store.putImmutable(target, value, request.source());
            request.reply(Optional.empty());
        });
    }

    // ---- Checks ----------------------------------------------------------------------------------------------------------

    private void verify(IncomingRequest request, PublicKey key, byte[] signable, byte[] signature, Runnable then) {
        boolean accepted = verifier.offer(request.from().host(), () -> {
            if (key.verify(signable, signature)) {
                then.run();
            } else {
                drops.count(DhtDrop.BAD_SIGNATURE);
            }
        });
        if (!accepted) {
            drops.count(DhtDrop.VERIFIER_BUSY);
        }
    }

    /** Decodes the value of a request that needs a token; the layer below has refused wrong ones already. */
    private <T> Optional<T> decodeWrite(IncomingRequest request, Function<byte[], T> decoder) {
        if (!request.tokenValid()) {
            drops.count(DhtDrop.INCOMPLETE);
            return Optional.empty();
        }
        return decode(request, decoder);
    }

    private <T> Optional<T> decode(IncomingRequest request, Function<byte[], T> decoder) {
        Optional<byte[]> value = request.value();
        if (value.isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return Optional.empty();
        }
        try {
            return Optional.of(decoder.apply(value.get()));
        } catch (MalformedMessageException e) {
            drops.count(DhtDrop.MALFORMED);
            return Optional.empty();
        }
    }
}
