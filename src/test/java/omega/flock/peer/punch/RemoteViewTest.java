package omega.flock.peer.punch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import omega.flock.base.PeerAddress;
import omega.flock.dht.message.Firewall;
import omega.flock.dht.message.HolepunchPayload;
import omega.flock.dht.message.PayloadError;
import org.junit.jupiter.api.Test;

class RemoteViewTest {

    private static final PeerAddress HERE = PeerAddress.parse("9.9.9.9:1000");
    private static final PeerAddress THERE = PeerAddress.parse("8.8.8.8:1000");

    @Test
    void aHostThatWasProvenStaysProvenOnAnyPortWhileItIsListed() {
        RemoteView view = RemoteView.initially(Firewall.UNKNOWN).after(round(List.of(THERE, HERE)), Optional.of("9.9.9.9"));
        assertEquals(Optional.of(HERE), view.verifiedAddress());
        PeerAddress moved = PeerAddress.parse("9.9.9.9:2000");
        view = view.after(round(List.of(THERE, moved)), Optional.empty());
        assertEquals(Optional.of(moved), view.verifiedAddress());
        assertFalse(view.addresses().getFirst().verified());
        view = view.after(round(List.of(THERE)), Optional.empty()).after(round(List.of(HERE)), Optional.empty());
        assertEquals(Optional.empty(), view.verifiedAddress());
    }

    @Test
    void anUnlistedHostIsNotProvenByItsToken() {
        RemoteView view = RemoteView.initially(Firewall.UNKNOWN).after(round(List.of(THERE)), Optional.of("9.9.9.9"));
        assertEquals(Optional.empty(), view.verifiedAddress());
    }

    @Test
    void addressesAreBounded() {
        List<PeerAddress> many = IntStream.range(1, 300).mapToObj(i -> new PeerAddress("9.9.9.9", i)).toList();
        RemoteView view = RemoteView.initially(Firewall.UNKNOWN).after(round(many), Optional.empty());
        assertEquals(PunchConstants.MAX_REMOTE_ADDRESSES, view.addresses().size());
    }

    private static HolepunchPayload round(List<PeerAddress> addresses) {
        return new HolepunchPayload(PayloadError.NONE, Firewall.CONSISTENT, 1, false, true, Optional.of(addresses),
                Optional.empty(), Optional.empty(), Optional.empty());
    }
}
