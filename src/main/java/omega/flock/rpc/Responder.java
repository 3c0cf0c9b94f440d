package omega.flock.rpc;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;

/** Sends replies, on the thread that has one to send, and issues the tokens in them. Thread-safe. */
final class Responder {

    /**
     * What a request has shown of where it came from.
     *
     * @param host for a socket
     * @param source as the network shows it
     * @param bytes length of the request
     * @param proven whether its token is right, so that whoever sent it receives there
     */
    record Origin(InetAddress host, NetworkSource source, int bytes, boolean proven) {}

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final NodePorts ports;
    private final NodeState state;
    private final RequestBudget budget;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final TokenSecrets secrets; // guarded by lock

    Responder(NodePorts ports, NodeState state, RequestBudget budget, Ticker ticker, RpcCounters counters, SecureRandom random) {
        this.ports = ports;
        this.state = state;
        this.budget = budget;
        this.ticker = ticker;
        this.counters = counters;
        byte[] seed = new byte[2 * RpcConstants.TOKEN_BYTES];
        random.nextBytes(seed);
        this.secrets = new TokenSecrets(seed, ticker.nanoTime());
    }

    /** Tells whether a token was given to this host lately. */
    boolean accepts(byte[] token, String host) {
        lock.lock();
        try {
            return secrets.accepts(token, host, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers a request, or as much of it as the request pays for if it proves nothing and its source has spent its allowance.
     *
     * @param withToken whether the receiver may want to change something later
     * @param withCloserNodes whether to name nodes near the target, if the request has one
     * @param to where the request came from, or another port there
     */
    void reply(RpcMessage.Request request, int error, Optional<byte[]> value, boolean withToken, boolean withCloserNodes,
            PeerAddress to, UdpPort via, Origin origin) {
        Optional<byte[]> token = withToken ? Optional.of(issue(to.host())) : Optional.empty();
        List<PeerAddress> closer =
                withCloserNodes ? request.target().map(state::closerNodes).orElse(List.of()) : List.of();
        RpcMessage.Reply reply = new RpcMessage.Reply(request.tid(), to, ports.idFor(via), token, closer, error, value);
        byte[] whole = reply.encode();
        InetSocketAddress receiver = new InetSocketAddress(origin.host(), to.port());
        int paid = (int) (RpcConstants.ANSWER_FACTOR * origin.bytes());
        if (whole.length <= paid || origin.proven() || budget.takeUnproven(origin.source(), whole.length - paid)) {
            emit(whole, receiver, via);
        } else {
            counters.dropped(DropReason.UNPROVEN_SOURCE);
            emit(reply.trimmed(paid).encode(), receiver, via);
        }
    }

    /** Answers to a third address with nothing but a value. */
    void replyElsewhere(RpcMessage.Request request, byte[] value, PeerAddress to, UdpPort via) {
        emit(new RpcMessage.Reply(request.tid(), to, ports.idFor(via), Optional.empty(), List.of(), RpcConstants.OK,
                Optional.of(value)).encode(), to.toSocketAddress(), via);
    }

    /** Passes a request on with another value and without its token. */
    void forward(RpcMessage.Request request, byte[] value, PeerAddress to, UdpPort via) {
        emit(new RpcMessage.Request(request.tid(), to, ports.idFor(via), Optional.empty(), request.internal(),
                request.command(), request.target(), Optional.of(value)).encode(), to.toSocketAddress(), via);
    }

    private byte[] issue(String host) {
        lock.lock();
        try {
            return secrets.issue(host, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private void emit(byte[] message, InetSocketAddress to, UdpPort via) {
        try {
            via.send(ByteBuffer.wrap(message), to);
        } catch (IOException e) {
            counters.dropped(DropReason.SEND_FAILED);
            LOG.log(Level.TRACE, "rpc.send.failed to=" + to, e);
        }
    }
}
