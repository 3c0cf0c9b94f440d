package omega.flock.dht;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.dht.message.DhtCommand;
import omega.flock.dht.message.LookupRecords;
import omega.flock.dht.message.MessageConstants;
import omega.flock.dht.message.PeerRecord;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.net.UdpPort;
import omega.flock.rpc.IncomingRequest;
import omega.flock.rpc.RpcConfig;
import omega.flock.rpc.RpcNode;
import omega.flock.rpc.RpcQuery;
import omega.flock.rpc.RpcReply;
import omega.flock.rpc.RpcSession;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;
import omega.flock.wire.WireReader;

/**
 * A node of the DHT: an {@link RpcNode} that knows the application's commands, both as the one who serves them and as the one
 * who asks. Requests come on the socket's reader thread and are answered there or on a {@link VerificationQueue} thread; the
 * methods for callers block the calling thread where they say so.
 *
 * <p>Handshakes and hole punching rounds are routed at all times; records and values are kept only while the node is
 * persistent, which it becomes when its address proves stable and reachable. Source: hyperdht 6.34.0 index.js.
 */
public final class DhtNode implements AutoCloseable {

    private final RpcNode rpc;
    private final TaskScope scope;
    private final DropCounters drops = new DropCounters();
    private final PeerRouter router;
    private final RecordStore store;
    private final VerificationQueue verifier;
    private final StorageService service;
    private final AnnounceClient announcements;
    private final ValueClient values;
    private final RouteClient routes;

    /**
     * Creates a node that is not bound yet; {@link #rpc()} binds and starts it.
     *
     * @param config     the settings of the layer below; its node filter is replaced by the one that every hyperdht node has
     * @param scope      the parent of the node's own scope
     * @param streams    sees every datagram of the node's two ports before the node does
     * @param storeBytes memory for what it keeps for others: records, values and forwards
     */
    public DhtNode(RpcConfig.Builder config, PortBinder binder, Ticker ticker, TaskScope scope, DatagramHandler streams, long storeBytes) {
        RpcConfig checked = config.nodeFilter(DhtNode::isTrustworthy).build();
        this.scope = scope.child("dht");
        StoreBounds bounds = StoreBounds.of(storeBytes);
        this.router = new PeerRouter(ticker, drops, this::ownAddress, bounds);
        this.store = new RecordStore(ticker, new SplittableRandom(new SecureRandom().nextLong()), drops, bounds);
        this.verifier = VerificationQueue.standard(this.scope);
        this.service = new StorageService(store, router, verifier, drops);
        this.rpc = new RpcNode(checked, binder, ticker, this.scope, streams, this::onRequest);
        this.announcements = new AnnounceClient(rpc, service);
        this.values = new ValueClient(rpc, store);
        this.routes = new RouteClient(rpc);
    }

    /** Some nodes got into the public network by accident: "always skip these testnet nodes". */
    static boolean isTrustworthy(RpcPeer node) {
        return !DhtConstants.BANNED_NODES.contains(node.address()) && !DhtConstants.BANNED_HOST.equals(node.address().host());
    }

    /** {@return the layer below: binding, starting, addresses, requests of one's own, events} */
    public RpcNode rpc() {
        return rpc;
    }

    /** {@return where servers on this node register} */
    public PeerRouter router() {
        return router;
    }

    /** {@return the point under which a peer is filed: the hash of its key} */
    public static NodeId target(PublicKey key) {
        return NodeId.of(key.hash());
    }

    /** {@return the point under which a topic is filed: the topic itself} */
    public static NodeId target(Topic topic) {
        return NodeId.of(topic.toBytes());
    }

    // ---- Peers -----------------------------------------------------------------------------------------------------------

    /**
     * Starts to look for the nodes at which a server announced itself; each of them is a relay to it. Does not block.
     *
     * @param target the {@linkplain #target(PublicKey) hash} of the server's key
     * @param seeds  nodes to start from, the closest ones of an earlier walk; may be empty
     */
    public RpcQuery<DhtReply<PeerRecord>> findPeer(NodeId target, List<PeerAddress> seeds) {
        return announcements.findPeer(target, seeds);
    }

    /**
     * Does the same with one visit at a time and one transmission for each, so that a walk among nodes that do not answer takes one
     * place a second in the window of requests: for what strangers have us look for.
     */
    public RpcQuery<DhtReply<PeerRecord>> findPeerPatiently(NodeId target, List<PeerAddress> seeds) {
        return announcements.findPeerPatiently(target, seeds);
    }

