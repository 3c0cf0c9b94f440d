package omega.flock.rpc;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;
import omega.flock.runtime.Ticker;
import omega.flock.wire.MalformedMessageException;
import omega.flock.wire.WireReader;

/**
 * Answers the commands that every node answers, on the reader that brought them (dht-rpc 6.27.0 {@code index.js},
 * {@code _onrequest}). What lacks its value or target is met with silence.
 */
final class InternalCommands {

    /** A ping that waits to be answered. */
    private static final class DelayedPing {

        private final ReceivedRequest request;
        private Optional<DeadlineQueue.Entry> timer = Optional.empty(); // written with a place, before anybody can take that away

        private DelayedPing(ReceivedRequest request) {
            this.request = request;
        }

        private NetworkSource source() {
            return request.source();
        }
    }

    private final RpcConfig config;
    private final Responder responder;
    private final Upkeep upkeep;
    private final DeadlineQueue deadlines;
    private final Ticker ticker;
    private final RpcCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final FairSlots<DelayedPing> delayedPings = new FairSlots<>(RpcConstants.MAX_DELAYED_PINGS); // guarded by lock

    InternalCommands(RpcConfig config, Responder responder, Upkeep upkeep, DeadlineQueue deadlines, Ticker ticker,
            RpcCounters counters) {
        this.config = config;
        this.responder = responder;
        this.upkeep = upkeep;
        this.deadlines = deadlines;
        this.ticker = ticker;
        this.counters = counters;
    }

    /** Returns false if there is no such command. */
    boolean onRequest(RpcMessage.Request message, ReceivedRequest request) {
        Optional<InternalCommand> command = InternalCommand.of(message.command());
        if (command.isEmpty()) {
            return false;
        }
        try {
            switch (command.get()) {
                case PING -> request.replyBare(Optional.empty());
                case PING_NAT -> onPingNat(message, request);
                case FIND_NODE -> onFindNode(message, request);
                case DOWN_HINT -> onDownHint(message, request);
                case DELAYED_PING -> onDelayedPing(message, request);
            }
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.BAD_INTERNAL_VALUE);
        }
        return true;
    }

    /** Answers from the port that was asked to the other port of the asker, which also stands in the answer. */
    private void onPingNat(RpcMessage.Request message, ReceivedRequest request) {
        int otherPort = argument(message).uint16("pingNat.port");
        if (otherPort == 0) {
            throw new MalformedMessageException("pingNat.port: 0");
        }
        responder.reply(message, RpcConstants.OK, Optional.empty(), false, false, new PeerAddress(request.from().host(), otherPort),
                request.port(), request.origin());
    }

    private void onFindNode(RpcMessage.Request message, ReceivedRequest request) {
        if (message.target().isEmpty()) {
            throw new MalformedMessageException("findNode.target: missing");
        }
        request.replyWithoutToken(Optional.empty());
    }

    private void onDownHint(RpcMessage.Request message, ReceivedRequest request) {
        upkeep.onDownHint(NodeId.of(argument(message).ipv4Address("downHint.node")), request.source());
        request.replyBare(Optional.empty());
    }

    private void onDelayedPing(RpcMessage.Request message, ReceivedRequest request) {
        long delayMillis = argument(message).uint32("delayedPing.delay");
        if (delayMillis > config.maxPingDelay()) {
            throw new MalformedMessageException("delayedPing.delay: " + delayMillis);
        }
        DelayedPing ping = new DelayedPing(request);
        Optional<DelayedPing> displaced = Optional.of(ping);
        lock.lock();
        try {
            if (delayedPings.hasRoomFor(ping.source())) {
                displaced = delayedPings.enter(ping, ping.source());
                ping.timer = Optional.of(deadlines.schedule(ticker.nanoTime() + delayMillis * 1_000_000, () -> onDelayOver(ping)));
            }
        } finally {
            lock.unlock();
        }
        displaced.ifPresent(loser -> {
            loser.timer.ifPresent(DeadlineQueue.Entry::cancel);
            counters.dropped(DropReason.TOO_MANY_DELAYED_PINGS);
        });
    }

    private void onDelayOver(DelayedPing ping) {
        boolean waited;
        lock.lock();
        try {
            waited = delayedPings.leave(ping, ping.source());
        } finally {
            lock.unlock();
        }
        if (waited) {
            ping.request.replyBare(Optional.empty());
        }
    }

    private static WireReader argument(RpcMessage.Request message) {
        return WireReader.of(message.value().orElseThrow(() -> new MalformedMessageException("value: missing")));
    }
}
