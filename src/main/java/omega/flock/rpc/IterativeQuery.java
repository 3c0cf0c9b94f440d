package omega.flock.rpc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.Diversity;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.NetworkSource;

/**
 * Walks towards a target, asking ever nearer nodes: Kademlia's lookup as dht-rpc 6.27.0 {@code lib/query.js} does it. Pure;
 * not thread-safe.
 *
 * <pre>
 *   SEEDING ──► WALKING ──► DONE        {@link #next} says what its owner has to do; what comes of it is reported by
 *                                       {@link #onReply}, {@link #onTimeout}, {@link #onFailure} and {@link #onSlow}
 * </pre>
 *
 * <p>Nodes wait on a stack, so the one that was named last is asked first. A walk that begins at given nodes asks only three
 * at a time at first, for the nearest of them probably knows the rest.
 */
final class IterativeQuery {

    /** What has to be done next. */
    sealed interface Step {

        /** Ask this node. */
        record Visit(RpcPeer peer) implements Step {}

        /** Give so many nodes of the routing table to {@link #addTableNodes}. */
        record PullTable(int count) implements Step {}

        /** Give the bootstrap nodes to {@link #addBootstrapNodes}. */
        record ResolveBootstrap() implements Step {}

        /** Nothing, until a visit ends. */
        record Await() implements Step {}

        /** Nothing any more: the closest replies are final. */
        record Done() implements Step {}
    }

    /** That a node, which the referrer told us of, is down. */
    record DownHint(Referrer referrer, PeerAddress down) {}

    /** Who told us of a node. */
    record Referrer(PeerAddress address, Optional<NodeId> id) {}

    private enum Phase {
        /** Nodes to begin with are still being gathered. */
        SEEDING,
        /** Visits are under way or to come. */
        WALKING,
        /** Final. */
        DONE
    }

    private enum Fate {
        /** Waits for its visit, which it does not get if nearer nodes answer first. */
        QUEUED,
        /** Is being visited. */
        VISITED,
        /** Answered. */
        DONE,
        /** Did not answer any transmission. */
        DOWN
    }

    private static final class Seen {

        private final RpcPeer peer;
        private final List<Referrer> referrers = new ArrayList<>();
        private Fate fate = Fate.QUEUED;

        Seen(RpcPeer peer) {
            this.peer = peer;
        }
    }

    private final NodeId target;
    private final Deque<RpcPeer> pending = new ArrayDeque<>(); // a stack
    private final Map<PeerAddress, Seen> seen = new HashMap<>();
    private final Map<Integer, Integer> visitsOfHost = new HashMap<>();
    private final Map<Integer, Integer> visitsOfNetwork = new HashMap<>();
    private final Set<PeerAddress> slow = new HashSet<>();
    private final List<RpcReply> closest = new ArrayList<>(); // nearest first
    private Phase phase = Phase.SEEDING;
    private int concurrency;
    private boolean slowedDown;
    private boolean tableAsked;
    private boolean bootstrapAsked;
    private int inFlight;
    private int successes;
    private int errors;
    private int refused;
    private int crowded;

    /**
     * Begins a walk.
     *
     * @param given where to begin, nearest first
     */
    IterativeQuery(NodeId target, List<RpcPeer> given, int concurrency) {
        this.target = target;
        this.concurrency = concurrency;
        for (RpcPeer peer : given.reversed()) {
            add(peer, Optional.empty());
        }
    }

    /** Says what to do next. After a {@link Step.Visit} or one of the seeding steps it has more to say at once. */
    Step next() {
        if (phase == Phase.SEEDING) {
            Optional<Step> seeding = nextSeed();
            if (seeding.isPresent()) {
                return seeding.get();
            }
            phase = Phase.WALKING;
        }
        if (phase == Phase.DONE) {
            return new Step.Done();
        }
        Optional<RpcPeer> visit = nextVisit();
        if (visit.isPresent()) {
            return new Step.Visit(visit.get());
        }
        if (!tableAsked && successes == 0 && errors == 0) {
            slowedDown = true;
        }
        boolean onlySlowOnesLeft = slow.size() == inFlight && closest.size() >= RoutingConstants.K;
        if (!pending.isEmpty() || inFlight > 0 && !onlySlowOnesLeft) {
            return new Step.Await();
        }
        if (!tableAsked && successes < RoutingConstants.K / 4) {
            // The given nodes are mostly gone: begin again like everybody else.
            tableAsked = true;
            slowedDown = false;
            return new Step.PullTable(RoutingConstants.K);
        }
        phase = Phase.DONE;
        return new Step.Done();
    }

    /** Answers {@link Step.PullTable}. */
    void addTableNodes(List<RpcPeer> nodes) {
        nodes.forEach(node -> add(node, Optional.empty()));
    }

    /** Answers {@link Step.ResolveBootstrap}. */
    void addBootstrapNodes(List<RpcPeer> nodes) {
        nodes.forEach(node -> add(node, Optional.empty()));
    }

    /** Returns the node at an address if it was named before; its id is worked out once, though every reply names much the same nodes. */
    Optional<RpcPeer> known(PeerAddress address) {
        Seen known = seen.get(address);
        return known == null ? Optional.empty() : Optional.of(known.peer);
    }

