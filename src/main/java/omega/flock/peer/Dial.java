package omega.flock.peer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import omega.flock.base.CloseReason;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.dht.DhtNode;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchInfo;
import omega.flock.dht.message.NoisePayload;
import omega.flock.dht.message.RelayThroughInfo;
import omega.flock.dht.message.SecretStreamInfo;
import omega.flock.dht.message.UdxInfo;
import omega.flock.net.UdpPort;
import omega.flock.peer.PathSelector.Evidence;
import omega.flock.peer.PeerSearch.Found;
import omega.flock.peer.punch.AddressRules;
import omega.flock.peer.punch.HolePuncher;
import omega.flock.peer.punch.PathRace;
import omega.flock.peer.punch.PunchListener;
import omega.flock.rpc.InternalCommand;
import omega.flock.rpc.RpcRequest;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.secret.SecretStream;

/**
 * One dial. Runs on the thread that called connect, which waits; what goes on at the same time runs in the dial's own scope
 * and ends with it.
 *
 * <pre>
 *   SEARCH: relays, handshake ──► ROUTES: told address, local network, passive, punch, relay ──► the peer's opening frame
 *                │                              │ none is left, or the deadline                        │
 *                └──────────► FlockException ◄──┘                                            SecretStream, identity proven
 * </pre>
 *
 * <p>Routes only find paths; {@link StreamPaths} binds the stream to one of them. The dial is won by the peer's opening frame
 * and by nothing else, so a path that leads nowhere cannot be mistaken for the peer. One that is won through a relay goes on
 * to punch in the background, for as long as the stream lives and there is hope.
 */
final class Dial implements AutoCloseable {

    private static final Logger LOG = System.getLogger("omega.flock.peer");

    private final PeerContext context;
    private final PublicKey remote;
    private final DialOptions options;
    private final boolean forStranger;
    private final KeyPair keyPair;
    private final long deadlineNanos;
    private final TaskScope scope;
    private final StreamPaths paths;
    private final PathRace<SecretStream> race = new PathRace<>(this::noPathIsLeft);
    private final Queue<DeadlineQueue.Entry> patience = new ConcurrentLinkedQueue<>();
    private final Optional<PeerAddress> ownAddress;
    private final Optional<RelayThroughInfo> offer;
    private volatile Optional<CountDownLatch> punched = Optional.empty(); // or given up; there if a relay is
    private final CountDownLatch relayTried = new CountDownLatch(1); // it leads to the peer, or does not
    private volatile Optional<FlockException> relayFailure = Optional.empty();
    private final boolean behindRandomNat;
    private Optional<RelayRoute> relay = Optional.empty(); // of the dialling thread only
    private Optional<HolePuncher> puncher = Optional.empty(); // of the dialling thread only
    private boolean won; // of the dialling thread only

    Dial(PeerContext context, PublicKey remote, DialOptions options, boolean forStranger, KeyPair keyPair, long deadlineNanos) {
        this.context = context;
        this.remote = remote;
        this.options = options;
        this.forStranger = forStranger;
        this.keyPair = keyPair;
        this.deadlineNanos = deadlineNanos;
        this.scope = context.scope().child("dial " + remote);
        this.paths = new StreamPaths(context, this::punchingIsOver);
        this.ownAddress = context.dht().rpc().remoteAddress();
        this.offer = context.offerOneOf(options.relayThrough());
        this.behindRandomNat = context.dht().rpc().firewalled() && context.dht().rpc().portRandomized();
    }

    /** Reaches the peer; see {@link PeerNode#connect}. */
    Dialer.Reached run() throws FlockException, InterruptedException {
        if (behindRandomNat && mayUseRelay()) {
            // Likely nothing else will do: the relay is reached while the peer is searched for.
            offer.ifPresent(own -> startRelay(own, true));
        }
        Found found = search();
        SecretStream stream = context.encrypt(paths.raw(), found.verified().keys(), true, keyPair, found.verified().payload());
        start(stream);
        paths.raw().limitUnproven(PeerConstants.AMPLIFICATION * found.reply().noise().length);
        paths.ready((int) found.verified().payload().udx().orElseThrow().id());
        enterRoutes(found);
        race.closeEntries();
        SecretStream connected = awaitOpening(stream);
        won = true;
        return new Dialer.Reached(connected, paths.raw());
    }

