package omega.flock.dht;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
 * A relay keeps no state but which transactions of clients may be answered ({@link ForwardRules}), retransmits nothing, and answers
 * one datagram with at most one: the client's retransmissions drive everything. Source: hyperdht 6.34.0 lib/router.js.
 */
public final class PeerRouter {

    private static final Logger LOG = System.getLogger("omega.flock.dht");

    private final Ticker ticker;
    private final DropCounters drops;
    private final LongAdder routed = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final ForwardTable table; // guarded by lock
    private final ForwardRules rules; // guarded by lock
    private final Supplier<Optional<PeerAddress>> own;

    /**
     * Creates a router without servers.
     *
     * @param own where this node can be reached from outside, if anywhere
     */
    PeerRouter(Ticker ticker, DropCounters drops, Supplier<Optional<PeerAddress>> own, StoreBounds bounds) {
        this.ticker = ticker;
        this.drops = drops;
        this.own = own;
        this.rules = new ForwardRules(ticker.nanoTime());
        this.table = new ForwardTable(bounds.forwards(), DhtConstants.MAX_LOCAL_SERVERS, DhtConstants.RECORD_AGE,
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
        Optional<DhtDrop> refusal = answerable
                ? message.relayAddress().flatMap(firstRelay -> ForwardRules.refusal(request.from(), firstRelay, own.get()))
                : Optional.of(DhtDrop.NOT_ROUTABLE);
        if (refusal.isPresent()) {
            drops.count(refusal.get());
            return;
        }
        call("handshake", () -> server.onHandshake(new HandshakeArrival(request, message)));
    }

    private void routeHandshake(IncomingRequest request, HandshakeMessage message, Optional<PeerAddress> announced) {
        switch (message.mode()) {
            case FROM_CLIENT -> {
                if (message.relayAddress().or(() -> announced).isEmpty()) {
                    request.replyWithoutToken(Optional.empty()); // "help the user route"
                } else {
                    pass(request, HandshakeMessage.of(RoutingMode.FROM_RELAY, message.noise(), request.from()).toBytes(),
                            message.relayAddress(), announced);
                }
            }
            case FROM_RELAY -> pass(request, new HandshakeMessage(RoutingMode.FROM_SECOND_RELAY, message.noise(),
                    message.peerAddress(), Optional.of(request.from())).toBytes(), Optional.empty(), announced);
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
                    message.peerAddress(), request.target().flatMap(this::forward));
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

    /**
     * Passes a request on to the address that it names, or else to where the server announced itself from. Whoever names that very
     * server is as good as one who names nobody.
     */
    private void pass(IncomingRequest request, byte[] value, Optional<PeerAddress> named, Optional<PeerAddress> announced) {
        Optional<PeerAddress> next = named.or(() -> announced);
        if (next.isEmpty()) {
            drops.count(DhtDrop.NOT_ROUTABLE);
        } else if (mayPass(request, value, next.get(), announced)) {
            routed.increment();
            request.forward(value, next.get(), request.port());
        }
    }

    private boolean mayPass(IncomingRequest request, byte[] value, PeerAddress next, Optional<PeerAddress> announced) {
        Optional<PeerAddress> self = own.get();
        Optional<DhtDrop> refusal;
        lock.lock();
        try {
            long now = ticker.nanoTime();
            refusal = announced.filter(next::equals).isPresent()
                    ? rules.toAnnounced(request.from(), value.length, now)
                    : rules.toNamed(request.from(), next, self, value.length, now);
            if (refusal.isEmpty()) {
                rules.asked(request.from(), request.tid(), value.length);
            }
        } finally {
            lock.unlock();
        }
        refusal.ifPresent(drops::count);
        return refusal.isEmpty();
    }

    private void answer(IncomingRequest request, byte[] value, Optional<PeerAddress> client) {
        if (client.isEmpty()) {
            drops.count(DhtDrop.NOT_ROUTABLE);
            return;
        }
        Optional<DhtDrop> refusal;
        lock.lock();
        try {
            refusal = rules.toClient(request.from(), client.get(), request.tid(), value.length, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
        if (refusal.isPresent()) {
            drops.count(refusal.get());
            return;
        }
        routed.increment();
        request.replyTo(client.get(), request.port(), value);
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
