package omega.flock.swarm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.FoundPeer;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;

/** One flock's access to the fake network. It answers at once unless the test holds something up. */
final class FakeNetwork implements Network {

    /** A dial as it was asked for. */
    record Dial(PublicKey remote, List<PeerAddress> relays, List<PublicKey> relayThrough) {}

    final List<Dial> dials = new CopyOnWriteArrayList<>();
    final Map<PublicKey, FakeWorld.Held<FakeLink>> heldDials = new ConcurrentHashMap<>();
    final List<String> walks = new CopyOnWriteArrayList<>();
    final List<FakeWalk> openWalks = new CopyOnWriteArrayList<>();
    final List<Topic> unannounced = new CopyOnWriteArrayList<>();
    final List<List<PeerAddress>> withdrawnFrom = new CopyOnWriteArrayList<>();
    final List<FakeListener> listeners = new CopyOnWriteArrayList<>();
    final List<String> life = new CopyOnWriteArrayList<>();
    volatile boolean holdsDials;
    volatile boolean deaf;
    volatile boolean holdsWalks;
    volatile boolean failsWalks;
    volatile boolean failsResume;
    volatile Optional<String> failsListen = Optional.empty();
    volatile Optional<Error> breaksListen = Optional.empty();
    volatile Optional<String> failsDials = Optional.empty();
    volatile boolean randomized;
    volatile boolean online = true;
    volatile Optional<String> host = Optional.empty(); // that others see; empty for a port of loopback
    volatile Supplier<List<PublicKey>> relaysOfListener = List::of;
    volatile Optional<FakeWorld.Held<Boolean>> holdsUnannounce = Optional.empty();
    volatile Optional<FakeWorld.Held<Boolean>> holdsSuspend = Optional.empty();
    volatile Optional<FakeWorld.Held<Boolean>> holdsClose = Optional.empty();
    volatile int answers = 2;
    volatile int named = Integer.MAX_VALUE; // how many peers an answer has room for
    private final FakeWorld world;
    private final SplittableRandom draws; // of one walk after the other
    private volatile Runnable onChange = () -> { };

    FakeNetwork(FakeWorld world, long seed) {
        this.world = world;
        this.draws = new SplittableRandom(seed);
    }

    @Override
    public FakeLink dial(PublicKey remote, KeyPair identity, List<PeerAddress> relays, List<PublicKey> relayThrough,
            Duration limit) throws IOException, InterruptedException {
        dials.add(new Dial(remote, relays, relayThrough));
        if (failsDials.isPresent()) {
            throw new FlockException(Code.valueOf(failsDials.get()), "the fake network says so");
        }
        if (holdsDials) {
            FakeWorld.Held<FakeLink> held = heldDials.computeIfAbsent(remote, key -> world.held());
            try {
                return deaf ? held.awaitDeaf() : held.await();
            } finally {
                heldDials.remove(remote, held);
            }
        }
        return connect(remote, identity.publicKey());
    }

    /** Connects two flocks as a dial does. */
    FakeLink connect(PublicKey remote, PublicKey self) throws FlockException {
        FakeListener listener = world.listener(remote).orElseThrow(() -> new FlockException(Code.PEER_NOT_FOUND, "nobody listens"));
        if (listener.rejects(self)) {
            throw new FlockException(Code.PEER_CONNECTION_FAILED, "no answer");
        }
        FakeLink near = FakeLink.pair(self, remote);
        host.ifPresent(near::comesFrom);
        listener.deliver(near.peer());
        return near;
    }

    @Override
    public Listener listen(KeyPair identity, Predicate<PublicKey> rejects, Supplier<List<PublicKey>> relayThrough)
            throws IOException {
        relaysOfListener = relayThrough;
        if (breaksListen.isPresent()) {
            throw breaksListen.get();
        }
        if (failsListen.isPresent()) {
            throw new FlockException(Code.valueOf(failsListen.get()), "the fake network says so");
        }
        FakeListener listener = new FakeListener(world, identity.publicKey(), rejects);
        if (!world.listen(identity.publicKey(), listener)) {
            throw new FlockException(Code.KEYPAIR_ALREADY_USED, "somebody listens under that key");
        }
        listeners.add(listener);
        return listener;
    }

    @Override
    public boolean online() {
        return online;
    }

    @Override
    public boolean randomized() {
        return randomized;
    }

    @Override
    public Query<LookupReply> lookup(Topic topic, List<PeerAddress> seeds) {
        return walk("lookup seeds=" + seeds.size(), topic, () -> { });
    }

    @Override
    public Query<LookupReply> announce(Topic topic, KeyPair identity, List<PeerAddress> relays, AnnounceOptions options) {
        FoundPeer self = new FoundPeer(identity.publicKey(), relays);
        return walk("announce clear=" + options.clear() + " seeds=" + options.seeds().size(), topic,
                () -> world.announce(topic, self));
    }

    @Override
    public Query<LookupReply> lookupAndUnannounce(Topic topic, KeyPair identity, List<PeerAddress> seeds) {
        return walk("lookupAndUnannounce", topic, () -> world.unannounce(topic, identity.publicKey()));
    }

    @Override
    public void unannounce(Topic topic, KeyPair identity, List<PeerAddress> nodes) throws IOException, InterruptedException {
        if (holdsUnannounce.isPresent()) {
            holdsUnannounce.get().await();
        }
        withdrawnFrom.add(nodes);
        unannounced.add(topic);
        world.unannounce(topic, identity.publicKey());
    }

    @Override
    public void onChange(Runnable listener) {
        onChange = listener;
    }

    /** The addresses of the host have changed. */
    void change() {
        onChange.run();
    }

    @Override
    public void suspend() throws InterruptedException {
        life.add("suspend");
        await(holdsSuspend);
        life.add("suspended");
    }

    @Override
    public void resume() {
        life.add("resume");
        if (failsResume) {
            throw new UncheckedIOException(new BindException("the fake network says so"));
        }
    }

    @Override
    public void close() {
        life.add("close");
        try {
            await(holdsClose);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void closeNow() {
        life.add("closeNow");
        listeners.forEach(FakeListener::close);
    }

    private static void await(Optional<FakeWorld.Held<Boolean>> gate) throws InterruptedException {
        if (gate.isPresent()) {
            try {
                gate.get().await();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Query<LookupReply> walk(String kind, Topic topic, Runnable commit) {
        walks.add(kind);
        FakeWorld.Held<Boolean> gate = world.held();
        FakeWalk walk = new FakeWalk(gate, answers, () -> answer(topic), commit);
        openWalks.add(walk);
        if (failsWalks) {
            walk.fail("TOO_FEW_NODES");
        } else if (!holdsWalks) {
            walk.release();
        }
        return walk;
    }

    /** A node that knows of more than fit into its answer draws at random. */
    private List<FoundPeer> answer(Topic topic) {
        List<FoundPeer> known = world.lookup(topic);
        if (known.size() > named) {
            Collections.shuffle(known, draws);
        }
        return known.subList(0, Math.min(known.size(), named));
    }
}
