package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import org.junit.jupiter.api.Test;

class NatAnalysisTest {

    private final NatAnalysis analysis = new NatAnalysis();
    private int referrers;

    @Test
    void threeDifferentPortsAreARandomNatWithPortZero() {
        see("9.9.9.9:8080");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.9:8081");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.9:8082");
        assertVerdict(Firewall.RANDOM, "9.9.9.9:0");
    }

    @Test
    void aNodeIsHeardOnlyOnce() {
        PeerAddress node = PeerAddress.parse("10.1.1.1:1000");
        assertTrue(analysis.add(PeerAddress.parse("9.9.9.9:8080"), node, true));
        assertFalse(analysis.add(PeerAddress.parse("9.9.9.9:8081"), node, true));
        assertEquals(1, analysis.samples());
    }

    @Test
    void aPublicAddressIsHeardOnlyOnceHoweverManyNodesItIs() {
        assertTrue(analysis.add(PeerAddress.parse("9.9.9.9:8080"), PeerAddress.parse("198.51.100.66:1"), true));
        assertFalse(analysis.add(PeerAddress.parse("9.9.9.9:8080"), PeerAddress.parse("198.51.100.66:2"), true));
        assertEquals(1, analysis.samples());
    }

    @Test
    void threeEqualSamplesAreAConsistentNat() {
        see("9.9.9.9:8080");
        see("9.9.9.9:8080");
        assertVerdict(Firewall.UNKNOWN);
        assertFalse(analysis.isSettled());
        see("9.9.9.9:8080");
        assertVerdict(Firewall.CONSISTENT, "9.9.9.9:8080");
        assertTrue(analysis.isSettled());
    }

    @Test
    void threeOfFourEqualSamplesAreConsistentAndBothAddressesAreListedBestFirst() {
        see("9.9.9.9:8081");
        see("9.9.9.9:8080");
        see("9.9.9.9:8080");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.9:8080");
        assertVerdict(Firewall.CONSISTENT, "9.9.9.9:8080", "9.9.9.9:8081");
    }

    @Test
    void twoHostsSeenTwiceEachAreConsistent() {
        see("9.9.9.9:8080");
        see("9.9.9.8:8081");
        see("9.9.9.9:8080");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.8:8081");
        assertVerdict(Firewall.CONSISTENT, "9.9.9.9:8080", "9.9.9.8:8081");
    }

    @Test
    void oneHostWithOnlyTwoEqualSamplesOfFourIsRandom() {
        see("9.9.9.9:8080");
        see("9.9.9.9:8080");
        see("9.9.9.9:8081");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.9:8082");
        assertVerdict(Firewall.RANDOM, "9.9.9.9:0");
    }

    @Test
    void severalHostsWithOneLoneAgreementAreRandomFromTheFifthSample() {
        see("9.9.9.9:8080");
        see("9.9.9.9:8080");
        see("9.9.9.8:1");
        see("9.9.9.8:2");
        assertVerdict(Firewall.UNKNOWN);
        see("9.9.9.8:3");
        assertVerdict(Firewall.RANDOM, "9.9.9.8:0");
    }

    @Test
    void aConsistentNatThatStartsToVaryIsRandomUnlessTheVerdictIsFrozen() {
        for (int i = 0; i < 3; i++) {
            see("9.9.9.9:8080");
        }
        see("9.9.9.9:1");
        see("9.9.9.9:2");
        assertEquals(Firewall.CONSISTENT, analysis.firewall());
        see("9.9.9.9:3");
        assertVerdict(Firewall.RANDOM, "9.9.9.9:0");
    }

    @Test
    void aFrozenVerdictStaysWhateverIsSeen() {
        for (int i = 0; i < 3; i++) {
            see("9.9.9.9:8080");
        }
        analysis.freeze();
        for (int port = 1; port < 10; port++) {
            see("9.9.9.9:" + port);
        }
        assertVerdict(Firewall.CONSISTENT, "9.9.9.9:8080");
        assertEquals(12, analysis.samples());
    }

    @Test
    void anOpenNodeSaysSoOnlyOnceItHasAnAddress() {
        assertVerdict(Firewall.UNKNOWN);
        analysis.add(PeerAddress.parse("9.9.9.9:8080"), PeerAddress.parse("10.1.1.1:1"), false);
        assertVerdict(Firewall.OPEN, "9.9.9.9:8080");
        assertTrue(analysis.isSettled());
    }

    @Test
    void anOpenNodeWhosePunchSocketsGetRandomPortsIsRandomForPunching() {
        for (int port = 1; port <= 3; port++) {
            analysis.add(PeerAddress.parse("9.9.9.9:" + port), PeerAddress.parse("10.1.1.1:" + port), false);
        }
        assertVerdict(Firewall.RANDOM, "9.9.9.9:0");
    }

    @Test
    void aNodeThatTurnsOutToBeFirewalledIsOpenNoMore() {
        analysis.add(PeerAddress.parse("9.9.9.9:8080"), PeerAddress.parse("10.1.1.1:1"), false);
        analysis.add(PeerAddress.parse("9.9.9.9:8080"), PeerAddress.parse("10.1.1.1:2"), true);
        assertVerdict(Firewall.UNKNOWN);
    }

    @Test
    void fourSamplesOrGivingUpSettleTheMatter() {
        assertFalse(analysis.isSettled());
        analysis.giveUp();
        assertTrue(analysis.isSettled());
        assertVerdict(Firewall.UNKNOWN);
        NatAnalysis other = new NatAnalysis();
        for (int port = 1; port <= 4; port++) {
            other.add(new PeerAddress("9.9.9.9", port), new PeerAddress("10.1.1.1", port), true);
        }
        assertTrue(other.isSettled());
    }

    @Test
    void samplesAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            see("9.9.9.9:8080");
        }
        assertEquals(PunchConstants.MAX_SAMPLES, analysis.samples());
    }

    @Property
    void whateverIsSeenAnAddressComesWithEveryVerdictAndTheBestIsTheMostSeen(
            @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 6) Integer> ports, @ForAll boolean firewalled) {
        NatAnalysis any = new NatAnalysis();
        Map<Integer, Integer> hits = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            hits.merge(ports.get(i), 1, Integer::sum);
            any.add(new PeerAddress("9.9.9.9", ports.get(i)), new PeerAddress("10.1.1.1", i + 1), firewalled);
        }
        int best = hits.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        Optional<List<PeerAddress>> addresses = any.addresses();
        switch (any.firewall()) {
            case UNKNOWN -> {
                assertTrue(addresses.isEmpty());
                assertTrue(ports.isEmpty() || firewalled && ports.size() < 4, "undecided after " + ports);
            }
            case RANDOM -> {
                assertEquals(List.of(new PeerAddress("9.9.9.9", 0)), addresses.orElseThrow());
                assertTrue(ports.size() >= 3);
            }
            case CONSISTENT, OPEN -> {
                assertEquals(best, hits.get(addresses.orElseThrow().getFirst().port()));
                assertTrue(!firewalled || best >= 3);
            }
        }
    }

    private void see(String self) {
        analysis.add(PeerAddress.parse(self), new PeerAddress("10.1.1.1", ++referrers), true);
    }

    private void assertVerdict(Firewall firewall, String... addresses) {
        assertEquals(firewall, analysis.firewall());
        Optional<List<PeerAddress>> expected = firewall == Firewall.UNKNOWN ? Optional.empty()
                : Optional.of(List.of(addresses).stream().map(PeerAddress::parse).toList());
        assertEquals(expected, analysis.addresses());
    }
}