    /** Ends whatever is still under way, but for the search for a way round the relay; the stream stays if the dial was won. */
    @Override
    public void close() {
        if (won && puncher.isPresent() && paths.isRelayed()) {
            try {
                paths.raw().onClose(reason -> punchingIsOver());
                context.scope().fork("flock-dial-upgrade", this::endWhenPunched);
                return;
            } catch (RejectedExecutionException e) {
                LOG.log(Level.TRACE, "dial.upgrade.rejected", e); // the node is closing
            }
        }
        end();
    }

    private void endWhenPunched() throws InterruptedException {
        try {
            punched.orElseThrow().await(); // ends with the stream at the latest
        } finally {
            end();
        }
    }

    /** A direct path has taken the place of the relay, or none will. */
    private void punchingIsOver() {
        punched.ifPresent(CountDownLatch::countDown);
    }

    private void end() {
        scope.cancel();
        race.abandon(new FlockException(Code.PEER_CONNECTION_FAILED, "the dial was given up"));
        patience.forEach(DeadlineQueue.Entry::cancel);
        puncher.ifPresent(HolePuncher::close);
        if (!won) {
            paths.raw().destroy(CloseReason.closedLocally("the dial was given up"));
        }
        scope.close();
    }

    // ---- What the peer is told -------------------------------------------------------------------------------------------

    private NoisePayload payload() {
        List<PeerAddress> addresses = new ArrayList<>();
        ownAddress.ifPresent(addresses::add);
        if (options.localConnection()) {
            addresses.addAll(context.localAddresses().all());
        }
        NoisePayload empty = NoisePayload.EMPTY;
        return new NoisePayload(empty.version(), empty.error(), ownAddress.isPresent() ? Firewall.OPEN : Firewall.UNKNOWN,
                Optional.empty(), addresses, List.of(),
                Optional.of(UdxInfo.of(false, Integer.toUnsignedLong(paths.raw().id()))),
                Optional.of(SecretStreamInfo.CURRENT), offer, Optional.empty());
    }

    private Found search() throws FlockException, InterruptedException {
        if (forStranger) {
            return search(knownRelays()); // who waits for none of ours, nor lets one of ours wait
        }
        try (DialTurns.Turn turn = context.dialTurns().enter(keyPair.publicKey(), remote, !knownRelays().isEmpty(), remaining())) {
            Found found = search(knownRelays());
            turn.found();
            return found;
        }
    }

    private Found search(List<PeerAddress> known) throws FlockException, InterruptedException {
        ClientHandshake handshake = new ClientHandshake(keyPair, remote, payload());
        Found found = new PeerSearch(context, scope, remote, handshake, known, forStranger).find(remaining());
        rememberRelays(found);
        return found;
    }

    /** In the order of dht.md 4.6: what the caller knows, what we remember, and before both what is announced at ourselves. */
    private List<PeerAddress> knownRelays() {
        Optional<PeerAddress> own = context.dht().router().forward(DhtNode.target(remote));
        if (own.isPresent()) {
            return List.of(own.get());
        }
        List<PeerAddress> given = options.relayAddresses();
        List<PeerAddress> known = given.isEmpty() ? context.relayCache().lookup(remote) : given;
        return known.stream().filter(PeerAddress::isIPv4).filter(address -> address.port() > 0).distinct()
                .limit(PeerConstants.MAX_HINTS).toList();
    }

    private void rememberRelays(Found found) {
        List<PeerAddress> told = found.verified().payload().relayAddresses().orElse(List.of());
        context.relayCache().put(remote, told.isEmpty() ? found.tried() : told);
    }

    // ---- The stream --------------------------------------------------------------------------------------------------------

