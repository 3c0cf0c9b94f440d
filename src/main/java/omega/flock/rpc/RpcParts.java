package omega.flock.rpc;

import java.security.SecureRandom;
import java.util.Optional;
import omega.flock.net.DatagramHandler;
import omega.flock.net.PortBinder;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** The parts of a node, put together on the thread that creates it. Each is thread-safe. */
final class RpcParts {

    final RpcCounters counters = new RpcCounters();
    final NodeState state;
    final NodePorts ports;
    final DeadlineQueue deadlines;
    final RequestPool pool;
    final RpcEvents events;
    final Upkeep upkeep;
    final BootstrapResolver resolver;
    final NodeQueries queries;
    final NetworkCheck networkCheck;
    final Inbound inbound;
    final NodeTicks ticks;
    final Bootstrap bootstrap;

    /**
     * Puts a node together.
     *
     * @param received takes what the two ports receive
     */
    RpcParts(RpcConfig config, PortBinder binder, Ticker ticker, TaskScope scope, DatagramHandler received,
            RequestHandler application) {
        SecureRandom random = new SecureRandom();
        state = new NodeState(config, randomId(random),
                new TickCounter(random.nextDouble(), random.nextDouble(), ticker.wallMillis()));
        ports = new NodePorts(config, binder, received, state);
        deadlines = new DeadlineQueue("rpc-deadlines", ticker, scope);
        pool = new RequestPool(config, ports, ticker, deadlines, counters, state::onTimeout, random);
        events = new RpcEvents(scope);
        upkeep = new Upkeep(state, pool, events, counters);
        resolver = new BootstrapResolver(config, address -> BlockingReply.request(pool,
                RpcRequest.of(InternalCommand.PING), address, Optional.empty()), ticker, scope);
        queries = new NodeQueries(config, state, pool, upkeep, resolver, deadlines, scope, ticker, counters);
        networkCheck = new NetworkCheck(config, state, ports, pool, resolver, events,
                () -> queries.refresh(random.nextDouble()));
        RequestBudget budget = new RequestBudget(ticker);
        Responder responder = new Responder(ports, state, budget, ticker, counters, random);
        inbound = new Inbound(config, ports, state, pool, responder, upkeep,
                new InternalCommands(config, responder, upkeep, deadlines, ticker, counters), application, budget, ticker, counters);
        ticks = new NodeTicks(state, pool, upkeep, queries, networkCheck, resolver, events, counters,
                new InterfaceWatch(InterfaceWatch::addresses, config.host()), scope, random.nextLong());
        bootstrap = new Bootstrap(config, state, ports, pool, queries, networkCheck, ticker);
    }

    private static NodeId randomId(SecureRandom random) {
        byte[] bytes = new byte[RoutingConstants.ID_BYTES];
        random.nextBytes(bytes);
        return NodeId.of(bytes);
    }
}
