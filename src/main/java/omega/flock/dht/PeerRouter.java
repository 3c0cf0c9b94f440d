package omega.flock.dht;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.ForwardTable.Entry;
import omega.flock.dht.message.HandshakeMessage;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.PeerRecord;
import omega.flock.dht.message.RoutingMode;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.Ticker;
import omega.flock.wire.MalformedMessageException;

/**
 * Routes handshakes and hole punching rounds between peers; requests come on the socket's reader thread, everything else from
 * any thread. Every node does this, also one that stores nothing.
 *
 * <pre>
 *   client --FROM_CLIENT--> relay --FROM_RELAY--> server --FROM_SERVER--> relay --REPLY--> client
 * </pre>
 *
 * A relay keeps no state, retransmits nothing, and answers one datagram with at most one: the client's retransmissions drive
 * everything. Source: hyperdht 6.34.0 lib/router.js.
 */
public final class PeerRouter {

    private static final Logger LOG = System.getLogger("omega.flock.dht");

    private final Ticker ticker;
    private final DropCounters drops;
    private final LongAdder routed = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final ForwardTable table; // guarded by lock

    PeerRouter(Ticker ticker, DropCounters drops) {
        this.ticker = ticker;
        this.drops = drops;
        this.table = new ForwardTable(DhtConstants.MAX_RECORDS, DhtConstants.MAX_LOCAL_SERVERS, DhtConstants.RECORD_AGE,
                ticker.nanoTime());
    }

    // ---- Servers on this node --------------------------------------------------------------------------------------------