    /** The opening frame waits in the stream until it is bound to a path, and is the first thing that goes there. */
    private static void start(SecretStream stream) throws FlockException {
        try {
            stream.start();
        } catch (IOException e) {
            throw new FlockException(Code.PEER_CONNECTION_FAILED, "the stream was closed: " + e.getMessage(), e);
        }
    }

    /** Waits on the calling thread itself, which a hop from one that read the frame would cost more than all the rest. */
    private SecretStream awaitOpening(SecretStream stream) throws FlockException, InterruptedException {
        try {
            stream.awaitPeer(remaining());
            paths.raw().openingWasGenuine();
            relayTried.countDown();
            paths.confirmed(stream);
            race.settle(stream);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + remote);
            }
            race.abandon(asFlockException(e)); // unless it was lost, and the stream closed for that
        }
        try {
            return race.await(remaining());
        } catch (FlockException e) {
            throw relayFailure.map(last -> new FlockException(Code.RELAY_ABORTED, last.getMessage(), e)).orElse(e);
        }
    }

    /** Ends the wait for the opening frame. */
    private void noPathIsLeft() {
        paths.raw().destroy(CloseReason.closedLocally("no path led to the peer"));
    }

    // ---- Routes ------------------------------------------------------------------------------------------------------------

    private void enterRoutes(Found found) {
        NoisePayload payload = found.verified().payload();
        PeerAddress serverAddress = found.reply().serverAddress();
        boolean relayed = enterRelay(found);
        Optional<HolepunchInfo> punchable = payload.holepunch().map(Dial::reachable).filter(info -> !info.relays().isEmpty());
        if (!found.reply().relayed()) {
            enterTold("direct", serverAddress);
        } else if (payload.firewall() == Firewall.OPEN || punchable.isEmpty()) {
            context.punching().stats().countOpen();
            enterTold("open", payload.addresses4().stream().filter(address -> !AddressRules.isBogon(address.host()))
                    .filter(address -> address.port() > 0).findFirst().orElse(serverAddress));
        } else if (ownAddress.isPresent()) {
            // We said that we are open: the server sends first.
            giveUpLater(race.enter("passive", () -> { }), Code.HOLEPUNCH_ABORTED, "the peer did not come to our open address",
                    PeerConstants.PASSIVE_WAIT);
        } else {
            enterLocal(found);
            enterPunch(found, punchable.get(), relayed);
        }
    }

    /**
     * "If the server configured relayThrough, both use the server's relay." A server that comes to us, or was reached without
     * a node between us, does not look for its client at a relay.
     *
     * @return whether there is a relay
     */
    private boolean enterRelay(Found found) {
        Optional<RelayThroughInfo> theirs = found.verified().payload().relayThrough();
        Optional<RelayThroughInfo> wanted = theirs.or(() -> offer).filter(any -> found.reply().relayed() && mayUseRelay());
        if (relay.isPresent() && (wanted.isEmpty() || theirs.isPresent())) {
            relay.get().close();
            relayFailure = Optional.empty();
        }
        if (wanted.isPresent() && (relay.isEmpty() || relay.get().isOver())) {
            startRelay(wanted.get(), theirs.isEmpty());
        }
        return wanted.isPresent();
    }

    private boolean mayUseRelay() {
        return options.mayBeRelayed() && ownAddress.isEmpty();
    }

    private void startRelay(RelayThroughInfo through, boolean ours) {
        PathRace<SecretStream>.Path route = race.enter("relay " + through.publicKey(), () -> { });
        RelayRoute started = new RelayRoute(context, paths.raw(), through, ours, false, new RelayRoute.Listener() {
            @Override
            public void onPaired(RelayRoute paired, Path path) {
                paths.paired(path);
                giveUpLater(route, Code.RELAY_ABORTED, "the peer did not come to the relay", PeerConstants.OPENING_TIMEOUT);
            }

            @Override
            public void onFailed(RelayRoute failed, FlockException why) {
                if (paths.raw().isOpen()) { // else it failed because the dial did
                    relayFailure = Optional.of(why);
                }
                relayTried.countDown();
                route.fail(why);
            }
        });
        punched = Optional.of(new CountDownLatch(1));
        relay = Optional.of(started);
        paths.enter(started);
        started.start();
    }

    /** Leaves out what no datagram can be sent to. */
    private static HolepunchInfo reachable(HolepunchInfo info) {
        return new HolepunchInfo(info.id(), info.relays().stream()
                .filter(relay -> relay.relayAddress().port() > 0 && relay.peerAddress().port() > 0).toList());
    }

    private void enterTold(String name, PeerAddress address) {
        PathRace<SecretStream>.Path route = race.enter(name, () -> { });
        tryPath(route, context.dht().rpc().defaultPort(), address.toSocketAddress(), Evidence.GUESS);
    }

    /** "Race the LAN shortcut with normal holepunch when possible." */
    private void enterLocal(Found found) {
        if (!options.localConnection() || !found.reply().clientAddress().host().equals(found.reply().serverAddress().host())) {
            return;
        }
        List<PeerAddress> offered = found.verified().payload().addresses4().stream()
                .filter(address -> !AddressRules.isReserved(address.host()) && address.port() > 0).toList();
        if (offered.isEmpty()) {
            return;
        }
        PeerAddress address = AddressRules.match(context.localAddresses().all(), offered).orElse(offered.getFirst());
        PathRace<SecretStream>.Path route = race.enter("local " + address, () -> { });
        scope.fork("flock-dial-local", () -> {
            try {
                // From the port that the stream will use: what answers the one reaches the other (dht.md pitfall 57).
                UdpPort port = context.dht().rpc().serverPort();
                context.dht().rpc().request(RpcRequest.of(InternalCommand.PING).withVia(port), address);
                tryPath(route, port, address.toSocketAddress(), Evidence.GUESS);
            } catch (FlockException e) {
                route.fail(e);
            }
        });
    }

    private void enterPunch(Found found, HolepunchInfo info, boolean relayed) {
        PathRace<SecretStream>.Path route = race.enter("punch", () -> { });
        HolePuncher opened;
        try {
            opened = context.punching().open(true, found.verified().payload().firewall(), new PunchListener() {
                @Override
                public void onConnect(UdpPort port, PeerAddress address) {
                    tryPath(route, port, address.toSocketAddress(), Evidence.PROBE);
                }

                @Override
                public void onAbort() {
                    route.fail(new FlockException(Code.HOLEPUNCH_ABORTED, "no probe of the peer came through"));
                    punchingIsOver();
                }
            });
        } catch (IOException e) {
            route.fail(asFlockException(e));
            return;
        }
        puncher = Optional.of(opened);
        scope.fork("flock-dial-punch", () -> {
            try {
                if (relayed && behindRandomNat) {
                    // The relay comes first: samples, fresh sockets and rounds would only keep it from the processor.
                    relayTried.await(PeerConstants.RELAY_HEAD_START.toNanos(), TimeUnit.NANOSECONDS);
                }
                new ClientPunch(context, DhtNode.target(remote), found, info, options, opened, relayed).run();
            } catch (IOException e) {
                // A server that is connected already answers no more rounds; then what came through counts, and not this.
                if (!opened.isConnected()) {
                    route.fail(asFlockException(e));
                    punchingIsOver();
                }
            }
        });
    }

    private void tryPath(PathRace<SecretStream>.Path route, UdpPort port, InetSocketAddress address, Evidence why) {
        LOG.log(Level.DEBUG, "dial.path.found route={0} remote={1}", route, address);
        paths.found(port, address, why);
        giveUpLater(route, Code.PEER_CONNECTION_FAILED, "nothing came back from " + address, PeerConstants.OPENING_TIMEOUT);
    }

    private void giveUpLater(PathRace<SecretStream>.Path route, Code code, String message, Duration limit) {
        patience.add(context.timers().schedule(context.ticker().nanoTime() + limit.toNanos(),
                () -> route.fail(new FlockException(code, message))));
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(1, deadlineNanos - context.ticker().nanoTime()));
    }

    private static FlockException asFlockException(IOException e) {
        return e instanceof FlockException known ? known : new FlockException(Code.PEER_CONNECTION_FAILED, e.getMessage(), e);
    }
}
