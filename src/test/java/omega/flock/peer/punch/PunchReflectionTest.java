package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchMessage;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import omega.flock.dht.message.RoutingMode;
import org.junit.jupiter.api.Test;

/**
 * Row 2 for hole punching: "to an address that has not proven that it hears us we send at most three times the bytes that came from
 * there". A stranger's round names the victim in place of himself, as often as a round can; the victim gets less than the round alone has
 * cost, and without a proof no plan that guesses ports or opens sockets begins.
 */
class PunchReflectionTest {

    private static final int IP_AND_UDP = 28;
    private static final int RPC = 10 + 1 + 32 + 3; // header, command, target, length of the value
    private static final PeerAddress VICTIM = PeerAddress.parse("8.8.8.8:5000");

    private static HolepunchPayload round(Firewall firewall) {
        return new HolepunchPayload(PayloadError.NONE, firewall, 0, false, true,
                Optional.of(Collections.nCopies(PunchConstants.MAX_REMOTE_ADDRESSES, VICTIM)), Optional.empty(), Optional.empty(),
                Optional.empty());
    }

    @Test
    void theVictimGetsLessThanARoundOfTheStrangerCostsHim() {
        HolepunchPayload round = round(Firewall.CONSISTENT);
        RemoteView remote = RemoteView.initially(Firewall.CONSISTENT).after(round, Optional.empty());
        PunchPlan plan = PunchPlan.choose(Firewall.CONSISTENT, remote, false, 0).orElseThrow();
        RandomGenerator random = new Random(2);
        int probes = 0;
        while (!plan.isExhausted()) {
            List<PunchPlan.Probe> due = plan.take(remote, random, plan.nextNanos());
            assertTrue(due.stream().allMatch(probe -> probe.to().equals(VICTIM)));
            probes += due.size();
        }
        byte[] sealed = new HolepunchBox(new byte[64], random).seal(round);
        int cost = IP_AND_UDP + RPC + HolepunchMessage.of(RoutingMode.FROM_RELAY, 1, sealed, VICTIM).toBytes().length;
        int sent = probes * (IP_AND_UDP + 1);
        System.out.println("probes to the victim: " + sent + " bytes with their headers, for a round of " + cost);
        assertTrue(probes > 0 && sent <= 3 * cost, sent + " bytes for " + cost);
    }

    @Test
    void withoutAProofNoPortsAreGuessedAndNoSocketsOpened() {
        RemoteView random = RemoteView.initially(Firewall.RANDOM).after(round(Firewall.RANDOM), Optional.empty());
        assertTrue(PunchPlan.choose(Firewall.CONSISTENT, random, false, 0).isEmpty());
        RemoteView consistent = RemoteView.initially(Firewall.CONSISTENT).after(round(Firewall.CONSISTENT), Optional.empty());
        assertTrue(PunchPlan.choose(Firewall.RANDOM, consistent, false, 0).isEmpty());
    }
}
