package omega.flock.rpc;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.net.UdpPort;
import omega.flock.runtime.Ticker;

/** Sends replies, on the thread that has one to send, and issues the tokens in them. Thread-safe. */
final class Responder {

    private static final Logger LOG = System.getLogger("omega.flock.rpc");

    private final NodePorts ports;
    private final NodeState state;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final TokenSecrets secrets; // guarded by lock

    Responder(NodePorts ports, NodeState state, Ticker ticker, RpcCounters counters, SecureRandom random) {
        this.ports = ports;
        this.state = state;
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
     * Answers a request.
     *
     * @param withToken whether the receiver may want to change something later
     * @param withCloserNodes whether to name nodes near the target, if the request has one
     */
    void reply(RpcMessage.Request request, int error, Optional<byte[]> value, boolean withToken, boolean withCloserNodes,
            PeerAddress to, UdpPort via) {
        Optional<byte[]> token = withToken ? Optional.of(issue(to.host())) : Optional.empty();
        List<PeerAddress> closer =
                withCloserNodes ? request.target().map(state::closerNodes).orElse(List.of()) : List.of();
        emit(new RpcMessage.Reply(request.tid(), to, ports.idFor(via), token, closer, error, value), via);
    }

    /** Passes a request on with another value and without its token. */
    void forward(RpcMessage.Request request, byte[] value, PeerAddress to, UdpPort via) {
        emit(new RpcMessage.Request(request.tid(), to, ports.idFor(via), Optional.empty(), request.internal(),
                request.command(), request.target(), Optional.of(value)), via);
    }

    private byte[] issue(String host) {
        lock.lock();
        try {
            return secrets.issue(host, ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private void emit(RpcMessage message, UdpPort via) {
        try {
            via.send(ByteBuffer.wrap(message.encode()), message.to().toSocketAddress());
        } catch (IOException e) {
            counters.dropped(DropReason.SEND_FAILED);
            LOG.log(Level.TRACE, "rpc.send.failed to=" + message.to(), e);
        }
    }
}
