package omega.flock.swarm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import omega.flock.base.CloseReason;
import omega.flock.base.PeerAddress;
import omega.flock.base.PublicKey;
import omega.flock.base.Topic;
import omega.flock.dht.DhtConstants;
import omega.flock.gateway.FoundPeer;
import omega.flock.swarm.machine.JoinedTopic.Session;

/**
 * One random life of a machine: a user, peers and a network that do what they like, in any order, and what has to be so after every step.
 * What it does follows from its seed.
 */
final class MachineModel {
    private static final List<PublicKey> KEYS = IntStream.range(0, 8).mapToObj(MachineModel::key).toList();
    private static final PublicKey SELF = KEYS.get(3);
    private static final List<Topic> TOPICS = List.of(Topic.filled("one"), Topic.filled("two"), Topic.filled("three"));
    private static final List<PeerAddress> NODES = IntStream.range(1, 6).mapToObj(n -> new PeerAddress("10.0.0." + n, n)).toList();

    private record Joined(JoinedTopic topic, Session session) {}

    private final SplittableRandom random;
    private final SwarmMachine machine;
    private final DialBudget budget;
    private final boolean asks;
    private final Map<Job, Boolean> jobs = new LinkedHashMap<>(); // that run, and whether they were stopped
    private final Set<Job> admitted = new HashSet<>();
    private final Set<TestLink> links = new LinkedHashSet<>(); // that have not ended
    private final Set<TestLink> handed = new HashSet<>(); // that the program got
    private final List<Joined> sessions = new ArrayList<>();
    private final Set<Link> aborted = new HashSet<>();
    private final List<Outcome> flushes = new ArrayList<>();
    private final List<Outcome> listens = new ArrayList<>();
    private final List<Refresh> refreshes = new ArrayList<>();
    private long now = 1_000_000_000L;
    private int ports;

    MachineModel(long seed) {
        this.random = new SplittableRandom(seed);
        this.budget = new DialBudget(random.nextInt(6), random.nextBoolean() ? 2 : 99, random.nextBoolean() ? 2 : 99, 3, 1 + random.nextInt(3));
        this.asks = random.nextBoolean();
        Backoffs backoffs = new Backoffs(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMinutes(10), Duration.ZERO);
        this.machine = new SwarmMachine(new MachineOptions(SELF, budget, backoffs, asks), random.split());
    }