    /**
     * Ends a visit with a reply, of whatever error number: a node that does not serve the command still names closer ones.
     *
     * @param closer the nodes it named that may be visited
     * @return hints to send, because it named nodes that are down
     */
    List<DownHint> onReply(RpcPeer visited, RpcReply reply, List<RpcPeer> closer) {
        end(visited, Fate.DONE);
        if (phase == Phase.DONE) {
            return List.of();
        }
        if (reply.isOk()) {
            successes++;
            reply.fromId().filter(this::isCloser).ifPresent(id -> insertClosest(id, reply));
        } else {
            errors++;
        }
        List<DownHint> hints = new ArrayList<>();
        Referrer referrer = new Referrer(reply.from(), reply.fromId());
        for (RpcPeer peer : closer) {
            Seen known = seen.get(peer.address());
            if (known != null && known.fate == Fate.DOWN) {
                hints.add(new DownHint(referrer, peer.address()));
            }
            if (!add(peer, Optional.of(referrer))) {
                // Named nearest first, so the others are no closer either.
                break;
            }
        }
        if (!tableAsked && successes + errors >= concurrency) {
            slowedDown = false;
        }
        return hints;
    }

    /** Ends a visit because nobody answered. Returns hints to send to those who named the node. */
    List<DownHint> onTimeout(RpcPeer visited) {
        Seen node = end(visited, Fate.DOWN);
        errors++;
        return node.referrers.stream().map(referrer -> new DownHint(referrer, visited.address())).toList();
    }

    /** Ends a visit for a reason that says nothing about the node. */
    void onFailure(RpcPeer visited) {
        end(visited, Fate.DONE);
        errors++;
    }

    /** Notes that a visit takes longer than usual: another one may be made in its place. Too late a note is ignored. */
    void onSlow(RpcPeer visited) {
        if (seen.get(visited.address()).fate == Fate.VISITED) {
            slow.add(visited.address());
        }
    }

    /** Changes how many visits may be under way at once. */
    void concurrency(int visits) {
        concurrency = visits;
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    /** Returns the replies of the nearest nodes so far, nearest first, at most k. */
    List<RpcReply> closestReplies() {
        return List.copyOf(closest);
    }

    int inFlight() {
        return inFlight;
    }

    /** Returns how many nodes were refused because the walk remembers too many already. */
    int refused() {
        return refused;
    }

    /** Returns how many nodes did not count, since enough of their address or /24 are nearer or were asked. */
    int crowded() {
        return crowded;
    }

    private Optional<Step> nextSeed() {
        if (pending.size() >= RoutingConstants.K) {
            return Optional.empty();
        }
        if (!tableAsked) {
            tableAsked = true;
            return Optional.of(new Step.PullTable(RoutingConstants.K - pending.size()));
        }
        if (!bootstrapAsked) {
            bootstrapAsked = true;
            return Optional.of(new Step.ResolveBootstrap());
        }
        return Optional.empty();
    }

    private Optional<RpcPeer> nextVisit() {
        int limit = (slowedDown ? RpcConstants.SLOWDOWN_CONCURRENCY : concurrency) + slow.size();
        while (inFlight < limit && !pending.isEmpty()) {
            RpcPeer peer = pending.pop();
            if (isCloser(peer.id()) && mayVisit(peer)) {
                inFlight++;
                seen.get(peer.address()).fate = Fate.VISITED;
                return Optional.of(peer);
            }
        }
        return Optional.empty();
    }

    /** Whoever has an address can name a nearer node of it each time that it is asked: a query asks only so many of them. */
    private boolean mayVisit(RpcPeer peer) {
        NetworkSource source = Diversity.sourceOf(peer.address());
        if (!source.isPublic()) {
            return true;
        }
        if (visitsOfHost.getOrDefault(source.host(), 0) >= RpcConstants.MAX_VISITS_OF_HOST
                || visitsOfNetwork.getOrDefault(source.network(), 0) >= RpcConstants.MAX_VISITS_OF_NETWORK) {
            crowded++;
            return false;
        }
        visitsOfHost.merge(source.host(), 1, Integer::sum);
        visitsOfNetwork.merge(source.network(), 1, Integer::sum);
        return true;
    }

    private Seen end(RpcPeer visited, Fate fate) {
        Seen node = seen.get(visited.address());
        if (node == null || node.fate != Fate.VISITED) {
            throw new IllegalStateException("is not being visited: " + visited.address());
        }
        node.fate = fate;
        slow.remove(visited.address());
        inFlight--;
        return node;
    }

    /** Puts a node on the stack unless it was there before. Returns whether it is nearer than the k nearest so far. */
    private boolean add(RpcPeer peer, Optional<Referrer> referrer) {
        boolean closer = isCloser(peer.id());
        Seen known = seen.get(peer.address());
        if (known == null && closer) {
            if (seen.size() >= RpcConstants.MAX_QUERY_NODES) {
                refused++;
                return false;
            }
            known = new Seen(peer);
            seen.put(peer.address(), known);
            pending.push(peer);
        }
        if (known != null && isOpen(known.fate) && known.referrers.size() < RpcConstants.MAX_REFERRERS) {
            referrer.ifPresent(known.referrers::add);
        }
        return closer;
    }

    private static boolean isOpen(Fate fate) {
        return switch (fate) {
            case QUEUED, VISITED -> true;
            case DONE, DOWN -> false;
        };
    }

    private boolean isCloser(NodeId id) {
        return closest.size() < RoutingConstants.K || target.compareDistance(id, closest.getLast().fromId().orElseThrow()) < 0;
    }

    private void insertClosest(NodeId id, RpcReply reply) {
        int at = closest.size();
        while (at > 0) {
            int order = target.compareDistance(closest.get(at - 1).fromId().orElseThrow(), id);
            if (order == 0) {
                return;
            }
            if (order < 0) {
                break;
            }
            at--;
        }
        closest.add(at, reply);
        // Only the newcomer can be one too many, and the farthest of its address or /24 is who goes.
        int beyond = Diversity.firstBeyond(closest, each -> Diversity.sourceOf(each.from()), Diversity.sourceOf(reply.from()));
        if (beyond < closest.size()) {
            closest.remove(beyond);
            crowded++;
        }
        if (closest.size() > RoutingConstants.K) {
            closest.removeLast();
        }
    }
}
