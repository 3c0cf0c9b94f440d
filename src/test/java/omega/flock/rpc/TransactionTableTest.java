package omega.flock.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import omega.flock.base.PeerAddress;
import org.junit.jupiter.api.Test;

class TransactionTableTest {

    private final TransactionTable table = new TransactionTable(new SplittableRandom(1));

    private PendingRequest request(int tid) {
        return new PendingRequest(null, tid, RpcRequest.of(9), new PeerAddress("10.0.0.1", 1), Optional.empty(), new Ending(),
                Optional.empty(), 0);
    }

    /** Attack: a reply with the id that comes after the last one that was seen. */
    @Test
    void theNextIdSaysNothingAboutTheOneAfterIt() {
        int neighbours = 0;
        int before = table.freeTid();
        for (int i = 0; i < 1000; i++) {
            int tid = table.freeTid();
            assertTrue(tid >= 0 && tid < 65_536, "two bytes: " + tid);
            neighbours += tid == before + 1 ? 1 : 0;
            before = tid;
        }
        assertTrue(neighbours < 5, neighbours + " follow each other");
    }

    /** Else the reply to one request would end another, and that of the first would be lost. */
    @Test
    void anIdThatIsInUseIsNotGivenAgainUntilItsRequestHasEnded() {
        TransactionTable scripted = new TransactionTable(new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("not asked for");
            }

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(new byte[] {7, 0, 7, 0, 9, 0, 7, 0}, 0, bytes, 0, 8);
            }
        });
        PendingRequest slow = request(scripted.freeTid());
        scripted.add(slow);
        assertEquals(9, scripted.freeTid());
        assertEquals(Optional.of(slow), scripted.find(7));
        scripted.remove(slow);
        assertEquals(7, scripted.freeTid());
    }
}
