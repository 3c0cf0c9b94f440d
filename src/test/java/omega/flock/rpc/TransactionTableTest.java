package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Optional;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class TransactionTableTest {

    private final TransactionTable table = new TransactionTable(65_534);

    private PendingRequest request(int tid) {
        return new PendingRequest(null, tid, RpcRequest.of(9), new PeerAddress("10.0.0.1", 1), Optional.empty(), new Ending(),
                Optional.empty(), 0);
    }

    @Test
    void idsCountUpAndWrapAtTheirTwoBytes() {
        assertEquals(65_534, table.freeTid());
        assertEquals(65_535, table.freeTid());
        assertEquals(0, table.freeTid());
    }

    /** Else the reply to one request would end another, and that of the first would be lost. */
    @Test
    void anIdThatIsInUseIsNotGivenAgainUntilItsRequestHasEnded() {
        PendingRequest slow = request(65_535);
        table.add(slow);
        for (int i = 0; i < 65_536; i++) {
            assertNotEquals(65_535, table.freeTid());
        }
        assertEquals(Optional.of(slow), table.find(65_535));
        table.remove(slow);
        assertEquals(65_535, table.freeTid());
    }
}