    /**
     * Lets handshakes for this key come to this server, until it is unregistered.
     *
     * @return false if another server of this node has the key
     */
    public boolean register(PublicKey key, LocalServer server) {
        Objects.requireNonNull(server, "server");
        byte[] record = PeerRecord.of(key).toBytes();
        NodeId target = NodeId.of(key.hash());
        lock.lock();
        try {
            return table.addLocal(target, server, record, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #register}; does nothing if the key is not this server's. */
    public void unregister(PublicKey key, LocalServer server) {
        NodeId target = NodeId.of(key.hash());
        lock.lock();
        try {
            table.removeLocal(target, server);
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return the address of a server that announced itself at this node, which is then the nearest relay to it there is;
     * empty also for a server on this node}
     */
    public Optional<PeerAddress> forward(NodeId target) {
        return entry(target).flatMap(PeerRouter::addressOf);
    }

    // ---- What the storage commands know of it ------------------------------------------------------------------------------

    /** {@return the encoded record of the server with this target, here or elsewhere} */
    Optional<byte[]> record(NodeId target) {
        return entry(target).map(Entry::record);
    }

    /** Notes where a server announced itself from; returns false if the target is a local server's. */
    boolean announced(NodeId target, PeerAddress address, byte[] record) {
        lock.lock();
        try {
            boolean stored = table.put(target, address, record, ticker.nanoTime());
            drops.count(DhtDrop.EVICTED, table.takeEvicted());
            return stored;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets where a server announced itself from; returns false if the target is a local server's. */
    boolean unannounced(NodeId target) {
        lock.lock();
        try {
            return table.remove(target, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    int forwards() {
        lock.lock();
        try {
            return table.forwards(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    int localServers() {
        lock.lock();
        try {
            return table.localServers();
        } finally {
            lock.unlock();
        }
    }

    long routed() {
        return routed.sum();
    }

    // ---- Requests --------------------------------------------------------------------------------------------------------

    void onHandshake(IncomingRequest request) {
        Optional<byte[]> value = request.value();
        if (value.isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return;
        }
        HandshakeMessage message;
        try {
            message = HandshakeMessage.decode(value.get());
        } catch (MalformedMessageException e) {
            drops.count(DhtDrop.MALFORMED);
            return;
        }
        Optional<Entry> entry = request.target().flatMap(this::entry);
        if (entry.isPresent() && entry.get() instanceof Entry.Local local) {
            serveHandshake(request, message, local.server());
        } else {
            routeHandshake(request, message, entry.flatMap(PeerRouter::addressOf));
        }
    }

    private void serveHandshake(IncomingRequest request, HandshakeMessage message, LocalServer server) {
        boolean answerable = switch (message.mode()) {
            case FROM_CLIENT -> true;
            case FROM_RELAY -> message.peerAddress().isPresent();
            case FROM_SECOND_RELAY -> message.peerAddress().isPresent() && message.relayAddress().isPresent();
            case FROM_SERVER, REPLY -> false;
        };
        if (!answerable) {
            drops.count(DhtDrop.NOT_ROUTABLE);
            return;
        }
        call("handshake", () -> server.onHandshake(new HandshakeArrival(request, message)));
    }

    private void routeHandshake(IncomingRequest request, HandshakeMessage message, Optional<PeerAddress> forward) {
        switch (message.mode()) {
            case FROM_CLIENT -> {
                Optional<PeerAddress> next = message.relayAddress().or(() -> forward);
                if (next.isEmpty()) {
                    request.replyWithoutToken(Optional.empty()); // "help the user route"
                } else {
                    pass(request, HandshakeMessage.of(RoutingMode.FROM_RELAY, message.noise(), request.from()).toBytes(), next);
                }
            }
            case FROM_RELAY -> pass(request, new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, message.noise(),
                    message.peerAddress(), Optional.of(request.from())).toBytes(), forward);
            case FROM_SERVER -> answer(request,
                    HandshakeMessage.of(RoutingMode.REPLY, message.noise(), request.from()).toBytes(), message.peerAddress());
            case FROM_SECOND_RELAY, REPLY -> drops.count(DhtDrop.NOT_ROUTABLE);
        }
    }

    void onHolepunch(IncomingRequest request) {
        Optional<byte[]> value = request.value();
        if (value.isEmpty()) {
            drops.count(DhtDrop.INCOMPLETE);
            return;
        }
        HolepunchMessage message;
        try {
            message = HolepunchMessage.decode(value.get());
        } catch (MalformedMessageException e) {
            drops.count(DhtDrop.MALFORMED);
            return;
        }
        switch (message.mode()) {
            // "No server needed on this node": the client knows the way from the handshake
            case FROM_CLIENT -> pass(request,
                    HolepunchMessage.of(RoutingMode.FROM_RELAY, message.id(), message.payload(), request.from()).toBytes(),
                    message.peerAddress().or(() -> request.target().flatMap(this::forward)));
            case FROM_RELAY -> serveHolepunch(request, message);
            case FROM_SERVER -> answer(request,
                    HolepunchMessage.of(RoutingMode.REPLY, message.id(), message.payload(), request.from()).toBytes(),
                    message.peerAddress());
            case FROM_SECOND_RELAY, REPLY -> drops.count(DhtDrop.NOT_ROUTABLE);
        }
    }

    private void serveHolepunch(IncomingRequest request, HolepunchMessage message) {
        Optional<Entry> entry = request.target().flatMap(this::entry);
        if (message.peerAddress().isPresent() && entry.isPresent() && entry.get() instanceof Entry.Local local) {
            call("holepunch", () -> local.server().onHolepunch(
                    new HolepunchArrival(request, message, message.peerAddress().get())));
        } else {
            drops.count(DhtDrop.NOT_ROUTABLE);
        }
    }

    private void pass(IncomingRequest request, byte[] value, Optional<PeerAddress> next) {
        if (sendable(next)) {
            routed.increment();
            request.forward(value, next.orElseThrow(), request.port());
        }
    }

    private void answer(IncomingRequest request, byte[] value, Optional<PeerAddress> client) {
        if (sendable(client)) {
            routed.increment();
            request.replyTo(client.orElseThrow(), request.port(), value);
        }
    }

    private boolean sendable(Optional<PeerAddress> address) {
        if (address.isEmpty()) {
            drops.count(DhtDrop.NOT_ROUTABLE);
            return false;
        }
        if (address.get().port() == 0) {
            drops.count(DhtDrop.BAD_DESTINATION);
            return false;
        }
        return true;
    }

    private Optional<Entry> entry(NodeId target) {
        lock.lock();
        try {
            return table.get(target, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private static Optional<PeerAddress> addressOf(Entry entry) {
        return entry instanceof Entry.Forward forward ? Optional.of(forward.address()) : Optional.empty();
    }

    private void call(String what, Runnable server) {
        try {
            server.run();
        } catch (RuntimeException e) {
            drops.count(DhtDrop.SERVER_FAILED);
            LOG.log(Level.WARNING, "router.server.failed command=" + what, e);
        }
    }
}
