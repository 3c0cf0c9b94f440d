package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.NodeRecord;
import omega.flock.rpc.routing.RoutingConstants;
import omega.flock.rpc.routing.RpcPeer;
import org.junit.jupiter.api.Test;

class NeighboursTest {

    private static final NodeId SELF = NodeId.of(new byte[32]);
    private static final PeerAddress US = new PeerAddress("1.2.3.4", 1000);

    private final Neighbours neighbours = new Neighbours(SELF);

    private static RpcPeer peer(int number) {
        return RpcPeer.of(new PeerAddress("10.0.0.1", number));
    }

    /** Nodes of the bucket that fills first: those whose id begins with another bit than ours. */
    private static List<RpcPeer> farPeers(int count) {
        List<RpcPeer> far = new ArrayList<>();
        for (int i = 1; far.size() < count; i++) {
            if (SELF.sharedPrefixBits(peer(i).id()) == 0) {
                far.add(peer(i));
            }
        }
        return far;
    }

    private NodeRecord record(RpcPeer peer) {
        return neighbours.table().find(peer.id()).orElseThrow();
    }

    @Test
    void aNodesOpinionOfUsCountsOnceInHalfAnHour() {
        assertTrue(neighbours.heard(peer(1), US, true, 100).sampled());
        assertFalse(neighbours.heard(peer(1), US, true, 101).sampled());
        assertFalse(neighbours.heard(peer(1), US, true, 459).sampled());
        assertTrue(neighbours.heard(peer(1), US, true, 460).sampled());
    }

    @Test
    void anOpinionAboutAnotherPortDoesNotCount() {
        assertFalse(neighbours.heard(peer(1), US, false, 100).sampled());
        assertTrue(neighbours.heard(peer(1), US, true, 101).sampled(), "but it may still give one");
    }

    @Test
    void aNewcomerMayReplaceTheLongestSilentNodeOfAFullBucket() {
        List<RpcPeer> far = farPeers(RoutingConstants.K + 1);
        for (int i = 0; i < RoutingConstants.K; i++) {
            neighbours.heard(far.get(i), US, true, 100 + (i + 5) % RoutingConstants.K);
        }
        RpcPeer oldest = far.get(15);
        Neighbours.Swap swap = neighbours.heard(far.getLast(), US, true, 200).swap().orElseThrow();
        assertEquals(oldest, swap.check().node().peer());
        assertTrue(neighbours.end(swap, 201), "it did not answer");
        assertTrue(neighbours.table().find(oldest.id()).isEmpty());
        assertTrue(neighbours.table().find(far.getLast().id()).isPresent());
    }

    @Test
    void aNodeThatAnswersKeepsItsPlace() {
        List<RpcPeer> far = farPeers(RoutingConstants.K + 1);
        far.subList(0, RoutingConstants.K).forEach(peer -> neighbours.heard(peer, US, true, 100));
        Neighbours.Swap swap = neighbours.heard(far.getLast(), US, true, 200).swap().orElseThrow();
        neighbours.heard(swap.check().node().peer(), US, true, 200);
        assertFalse(neighbours.end(swap, 200));
        assertTrue(neighbours.table().find(far.getLast().id()).isEmpty());
    }

    @Test
    void nodesThatAreOldAndLatelyHeardAreNotDisturbed() {
        List<RpcPeer> far = farPeers(RoutingConstants.K + 1);
        far.subList(0, RoutingConstants.K).forEach(peer -> neighbours.heard(peer, US, true, 100));
        far.subList(0, RoutingConstants.K).forEach(peer -> neighbours.heard(peer, US, true, 500));
        assertEquals(Optional.empty(), neighbours.heard(far.getLast(), US, true, 500).swap(), "all heard in this very tick");
        assertEquals(Optional.empty(), neighbours.heard(far.getLast(), US, true, 511).swap(), "within the minute");
        assertTrue(neighbours.heard(far.getLast(), US, true, 512).swap().isPresent());
    }

    @Test
    void aCheckedNodeStaysOnlyIfItWasHeardItself() {
        neighbours.heard(peer(1), US, true, 100);
        Neighbours.Check answered = neighbours.begin(record(peer(1)), 101);
        neighbours.heard(peer(1), US, true, 101);
        assertFalse(neighbours.end(answered), "even within one tick");
        Neighbours.Check silent = neighbours.begin(record(peer(1)), 102);
        assertTrue(neighbours.end(silent));
        assertEquals(0, neighbours.table().size());
    }

    @Test
    void aHintIsFollowedOnceInATick() {
        neighbours.heard(peer(1), US, true, 100);
        assertTrue(neighbours.beginHinted(peer(1).id(), 100).isPresent(), "the first hint ever, even in the tick it was heard");
        assertFalse(neighbours.beginHinted(peer(1).id(), 100).isPresent());
        assertTrue(neighbours.beginHinted(peer(1).id(), 101).isPresent());
        assertFalse(neighbours.beginHinted(peer(2).id(), 101).isPresent(), "nobody we know");
    }

    @Test
    void aRoundChecksTheLongestSilentNodes() {
        for (int i = 1; i <= 8; i++) {
            neighbours.heard(peer(i), US, true, 100 + i);
        }
        assertEquals(List.of(peer(1), peer(2), peer(3), peer(4), peer(5)), round(0, 200));
        assertEquals(List.of(), round(0, 200), "all of them were asked in this tick");
        assertEquals(List.of(peer(1), peer(2)), round(0, 201), "lately asked, so two will do");
        assertEquals(List.of(peer(1), peer(2), peer(3)), round(3, 300), "fewer while the node is busy");
        assertEquals(List.of(), new Neighbours(SELF).beginRound(0, 100));
    }

    private List<RpcPeer> round(int inFlight, long tick) {
        return neighbours.beginRound(inFlight, tick).stream().map(check -> check.node().peer()).toList();
    }

    @Test
    void aTableBuiltAnewKeepsTheNodesAndTheirOrder() {
        for (int i = 1; i <= 8; i++) {
            neighbours.heard(peer(i), US, true, 100 + i);
        }
        neighbours.rebuildAround(peer(3).id());
        assertEquals(7, neighbours.table().size(), "without ourselves");
        assertEquals(peer(8), neighbours.table().newest(1).getFirst().peer());
        assertEquals(peer(1), neighbours.table().oldest(1).getFirst().peer());
    }
}