    /**
     * Starts to look for the peers of a topic. What this node itself keeps of the topic comes first, as if from its own
     * address. Does not block.
     */
    public RpcQuery<DhtReply<LookupRecords>> lookup(NodeId topic, List<PeerAddress> seeds) {
        return announcements.lookup(topic, seeds, ownRecords(topic));
    }

    /**
     * Starts to announce a peer under a topic: looks the topic up and stores a signed record at the 20 closest nodes. Does not
     * block. The query fails if none of them took it.
     *
     * @param relays DHT nodes through which the peer can be reached; nodes keep the first three
     */
    public RpcQuery<DhtReply<LookupRecords>> announce(NodeId topic, KeyPair keyPair, List<PeerAddress> relays, AnnounceOptions options) {
        return announcements.announce(topic, keyPair, relays, options);
    }

    /**
     * Starts to look a topic up and to ask every node that lists the key to forget it. Does not block; the query's end is the
     * end of the unannounces too.
     */
    public RpcQuery<DhtReply<LookupRecords>> lookupAndUnannounce(NodeId topic, KeyPair keyPair, List<PeerAddress> seeds) {
        return announcements.lookupAndUnannounce(topic, keyPair, seeds);
    }

    /** Does {@link #lookupAndUnannounce} and blocks until it is over; it goes on when the caller is interrupted. */
    public void unannounce(NodeId topic, KeyPair keyPair, List<PeerAddress> seeds) throws IOException, InterruptedException {
        lookupAndUnannounce(topic, keyPair, seeds).awaitFinished();
    }

    /**
     * Stores a signed record at the one node that gave this reply. Blocks until it answers or times out.
     *
     * @param closest a reply with token and id, from {@link RpcQuery#closestReplies()}
     * @return the node's reply, without error
     */
    public RpcReply announceTo(RpcReply closest, NodeId target, KeyPair keyPair, List<PeerAddress> relays, long bump)
            throws IOException, InterruptedException {
        return announcements.announceTo(closest, target, keyPair, relays, bump);
    }

    /**
     * Asks one node to forget a server. Blocks for two round trips at most.
     *
     * @return false if the node has no record under the target, or cannot be asked
     */
    public boolean unannounceFrom(PeerAddress node, NodeId target, KeyPair keyPair) throws IOException, InterruptedException {
        return announcements.unannounceFrom(node, target, keyPair);
    }

    private List<DhtReply<LookupRecords>> ownRecords(NodeId topic) {
        Optional<PeerAddress> self = rpc.remoteAddress().or(rpc::localAddress);
        if (rpc.ephemeral() || self.isEmpty()) {
            return List.of();
        }
        return service.lookup(topic).map(LookupRecords::decode)
                .map(records -> List.of(new DhtReply<>(self.get(), rpc.id(), self.get(), Optional.<byte[]>empty(), records)))
                .orElse(List.of());
    }

    // ---- Values ----------------------------------------------------------------------------------------------------------

    /**
     * Stores a value under its hash at the closest nodes. Blocks until they have answered; an interrupt ends the wait only.
     *
     * @param value the value; with its envelope it has to fit into one datagram, and 1000 bytes are safe everywhere
     * @throws IllegalArgumentException if it is too long for a datagram
     * @throws IOException if no node took it
     */
    public StoredValue immutablePut(byte[] value) throws IOException, InterruptedException {
        return values.immutablePut(requireStorable(value, DhtConstants.IMMUTABLE_ENVELOPE_BYTES));
    }

    /** {@return the value with that hash, empty if no node has it} Blocks until one is found or the walk has ended. */
    public Optional<byte[]> immutableGet(NodeId hash) throws IOException, InterruptedException {
        return values.immutableGet(hash);
    }

    /**
     * Stores a signed value under the hash of its key at the closest nodes. Blocks until they have answered; an interrupt ends the wait
     * only.
     *
     * @param seq a higher number than before replaces the value
     * @throws omega.flock.base.FlockException {@code SEQ_REUSED} or {@code SEQ_TOO_LOW} if the owner of the key has stored
     *     another value with this or a higher number; another code if no node took it
     * @throws IllegalArgumentException if the value is too long for a datagram or the number not in 0..2^53-1
     */
    public MutableValue mutablePut(KeyPair keyPair, byte[] value, long seq) throws IOException, InterruptedException {
        return values.mutablePut(keyPair, requireStorable(value, DhtConstants.MUTABLE_ENVELOPE_BYTES), requireSeq(seq));
    }

