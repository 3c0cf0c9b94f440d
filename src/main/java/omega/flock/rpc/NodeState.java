package omega.flock.rpc;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.NodeRecord;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RpcPeer;
import omega.flock.runtime.FairSlots;
import omega.flock.runtime.NetworkSource;

/**
 * What a node knows: its neighbours, its own address as they see it, and its standing among them. All of it under one lock,
 * under which nothing is sent and nobody is called; what follows from a change is returned to the caller. Thread-safe.
 *
 * <pre>
 *   standing:  firewalled ──probe──► open ──stable──► persistent ──wake-up──► open again
 *              ephemeral             ephemeral        sends its id            (firewalled is not tested again)
 * </pre>
 */
final class NodeState {

    /** How others see us. */
    record Observed(Optional<String> host, int port) {}

    /** What follows from a message of a node. */
    record Heard(boolean natChanged, boolean crowded, Optional<Neighbours.Swap> swap) {}

    /** What follows from a tick. */
    record TickPlan(boolean wokeUp, boolean becameEphemeral, boolean tryPersistence, List<Neighbours.Check> checks,
            boolean refresh) {}

    /**
     * What follows from a passed network check.
     *
     * @param addressChanged whether others see us at another address from now on, since we send from another port
     */
    record Promotion(boolean succeeded, boolean persistent, boolean addressChanged, boolean newId) {}

    /** A check that a stranger brought about; no two are equal. */
    static final class HintedCheck {

        private final Neighbours.Check check;
        private final NetworkSource source;

        private HintedCheck(Neighbours.Check check, NetworkSource source) {
            this.check = check;
            this.source = source;
        }

        Neighbours.Check check() {
            return check;
        }
    }

    /** What follows from a stranger's word that a node is down. */
    record Hint(boolean heeded, Optional<HintedCheck> check) {}

    private final boolean adaptive;
    private final int downHintsPerTick;
    private final int maxIdlessSamples;
    private final ReentrantLock lock = new ReentrantLock();
    private final Neighbours neighbours; // guarded by lock, as everything below
    private final TickCounter ticks;
    private final Set<PeerAddress> idlessSamples = new HashSet<>();
    private NatSampler sampler = new NatSampler();
    private boolean ephemeral = true;
    private boolean firewalled;
    private boolean bootstrapped;
    private Optional<String> lastCheckedHost = Optional.empty();
    private final FairSlots<HintedCheck> hintedChecks = new FairSlots<>(RpcConstants.MAX_CHECKS);
    private int swaps;
    private int downHintsSent;
    private volatile Optional<NodeId> publicId = Optional.empty(); // written under lock; every message asks for it

    NodeState(RpcConfig config, NodeId randomId, TickCounter ticks) {
        this.adaptive = config.ephemeral() == EphemeralMode.ADAPTIVE;
        this.downHintsPerTick = config.downHintsPerTick();
        this.maxIdlessSamples = Math.max(1, config.bootstrap().size());
        this.firewalled = config.firewalled();
        this.neighbours = new Neighbours(randomId);
        this.ticks = ticks;
        // In reverse, so that the first one counts as the one heard last.
        config.nodes().reversed().forEach(node -> neighbours.addUnheard(RpcPeer.of(node), ticks.tick()));
    }

    /** Takes our address for known, as the first node of a network has to: nobody could tell it. */
    void assumeAddress(String host, int port) {
        locked(() -> sampler.add(new PeerAddress(host, port), host, port));
    }

    boolean ephemeral() {
        return locked(() -> ephemeral);
    }

    boolean firewalled() {
        return locked(() -> firewalled);
    }

    boolean bootstrapped() {
        return locked(() -> bootstrapped);
    }

    void setBootstrapped() {
        locked(() -> bootstrapped = true);
    }

    Observed observed() {
        return locked(() -> new Observed(sampler.host(), sampler.port()));
    }

    NodeId tableId() {
        return locked(() -> neighbours.table().self());
    }

