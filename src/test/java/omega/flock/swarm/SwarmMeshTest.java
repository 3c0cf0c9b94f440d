package omega.flock.swarm;

import static omega.flock.swarm.SwarmLab.BOTH;
import static omega.flock.swarm.SwarmLab.SERVER;
import static omega.flock.swarm.SwarmLab.TOPIC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import omega.flock.base.Topic;
import omega.flock.dht.DhtConstants;
import omega.flock.swarm.SwarmLab.Member;
import omega.flock.swarm.machine.SwarmFailures;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many flocks at once, on real threads: hyperswarm's test/all/dups.js and chaos.js on the fake network. */
class SwarmMeshTest {

    private static final int FLOCKS = 10;

    @AutoClose
    private final SwarmLab lab = new SwarmLab();

    private static long openLinks(Member member) {
        return member.links().stream().filter(FakeLink::isOpen).count();
    }

    private void assertMesh(List<Member> members) {
        for (Member member : members) {
            Set<Object> remotes = new HashSet<>();
            member.links().forEach(link -> remotes.add(link.remotePublicKey()));
            assertEquals(members.size() - 1, remotes.size());
            assertEquals(members.size() - 1, openLinks(member), "exactly one for each pair");
        }
    }

    @RepeatedTest(5)
    void tenFlocksOnOneTopicBecomeAFullMeshWithOneConnectionForEachPair() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < FLOCKS; i++) {
            Member member = lab.member();
            member.swarm.join(TOPIC, SERVER);
            members.add(member);
        }
        lab.settle();
        // All look up at the same moment and dial each other at the same moment.
        members.parallelStream().forEach(member -> member.swarm.join(TOPIC, BOTH));
        lab.settle();
        lab.advance(Duration.ofMinutes(1));
        assertMesh(members);
    }

    /** Two nodes name twenty of thirty each, so that a look misses some. Each flock has draws of its own, in an order that no thread changes. */
    @Test
    void aCrowdThatTheAnswersHaveNoRoomForIsAFullMeshWithinAMinute() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3 * FLOCKS; i++) {
            Member member = lab.member();
            member.network.named = DhtConstants.MAX_LOOKUP_RECORDS;
            member.swarm.join(TOPIC, SERVER);
            members.add(member);
            lab.settle();
        }
        members.forEach(member -> member.swarm.join(TOPIC, BOTH));
        lab.settle();
        assertTrue(members.stream().anyMatch(member -> openLinks(member) < members.size() - 1), "the first looks miss some");
        lab.advance(Duration.ofMinutes(1));
        assertMesh(members);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 42, 1234})
    void aMeshRecoversFromRandomKills(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Topic> topics = List.of(Topic.filled("one"), Topic.filled("two"), Topic.filled("three"));
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < FLOCKS; i++) {
            Member member = lab.member();
            topics.forEach(topic -> member.swarm.join(topic, BOTH));
            members.add(member);
        }
        lab.settle();
        lab.advance(Duration.ofMinutes(13));
        assertMesh(members);
        for (int kill = 0; kill < 30; kill++) {
            List<FakeLink> links = members.get(random.nextInt(FLOCKS)).links();
            if (!links.isEmpty()) {
                FakeLink victim = links.get(random.nextInt(links.size()));
                if (random.nextBoolean()) {
                    victim.abort(SwarmFailures.closed());
                } else {
                    victim.timeOut(); // the other side notices later
                    lab.advance(Duration.ofMillis(random.nextInt(3000)));
                    victim.peer().timeOut();
                }
            }
            lab.advance(Duration.ofMillis(random.nextInt(1000)));
        }
        lab.advance(Duration.ofMinutes(13));
        assertMesh(members);
    }
}