    /**
     * Looks for a signed value. Blocks until the walk has ended, or if {@code latest} is false until one is found.
     *
     * @param minSeq the lowest number that will do
     * @param latest whether to wait for the whole walk and return the value with the highest number
     * @return the value, its signature checked; empty if no node has one
     */
    public Optional<MutableValue> mutableGet(PublicKey key, long minSeq, boolean latest)
            throws IOException, InterruptedException {
        return values.mutableGet(key, requireSeq(minSeq), latest);
    }

    private byte[] requireStorable(byte[] value, int envelope) {
        int max = MessageConstants.MAX_DATAGRAM_BYTES - envelope - (rpc.ephemeral() ? 0 : DhtConstants.NODE_ID_BYTES);
        if (value.length > max) {
            throw new IllegalArgumentException("a value of " + value.length + " bytes, more than " + max);
        }
        return value;
    }

    private static long requireSeq(long seq) {
        if (seq < 0 || seq > WireReader.MAX_SAFE_INTEGER) {
            throw new IllegalArgumentException("sequence number " + seq + " is not in 0..2^53-1");
        }
        return seq;
    }

    // ---- Routes ----------------------------------------------------------------------------------------------------------

    /**
     * Sends a Noise message 1 from the node's default port to a server through a relay, or to the server itself. Blocks for four
     * transmissions of a second at most, and ends with the session at the latest.
     *
     * @throws omega.flock.base.FlockException {@code BAD_HANDSHAKE_REPLY} if the answer is not one, or of another node than
     *     {@code relay}; {@code REQUEST_TIMEOUT}; {@code REQUEST_DESTROYED} if the session was closed meanwhile
     */
    public HandshakeReply peerHandshake(NodeId target, byte[] noise, PeerAddress relay, RpcSession session)
            throws IOException, InterruptedException {
        return RouteClient.handshakeReply(session.request(RouteClient.handshake(target, noise), relay), relay);
    }

    /**
     * Sends a hole punching round to a server through a relay. Blocks for four transmissions of a second at most.
     *
     * @param id          the server's slot, from its Noise payload
     * @param peerAddress where the relay passes it on to
     * @param via         the port to send from, the punch socket as a rule
     * @throws omega.flock.base.FlockException {@code BAD_HOLEPUNCH_REPLY} if the answer is not one, or of another node than
     *     {@code relay}; {@code REQUEST_TIMEOUT}
     */
    public HolepunchReply peerHolepunch(NodeId target, long id, byte[] payload, PeerAddress peerAddress, PeerAddress relay,
                                        Optional<UdpPort> via) throws IOException, InterruptedException {
        return routes.holepunch(target, id, payload, peerAddress, relay, via);
    }

    // ---- Serving ---------------------------------------------------------------------------------------------------------

    private Optional<PeerAddress> ownAddress() {
        return rpc.remoteAddress();
    }

    private boolean onRequest(IncomingRequest request) {
        Optional<DhtCommand> command = DhtCommand.of(request.command());
        if (command.isEmpty()) {
            return false;
        }
        switch (command.get()) {
            case PEER_HANDSHAKE -> router.onHandshake(request);
            case PEER_HOLEPUNCH -> router.onHolepunch(request);
            case FIND_PEER, LOOKUP, ANNOUNCE, UNANNOUNCE, MUTABLE_PUT, MUTABLE_GET, IMMUTABLE_PUT, IMMUTABLE_GET -> {
                Optional<NodeId> ownId = rpc.id();
                if (ownId.isEmpty()) {
                    return false; // not persistent: error 1 with closer nodes, so that walks find their way past us
                }
                service.onRequest(command.get(), request, ownId.get());
            }
        }
        return true;
    }

    /** {@return what this node holds and what it dropped} */
    public DhtStats stats() {
        return new DhtStats(router.forwards(), router.localServers(), store.records(), store.refreshes(), store.mutables(),
                store.immutables(), verifier.size(), router.routed(), drops.snapshot());
    }

    /** Closes the layer below and ends what is under way. Idempotent, bounded. */
    @Override
    public void close() {
        rpc.close();
        scope.close();
    }
}