    /** Returns our id if it may go on the wire. */
    Optional<NodeId> publicId() {
        return publicId;
    }

    int size() {
        return locked(() -> neighbours.table().size());
    }

    List<RpcPeer> newest(int limit) {
        return locked(() -> neighbours.table().newest(limit).stream().map(NodeRecord::peer).toList());
    }

    List<RpcPeer> closest(NodeId target, int limit) {
        return locked(() -> neighbours.closest(target, limit));
    }

    List<PeerAddress> closerNodes(NodeId target) {
        return locked(() -> neighbours.closerNodes(target));
    }

    /** Returns where to walk to keep the table fresh: to a node of it, or to ourselves. */
    NodeId refreshTarget(double random) {
        return locked(() -> {
            int size = neighbours.table().size();
            return size == 0 ? neighbours.table().self() : neighbours.table().pick((int) (random * size)).id();
        });
    }

    /**
     * Notes a message from a node that the filter lets through.
     *
     * @param id its id if it proved one
     * @param ourAddress how it sees us
     * @param expectedPort whether it came to our default port, so that it says something about that one
     */
    Heard heard(PeerAddress from, Optional<NodeId> id, PeerAddress ourAddress, boolean expectedPort) {
        return locked(() -> {
            if (id.isEmpty()) {
                // Nobody vouches for such a node, so only a few of them are believed, as many as we have bootstrap nodes.
                boolean counts = expectedPort && idlessSamples.size() < maxIdlessSamples && idlessSamples.add(from);
                return new Heard(counts && sampler.add(from, ourAddress.host(), ourAddress.port()), false, Optional.empty());
            }
            Neighbours.Contact contact =
                    neighbours.heard(new RpcPeer(id.get(), from), ourAddress, expectedPort, ticks.tick());
            boolean changed = contact.sampled() && sampler.add(from, ourAddress.host(), ourAddress.port());
            return new Heard(changed, contact.crowded(), contact.swap().filter(this::beginSwap));
        });
    }

    /** Ends a swap that {@link #heard} began; {@code conclusive} is false if the check could not be made. */
    void endSwap(Neighbours.Swap swap, boolean conclusive) {
        locked(() -> {
            swaps--;
            return conclusive && neighbours.end(swap, ticks.tick());
        });
    }

    /**
     * Begins to check a node that somebody says is down, if we know it. When as many are checked as may be at once, one of whoever holds
     * most of the places does without: it is bounded all the same, since no node is checked twice in a tick.
     *
     * @return whether the hint was heeded, which it is not if the source itself holds most of them, and the check that it brings about
     */
    Hint beginHintedCheck(NodeId id, NetworkSource source) {
        return locked(() -> {
            if (!hintedChecks.hasRoomFor(source)) {
                return new Hint(false, Optional.empty());
            }
            Optional<HintedCheck> check = neighbours.beginHinted(id, ticks.tick()).map(each -> new HintedCheck(each, source));
            check.ifPresent(each -> hintedChecks.enter(each, source));
            return new Hint(true, check);
        });
    }

    /** Ends a check; {@code conclusive} is false if it could not be made. */
    void endHintedCheck(HintedCheck hinted, boolean conclusive) {
        locked(() -> {
            hintedChecks.leave(hinted, hinted.source);
            return conclusive && neighbours.end(hinted.check());
        });
    }

    /** Ends a check; {@code conclusive} is false if it could not be made. */
    void endCheck(Neighbours.Check check, boolean conclusive) {
        locked(() -> conclusive && neighbours.end(check));
    }

    /** Drops a node that did not answer to a request that was meant for it. */
    void onTimeout(NodeId id) {
        locked(() -> {
            neighbours.table().find(id).ifPresent(neighbours.table()::remove);
            return null;
        });
    }

