package omega.flock.rpc;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a node does. Thread-safe, from any thread. */
final class RpcCounters {

    private final AtomicLongArray drops = new AtomicLongArray(DropReason.values().length);
    private final AtomicLongArray commandsSent = new AtomicLongArray(InternalCommand.values().length);
    private final AtomicLongArray commandsAnswered = new AtomicLongArray(InternalCommand.values().length);
    private final LongAdder requests = new LongAdder();
    private final LongAdder responses = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder queries = new LongAdder();
    private final LongAdder activeQueries = new LongAdder();

    void dropped(DropReason reason) {
        drops.incrementAndGet(reason.ordinal());
    }

    void dropped(DropReason reason, int times) {
        drops.addAndGet(reason.ordinal(), times);
    }

    void requestCreated(RpcRequest request) {
        requests.increment();
        if (request.internal()) {
            InternalCommand.of(request.command()).ifPresent(command -> commandsSent.incrementAndGet(command.ordinal()));
        }
    }

    void requestAnswered(RpcRequest request) {
        responses.increment();
        if (request.internal()) {
            InternalCommand.of(request.command())
                    .ifPresent(command -> commandsAnswered.incrementAndGet(command.ordinal()));
        }
    }

    void requestTimedOut() {
        timeouts.increment();
    }

    void requestRetried() {
        retries.increment();
    }

    void queryStarted() {
        queries.increment();
        activeQueries.increment();
    }

    void queryEnded() {
        activeQueries.decrement();
    }

    long responses() {
        return responses.sum();
    }

    long timeouts() {
        return timeouts.sum();
    }

    RpcStats snapshot(int requestsActive, int nodes) {
        Map<InternalCommand, RpcStats.Command> commands = new EnumMap<>(InternalCommand.class);
        for (InternalCommand command : InternalCommand.values()) {
            commands.put(command, new RpcStats.Command(commandsSent.get(command.ordinal()),
                    commandsAnswered.get(command.ordinal())));
        }
        Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (drops.get(reason.ordinal()) > 0) {
                dropped.put(reason, drops.get(reason.ordinal()));
            }
        }
        return new RpcStats(
                new RpcStats.Requests(requestsActive, requests.sum(), responses.sum(), timeouts.sum(), retries.sum()),
                commands, new RpcStats.Queries(activeQueries.intValue(), queries.sum()), nodes, dropped);
    }
}