    private static PublicKey key(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) number;
        return PublicKey.of(bytes);
    }

    /** Lives so many steps. */
    void live(int steps) {
        for (int i = 0; i < steps; i++) {
            machine.time(now, now / 1_000_000);
            step();
            perform();
            check();
        }
    }

    private void step() {
        switch (random.nextInt(22)) {
            case 0, 1 -> join();
            case 2 -> machine.topics().stream().findFirst().ifPresent(machine::leave);
            case 3 -> any(sessions).ifPresent(joined -> machine.end(joined.topic(), joined.session()).ifPresent(refreshes::add));
            case 4 -> any(sessions).filter(joined -> joined.topic().live() && !joined.session().destroyed()).ifPresent(joined -> {
                machine.modes(joined.session(), modes());
                machine.refresh(joined.topic()).ifPresent(refreshes::add);
            });
            case 5 -> machine.joinPeer(anyKey());
            case 6 -> machine.leavePeer(anyKey());
            case 7 -> any(List.copyOf(machine.peers())).ifPresent(peer -> {
                peer.reconnecting(random.nextInt(4) > 0);
                machine.ban(peer, random.nextInt(3) == 0);
            });
            case 8 -> machine.suspend();
            case 9, 10 -> machine.resume();
            case 11 -> flushes.add(machine.flush());
            case 12 -> machine.networkChanged();
            case 13 -> arrive();
            case 14 -> any(List.copyOf(links)).ifPresent(TestLink::chat);
            case 15 -> any(List.copyOf(links)).ifPresent(this::end);
            case 16 -> turn(Duration.ofMillis(random.nextInt(3_000)));
            case 17 -> turn(random.nextInt(5) == 0 ? Duration.ofMinutes(random.nextInt(15)) : Duration.ofSeconds(random.nextInt(20)));
            case 18 -> listens.add(machine.listen());
            default -> any(List.copyOf(jobs.keySet())).ifPresent(this::proceed);
        }
    }

    private void join() {
        Topic topic = TOPICS.get(random.nextInt(TOPICS.size()));
        Session session = machine.join(topic, modes());
        JoinedTopic joined = machine.find(topic).orElseThrow();
        joined.refresh().ifPresent(refreshes::add);
        sessions.add(new Joined(joined, session));
    }

    private JoinModes modes() {
        int mode = random.nextInt(3);
        return new JoinModes(mode != 0, mode != 1, random.nextInt(4) == 0 ? random.nextInt(4) : Integer.MAX_VALUE);
    }

    private void arrive() {
        PublicKey from = anyKey();
        if (!machine.turnsAway(from) || random.nextInt(10) == 0) { // what was let pass may have become unwelcome meanwhile
            TestLink link = link(from);
            links.add(link);
            machine.arrived(link);
        }
    }

    private TestLink link(PublicKey remote) {
        return new TestLink(remote, new InetSocketAddress("10.1.0." + random.nextInt(3), 1 + ports++));
    }

    private void end(TestLink link) {
        if (random.nextInt(5) == 0 && link.isOpen()) {
            link.closeSlowly();
            return;
        }
        links.remove(link);
        machine.closed(link, random.nextBoolean() ? CloseReason.finished() : CloseReason.duplicate("test"));
    }

    private void turn(Duration duration) {
        now += duration.toNanos();
        machine.time(now, now / 1_000_000 + (random.nextInt(20) == 0 ? 3_600_000 : 0));
        machine.due();
        machine.deadline().ifPresent(next -> assertTrue(next > now, "what was due is done: " + next + " of " + now));
    }

    /** Something happens to a job. */
    private void proceed(Job job) {
        switch (job) {
            case Job.Dial dial -> proceed(dial);
            case Job.Search search -> {
                if (random.nextInt(3) > 0 && !jobs.get(search)) {
                    machine.found(search, answer());
                } else {
                    boolean whole = ended(search);
                    machine.searched(search, NODES.subList(0, random.nextInt(NODES.size())), whole && random.nextInt(4) > 0);
                }
            }
            case Job.Unannounce unannounce -> {
                ended(unannounce);
                machine.unannounced(unannounce);
            }
            case Job.Listen listen -> {
                if (admitted.contains(listen) && random.nextInt(4) > 0) {
                    return;
                }
                if (!admitted.contains(listen) && random.nextInt(4) > 0 && machine.listens(listen)) {
                    admitted.add(listen);
                } else {
                    ended(listen);
                    machine.listenEnded(listen, new IOException("test"));
                }
            }
        }
    }

    /** A node may name a peer twice, and so many that it may know more. */
    private List<FoundPeer> answer() {
        List<FoundPeer> some = KEYS.stream().filter(any -> random.nextBoolean()).map(key -> new FoundPeer(key, List.of())).toList();
        return random.nextBoolean() || some.isEmpty() ? some
                : Stream.generate(() -> some).flatMap(List::stream).limit(DhtConstants.MAX_LOOKUP_RECORDS).toList();
    }

    private void proceed(Job.Dial dial) {
        if (asks && admitted.add(dial)) {
            int verdict = random.nextInt(5);
            if (verdict == 0) {
                machine.rejected(dial.key());
            } else if (verdict == 1) {
                machine.firewallFailed();
            } else if (machine.dialAdmitted(dial)) {
                return;
            }
            ended(dial);
            machine.dialFailed(dial, false);
            return;
        }
        ended(dial);
        if (random.nextBoolean()) {
            TestLink link = link(dial.key());
            links.add(link); // also when it comes too late
            machine.dialOpened(dial, link);
        } else {
            machine.dialFailed(dial, random.nextInt(8) == 0);
        }
    }

    /** It ends; says whether nobody had stopped it. */
    private boolean ended(Job job) {
        return !jobs.remove(job);
    }

    /** The shell does as it is told, and notes whether it could. */
    private void perform() {
        for (Effect effect = machine.nextEffect(); effect != null; effect = machine.nextEffect()) {
            switch (effect) {
                case Effect.Start start -> {
                    assertEquals(Phase.OPEN, start.job() instanceof Job.Unannounce ? Phase.OPEN : machine.phase(), "nothing begins without network");
                    assertFalse(jobs.containsKey(start.job()));
                    jobs.put(start.job(), false);
                }
                case Effect.Stop stop -> jobs.computeIfPresent(stop.job(), (job, before) -> true);
                case Effect.Abort abort -> aborted.add(abort.link());
                case Effect.Connected connected -> assertTrue(handed.add((TestLink) connected.link()), "each connection is handed over once");
                case Effect.Watch ignored -> { }
                case Effect.Probe ignored -> { }
                case Effect.TakeBack ignored -> { }
                case Effect.Updated ignored -> { }
                case Effect.Banned banned -> assertTrue(banned.peer().banned());
            }
        }
    }

    // ---- what has to be so ----

    private void check() {
        int queued = 0;
        int dialling = 0;
        int own = 0;
        int inbound = 0;
        Set<Job> expected = new HashSet<>();
        Set<Link> known = new HashSet<>(aborted);
        Set<PublicKey> connected = new HashSet<>();
        for (Peer peer : machine.peers()) {
            assertFalse(peer.forgettable(), () -> "who holds nothing is forgotten: " + peer);
            assertTrue(!(peer.banned() && peer.queued()), "nobody who is banned is queued");
            assertEquals(peer.standing == PeerStanding.Rest.WAITING, peer.standing instanceof PeerStanding.Rest && peer.retrying);
            switch (peer.standing) {
                case PeerStanding.Queued ignored -> queued++;
                case PeerStanding.Dialling dial -> {
                    dialling++;
                    own++;
                    expected.add(dial.dial());
                }
                case PeerStanding.Connected open -> {
                    known.add(open.link());
                    own += open.dialled() ? 1 : 0;
                    inbound += open.dialled() ? 0 : 1;
                }
                case PeerStanding.Closing closing -> {
                    own += closing.last().dialled() ? 1 : 0;
                    inbound += closing.last().dialled() ? 0 : 1;
                    known.addAll(closing.successors());
                    assertTrue(links.containsAll(closing.successors()), "who waits has not ended");
                    assertTrue(aborted.contains(closing.last().link()));
                }
                case PeerStanding.Rest ignored -> { }
            }
        }
        assertEquals(List.of(dialling, own, inbound), List.of(machine.context.underWay, machine.context.dials, machine.context.inbound));
        assertEquals(queued + dialling, machine.outstanding(), "each dial has one ticket");
        assertTrue(dialling <= budget.maxParallel());
        for (Link link : machine.links()) {
            assertTrue(connected.add(link.remotePublicKey()), "one connection a key");
            assertTrue(links.contains(link), "no connection that has ended");
        }
        assertTrue(known.containsAll(links), "whoever connects is taken, waits or is reset");
        aborted.retainAll(links);
        checkTopics(expected);
        assertTrue(machine.phase() == Phase.OPEN || dialling == 0, "nobody is dialled without network");
        assertTrue(machine.phase() != Phase.CLOSED || queued == 0, "what waits for the resume waits no more");
    }

    private void checkTopics(Set<Job> expected) {
        for (JoinedTopic topic : machine.allTopics()) {
            assertFalse(topic.left());
            switch (topic.standing) {
                case TopicStanding.Searching searching -> expected.add(searching.search());
                case TopicStanding.Withdrawing withdrawing -> withdrawing.job().ifPresent(expected::add);
                case TopicStanding.Due due -> assertTrue(due.patienceNanos() == Long.MAX_VALUE
                        ? due.refresh().announcing && jobs.keySet().stream().anyMatch(Job.Listen.class::isInstance)
                        : topic.straggler.isPresent() || !topic.predecessor.orElseThrow().left(), "what is due waits for something");
                case TopicStanding.Resting resting -> {
                    assertTrue(resting.looksLeft() == 0 || resting.delay().compareTo(Duration.ofSeconds(96)) <= 0, "80 seconds and a fifth at most");
                    assertTrue(topic.memory.announced() || !topic.server || !topic.lastOutcome, "what was announced stays so");
                }
                case TopicStanding.Still ignored -> { }
            }
            assertEquals(machine.phase() == Phase.OPEN && topic.live(), topic.active());
        }
        for (Job job : expected) {
            assertTrue(jobs.containsKey(job), () -> "somebody does it: " + job);
        }
        jobs.forEach((job, was) -> assertTrue(was || job instanceof Job.Listen || expected.contains(job), () -> "nobody needs it any more: " + job));
        for (Refresh refresh : refreshes) {
            boolean running = machine.allTopics().stream().anyMatch(topic -> topic.refresh().filter(each -> each.outcome() == refresh.outcome()).isPresent());
            assertEquals(!running, refresh.outcome().settled(), "a refresh settles when it is over");
        }
        refreshes.removeIf(refresh -> refresh.outcome().settled());
        flushes.removeIf(Outcome::settled);
        listens.removeIf(Outcome::settled);
        assertTrue(flushes.isEmpty() || machine.phase() == Phase.OPEN && machine.outstanding() > 0, "a flush waits for dials only");
        assertTrue(listens.isEmpty() || machine.phase() != Phase.CLOSED, "nobody waits for ever");
    }

    // ---- ends ----

    /** Everybody leaves, and everything that was begun ends: nothing stays behind. */
    void leaveAll() {
        machine.time(now, now / 1_000_000);
        machine.resume();
        machine.topics().forEach(machine::leave);
        KEYS.forEach(machine::leavePeer);
        List.copyOf(machine.peers()).forEach(peer -> machine.ban(peer, false));
        perform();
        flushes.add(machine.flush());
        drain();
        List.copyOf(machine.peers()).forEach(peer -> machine.ban(peer, false)); // whom the firewall rejected meanwhile
        assertEquals(List.of(), List.copyOf(machine.peers()));
        assertEquals(List.of(), machine.allTopics());
        assertTrue(machine.deadline().isEmpty(), "nothing is due ever");
        check();
        assertTrue(flushes.isEmpty() && listens.isEmpty(), "every wait ends");
    }

    /** The swarm is closed, and whatever order its jobs and connections end in, so does everything else. */
    void close() {
        machine.time(now, now / 1_000_000);
        Optional<Boolean> courteous = machine.close(random.nextBoolean());
        assertTrue(courteous.isPresent());
        perform();
        check();
        assertTrue(machine.close(true).isEmpty());
        assertTrue(refreshes.stream().allMatch(refresh -> refresh.outcome().settled()), "every refresh ends");
        while (!machine.parted()) {
            if (!jobs.isEmpty() && random.nextBoolean()) {
                any(List.copyOf(jobs.keySet())).ifPresent(this::proceed);
            } else {
                long next = machine.deadline().orElseGet(() -> jobs.isEmpty() ? fail("it waits for nothing") : now);
                turn(Duration.ofNanos(Math.max(0, next - now)));
            }
            perform();
            check();
        }
        machine.abandonAll(CloseReason.shutDown("test"));
        perform();
        drain();
        assertEquals(List.of(), machine.links());
        assertEquals(List.of(0, 0, 0, 0), List.of(machine.context.dials, machine.context.underWay, machine.context.inbound, machine.outstanding()));
        machine.clear();
        assertTrue(machine.deadline().isEmpty());
    }

    private void drain() {
        for (int i = 0; !jobs.isEmpty() || !links.isEmpty(); i++) {
            assertTrue(i < 10_000, "it does not end");
            List.copyOf(links).forEach(this::end);
            List.copyOf(jobs.keySet()).forEach(this::settle);
            perform();
            check();
        }
    }

    private void settle(Job job) {
        if (job instanceof Job.Listen listen) {
            ended(listen);
            machine.listenEnded(listen, new IOException("test"));
        } else if (jobs.containsKey(job)) {
            proceed(job);
        }
    }

    private PublicKey anyKey() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }
}
