package omega.flock.swarm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.gateway.AnnounceOptions;
import omega.flock.gateway.LookupReply;
import omega.flock.gateway.Query;
import omega.flock.swarm.machine.Job;
import omega.flock.swarm.machine.Link;
import omega.flock.swarm.machine.SwarmConstants;
import omega.flock.swarm.machine.SwarmMachine;

/** Does the jobs of a swarm, each on its own virtual thread, with blocking calls; tells the machine once how each ends. */
final class JobRunner {
    private static final Logger LOG = System.getLogger("omega.flock.swarm");

    /** Tells the machine something, and returns what it answers. */
    interface Machine {
        <T> T ask(Function<SwarmMachine, T> event);

        /** Tells the machine something. */
        default void tell(Consumer<SwarmMachine> event) {
            ask(machine -> {
                event.accept(machine);
                return null;
            });
        }
    }

    private final Machine machine;
    private final SwarmOptions options;
    private final Network network;
    private final Optional<Firewall> firewall;
    private volatile Optional<Listener> listener = Optional.empty();

    JobRunner(Machine machine, SwarmOptions options, Network network) {
        this.machine = machine;
        this.options = options;
        this.network = network;
        this.firewall = options.firewall().map(Firewall::new);
    }

    /** {@return the name of the thread and the scope of a job} */
    static String name(Job job, SwarmOptions options) {
        return switch (job) {
            case Job.Dial dial -> "flock-dial " + SwarmText.brief(dial.key());
            case Job.Search search -> "flock-refresh " + SwarmText.brief(search.topic());
            case Job.Unannounce unannounce -> "flock-unannounce " + SwarmText.brief(unannounce.topic());
            case Job.Listen ignored -> "flock-listen " + SwarmText.brief(options.keyPair().publicKey());
        };
    }

    void run(Job job, Running life) throws IOException, InterruptedException {
        switch (job) {
            case Job.Dial dial -> dial(dial, life);
            case Job.Search search -> search(search, life);
            case Job.Unannounce unannounce -> unannounce(unannounce);
            case Job.Listen listen -> listen(listen);
        }
    }

    /** {@return the listener there is, which its caller closes} */
    Optional<Listener> listener() {
        return listener;
    }

    // ---- dials ----

    private void dial(Job.Dial dial, Running life) throws InterruptedException {
        Optional<Link> link = Optional.empty();
        boolean unpunchable = false;
        try {
            if (admits(dial, life)) {
                link = Optional.of(network.dial(dial.key(), options.keyPair(), dial.relays(), relays(dial.relayForced()), SwarmConstants.DIAL_TIMEOUT));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "swarm.dial.failed peer={0} error={1}", dial.key(), e);
            unpunchable = RelayRule.isUnpunchable(e) && !options.relayThrough().isEmpty();
        } finally {
            Optional<Link> opened = link;
            boolean needsRelay = unpunchable;
            machine.tell(told -> opened.ifPresentOrElse(each -> told.dialOpened(dial, each), () -> told.dialFailed(dial, needsRelay)));
        }
    }

    private List<PublicKey> relays(boolean forced) {
        return RelayRule.choose(options.relayThrough(), forced, network.randomized());
    }

    private boolean admits(Job.Dial dial, Running life) throws InterruptedException {
        return firewall.isEmpty() || !rejected(dial.key(), firewall.get().rejects(dial.key(), life.scope()))
                && machine.ask(told -> told.dialAdmitted(dial));
    }

    private boolean rejected(PublicKey key, Optional<Boolean> rejects) {
        return machine.ask(told -> {
            if (rejects.isEmpty()) {
                told.firewallFailed();
            } else if (rejects.get()) {
                told.rejected(key);
            }
            return rejects.orElse(true);
        });
    }

    // ---- walks ----

    private void search(Job.Search search, Running life) throws InterruptedException {
        Optional<Query<LookupReply>> walk = Optional.empty();
        boolean success = false;
        try {
            Query<LookupReply> started = walk(search);
            walk = Optional.of(started);
            success = machine.ask(told -> life.walking(started)) && follow(search, started) && !stopped(life);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "swarm.refresh.failed topic={0} error={1}", search.topic(), e);
        } finally {
            try {
                if (walk.isPresent()) {
                    end(walk.get(), stopped(life));
                }
            } finally {
                List<PeerAddress> met = walk.map(Query::closestNodes).orElse(List.of());
                boolean outcome = success;
                machine.tell(told -> told.searched(search, met, outcome));
            }
        }
    }

    private Query<LookupReply> walk(Job.Search search) throws IOException {
        return switch (search.kind()) {
            case LOOKUP -> network.lookup(search.topic(), search.seeds());
            case LOOKUP_AND_UNANNOUNCE -> network.lookupAndUnannounce(search.topic(), options.keyPair(), search.seeds());
            case ANNOUNCE -> {
                List<PeerAddress> relays = listener.orElseThrow(() -> new IOException("no longer listening")).relayAddresses();
                yield network.announce(search.topic(), options.keyPair(), relays,
                        AnnounceOptions.DEFAULT.withClear(search.clear()).withSeeds(search.seeds()));
            }
        };
    }

    private boolean follow(Job.Search search, Query<LookupReply> walk) throws IOException, InterruptedException {
        try {
            for (LookupReply reply : walk) {
                machine.tell(told -> told.found(search, reply.peers()));
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof InterruptedIOException && Thread.interrupted()) {
                throw new InterruptedException(e.getCause().getMessage());
            }
            throw e.getCause();
        }
        walk.await();
        return true;
    }

    /** An announcement that was cut short may still be on its way to some nodes: it must arrive before its withdrawal. */
    private static void end(Query<LookupReply> walk, boolean cutShort) throws InterruptedException {
        walk.close();
        if (cutShort) {
            try {
                walk.await(SwarmConstants.COMMIT_GRACE);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "swarm.refresh.cancelled error={0}", e.toString());
            }
        }
    }

    private boolean stopped(Running life) {
        return machine.ask(told -> life.stopped());
    }

    private void unannounce(Job.Unannounce job) throws InterruptedException {
        try {
            network.unannounce(job.topic(), options.keyPair(), job.holders());
        } catch (IOException e) {
            // What nobody takes back expires by itself.
            LOG.log(Level.DEBUG, "swarm.unannounce.failed topic={0} error={1}", job.topic(), e);
        } finally {
            machine.tell(told -> told.unannounced(job));
        }
    }

    // ---- listening ----

    private void listen(Job.Listen job) throws IOException, InterruptedException {
        Throwable cause = new IOException("nobody needs it any more");
        try {
            Listener opened = network.listen(options.keyPair(), this::turnsAway, () -> relays(false));
            listener = Optional.of(opened);
            if (!machine.ask(told -> told.listens(job))) {
                opened.close();
                return;
            }
            LOG.log(Level.DEBUG, "swarm.listening key={0}", options.keyPair().publicKey());
            while (true) {
                Link link = opened.accept();
                machine.tell(told -> told.arrived(link));
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            // A listener that has ended is opened again by the next refresh of a server.
            LOG.log(Level.DEBUG, "swarm.listener.ended", e);
            cause = e;
            throw e;
        } finally {
            listener = Optional.empty();
            Throwable end = cause;
            machine.tell(told -> told.listenEnded(job, end));
        }
    }

    /** Runs on the handshake's thread, which the network limits in time. */
    private boolean turnsAway(PublicKey key) {
        return machine.ask(told -> told.turnsAway(key)) || firewall.isPresent() && rejected(key, firewall.get().rejects(key));
    }
}
