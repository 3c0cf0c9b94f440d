package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omega.flock.base.PeerAddress;
import omega.flock.rpc.routing.NodeId;
import omega.flock.rpc.routing.RpcPeer;
import org.junit.jupiter.api.Test;

/**
 * Row 4 and row 16 against the routing table: for ten minutes strangers of ever new networks come as newcomers, 200 in each tick, and say
 * of every honest node that it is down. Who is asked answers, but for one, which has gone.
 */
class RoutingTableSiegeTest {

    private static final PeerAddress US = new PeerAddress("203.0.113.1", 49_737);
    private static final int TEN_MINUTES = 120; // ticks
    private static final int NEWCOMERS = 200;

    private final Random random = new Random(16);
    private final Neighbours neighbours = new Neighbours(NodeId.of(new byte[32]));
    private final List<RpcPeer> honest = new ArrayList<>();
    private long tick = 1;

    private RpcPeer stranger() {
        return RpcPeer.of(new PeerAddress((11 + random.nextInt(80)) + "." + random.nextInt(256) + "." + random.nextInt(256) + ".1", 49_737));
    }

    /** What a check of a node comes to: whoever lives says so under its own id. */
    private void answer(Neighbours.Check check, RpcPeer gone) {
        RpcPeer asked = check.node().peer();
        if (honest.contains(asked) && !asked.equals(gone)) {
            neighbours.heard(asked, US, true, tick);
        }
    }

    @Test
    void tenMinutesOfNewcomersAndDownHintsCostTheTableNoNodeThatAnswers() {
        while (honest.size() < 24) {
            RpcPeer peer = stranger();
            neighbours.heard(peer, US, true, tick);
            if (neighbours.table().find(peer.id()).isPresent()) {
                honest.add(peer);
            }
        }
        RpcPeer gone = honest.getFirst();
        for (int i = 0; i < TEN_MINUTES; i++) {
            tick++;
            for (int n = 0; n < NEWCOMERS; n++) {
                neighbours.heard(stranger(), US, true, tick).swap().ifPresent(swap -> {
                    answer(swap.check(), gone);
                    neighbours.end(swap, tick);
                });
            }
            for (RpcPeer each : honest) {
                neighbours.beginHinted(each.id(), tick).ifPresent(check -> {
                    answer(check, gone);
                    neighbours.end(check);
                });
            }
            for (Neighbours.Check check : neighbours.beginRound(0, tick)) {
                answer(check, gone);
                neighbours.end(check);
            }
        }
        List<RpcPeer> kept = honest.stream().filter(each -> neighbours.table().find(each.id()).isPresent()).toList();
        assertEquals(honest.subList(1, honest.size()), kept, "all but the one that has gone");
        assertTrue(neighbours.table().size() > honest.size(), "there is room for strangers all the same");
    }
}