    /** Takes one of the down hints of this tick. */
    boolean takeDownHint() {
        return locked(() -> {
            if (downHintsPerTick >= 0 && downHintsSent >= downHintsPerTick) {
                return false;
            }
            downHintsSent++;
            return true;
        });
    }

    void queryStarted() {
        locked(() -> {
            ticks.postponeRefresh();
            return null;
        });
    }

    /** Counts a tick. */
    TickPlan tick(long wallMillis, int requestsInFlight) {
        return locked(() -> {
            TickCounter.Due due = ticks.next(wallMillis, bootstrapped, adaptive && ephemeral);
            boolean becameEphemeral = due.wokeUp() && loseStanding();
            boolean tryPersistence = due.stable() && !lastCheckedHost.equals(sampler.host());
            if (due.stable() && !tryPersistence) {
                ticks.postponeStable();
            }
            List<Neighbours.Check> round =
                    due.pingRound() ? neighbours.beginRound(requestsInFlight, ticks.tick()) : List.of();
            boolean empty = neighbours.table().size() == 0;
            boolean sparse = neighbours.table().size() < RoutingConstants.K;
            downHintsSent = 0;
            return new TickPlan(due.wokeUp(), becameEphemeral, tryPersistence, round,
                    due.refresh() || due.sparseCheck() && sparse || due.pingRound() && empty);
        });
    }

    /** Goes on after a suspension as after a sleep. Returns whether the node is no longer persistent by that. */
    boolean wakeUp(long wallMillis) {
        return locked(() -> {
            ticks.restart(wallMillis);
            ticks.wakeUp();
            return loseStanding();
        });
    }

    /**
     * Begins a network check.
     *
     * @return what we know of our address, with host and port; empty if no check makes sense now
     */
    Optional<PeerAddress> beginNetworkCheck(boolean onlyFirewall) {
        return locked(() -> {
            if (!ephemeral || onlyFirewall && !firewalled) {
                return Optional.empty();
            }
            if (!onlyFirewall) {
                ticks.postponeStable();
                lastCheckedHost = sampler.host();
            }
            return sampler.port() == 0 ? Optional.empty()
                    : sampler.host().map(host -> new PeerAddress(host, sampler.port()));
        });
    }

    /**
     * Ends a network check: the server port is open.
     *
     * @param before what {@link #beginNetworkCheck} returned
     * @param probed what the probe saw, if there was need of one
     */
    Promotion promote(boolean onlyFirewall, PeerAddress before, Optional<NatSampler> probed) {
        return locked(() -> {
            boolean opened = firewalled;
            firewalled = false;
            NatSampler verdict = probed.orElse(sampler);
            boolean same = sampler.host().equals(Optional.of(before.host())) && sampler.port() == before.port();
            if (!ephemeral || !same || !verdict.host().equals(sampler.host()) || verdict.port() == 0) {
                return new Promotion(false, false, opened, false);
            }
            ephemeral = onlyFirewall;
            boolean natChanged = verdict.port() != sampler.port();
            if (probed.isPresent()) {
                idlessSamples.clear();
                sampler = verdict;
            }
            NodeId id = NodeId.of(new PeerAddress(before.host(), verdict.port()));
            boolean newId = !id.equals(neighbours.table().self());
            if (newId) {
                neighbours.rebuildAround(id);
            }
            publicId = ephemeral ? Optional.empty() : Optional.of(id);
            return new Promotion(true, !ephemeral, opened || natChanged, newId);
        });
    }

    private boolean beginSwap(Neighbours.Swap swap) {
        if (!bootstrapped || swaps >= RpcConstants.MAX_SWAPS) {
            return false;
        }
        swaps++;
        swap.check().node().pinged(ticks.tick());
        return true;
    }

    private boolean loseStanding() {
        lastCheckedHost = Optional.empty();
        boolean wasPersistent = adaptive && !ephemeral;
        ephemeral = ephemeral || adaptive;
        publicId = ephemeral ? Optional.empty() : publicId;
        return wasPersistent;
    }

    private <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }
}
