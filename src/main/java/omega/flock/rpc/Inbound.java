package omega.flock.rpc;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;
import omega.flock.wire.MalformedMessageException;

/**
 * Takes what arrives: on the readers of the two ports and of whatever other port feeds the node. Thread-safe; does not block.
 */
final class Inbound {

    private final RpcConfig config;
    private final NodePorts ports;
    private final NodeState state;
    private final RequestPool pool;
    private final Responder responder;
    private final Upkeep upkeep;
    private final InternalCommands commands;
    private final RequestHandler application;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final RequestBudget budget;
    private volatile boolean open;

    Inbound(RpcConfig config, NodePorts ports, NodeState state, RequestPool pool, Responder responder, Upkeep upkeep,
            InternalCommands commands, RequestHandler application, RequestBudget budget, Ticker ticker, RpcCounters counters) {
        this.config = config;
        this.ports = ports;
        this.state = state;
        this.pool = pool;
        this.responder = responder;
        this.upkeep = upkeep;
        this.commands = commands;
        this.application = application;
        this.ticker = ticker;
        this.counters = counters;
        this.budget = budget;
    }

    /** Lets messages in, or keeps them out while the node is suspended or closed. */
    void open(boolean isOpen) {
        open = isOpen;
    }

    /**
     * Takes a datagram if it is one of the RPC protocol, even a bad one. A joint, kept as large as it is (ADR 39).
     */
    boolean onDatagram(UdpPort port, InetSocketAddress source, ByteBuffer datagram) {
        if (!RpcMessage.isRpc(datagram)) {
            counters.dropped(DropReason.NOT_RPC);
            return false;
        }
        if (!open) {
            counters.dropped(DropReason.NOT_RUNNING);
            return true;
        }
        if (source.getPort() == 0) {
            counters.dropped(DropReason.MALFORMED);
            return true;
        }
        NetworkSource network = NetworkSource.of(source);
        if (RpcMessage.isRequest(datagram) && !budget.admits(network)) {
            counters.dropped(DropReason.RATE_LIMITED);
            return true;
        }
        int bytes = datagram.remaining();
        try {
            PeerAddress from = PeerAddress.of(source);
            // No switch over types on the way to a first connection: the JDK links each of them at run time (ADR 19).
            RpcMessage received = RpcMessage.decode(datagram);
            if (received instanceof RpcMessage.Reply reply) {
                Optional<PendingRequest> pending = pool.take(reply.tid(), from, port);
                if (pending.isPresent()) {
                    Optional<NodeId> fromId = provenId(reply.id(), pending.get(), from);
                    note(port, from, fromId, reply.to());
                    Duration rtt = Duration.ofNanos(ticker.nanoTime() - pending.get().createdNanos);
                    pool.notifyReply(pending.get(), new RpcReply(from, fromId, reply.to(), reply.token(),
                            usable(reply.closerNodes()), reply.error(), reply.value(), rtt, port));
                }
            } else if (received instanceof RpcMessage.Request message) {
                boolean proven = message.token().isPresent() && responder.accepts(message.token().get(), from.host());
                Responder.Origin origin = new Responder.Origin(source.getAddress(), network, bytes, proven);
                if (message.token().isPresent() && !proven) {
                    counters.dropped(DropReason.BAD_TOKEN);
                    responder.reply(message, RpcConstants.ERROR_INVALID_TOKEN, Optional.empty(), true, true, from, port, origin);
                    return true;
                }
                Optional<NodeId> fromId = provenId(message.id(), from);
                if (fromId.isPresent()) {
                    note(port, from, fromId, message.to());
                }
                ReceivedRequest request = new ReceivedRequest(message, from, port, origin, responder);
                boolean known = message.internal() ? commands.onRequest(message, request) : application.onRequest(request);
                if (!known) {
                    request.error(RpcConstants.ERROR_UNKNOWN_COMMAND);
                }
            }
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
        }
        return true;
    }

    private void note(UdpPort port, PeerAddress from, Optional<NodeId> fromId, PeerAddress ourAddress) {
        if (!config.nodeFilter().test(new RpcPeer(fromId.orElseGet(() -> NodeId.of(from)), from))) {
            counters.dropped(DropReason.FILTERED_NODE);
            return;
        }
        upkeep.follow(state.heard(from, fromId, ourAddress, ports.isDefault(port)));
    }

    /** An id that does not follow from the address it came from is no id at all. */
    private static Optional<NodeId> provenId(Optional<NodeId> claimed, PeerAddress from) {
        return claimed.filter(id -> id.equals(NodeId.of(from)));
    }

    /** As above; whoever was asked by its id needs no new hash of its address. */
    private static Optional<NodeId> provenId(Optional<NodeId> claimed, PendingRequest pending, PeerAddress from) {
        return pending.to.equals(from) && claimed.equals(pending.toId) ? claimed : provenId(claimed, from);
    }

    private List<PeerAddress> usable(List<PeerAddress> named) {
        List<PeerAddress> nodes = named;
        if (nodes.size() > RpcConstants.MAX_CLOSER_NODES) {
            counters.dropped(DropReason.EXCESS_CLOSER_NODES, nodes.size() - RpcConstants.MAX_CLOSER_NODES);
            nodes = nodes.subList(0, RpcConstants.MAX_CLOSER_NODES);
        }
        List<PeerAddress> usable = new ArrayList<>(nodes.size());
        for (PeerAddress node : nodes) {
            if (Addresses.isUsable(node)) {
                usable.add(node);
            }
        }
        counters.dropped(DropReason.BOGUS_ADDRESS, nodes.size() - usable.size());
        return usable;
    }
}
