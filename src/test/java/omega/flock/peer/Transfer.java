package omega.flock.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import omega.flock.secret.SecretStream;

/** Bytes on their way from one end of a connection to the other, on two threads. */
final class Transfer {

    private static final int SEED = 11;

    private final byte[] sent;
    private final FutureTask<Void> writer;
    private final FutureTask<byte[]> reader;

    private Transfer(byte[] sent, FutureTask<Void> writer, FutureTask<byte[]> reader) {
        this.sent = sent;
        this.writer = writer;
        this.reader = reader;
    }

    static Transfer start(SecretStream from, SecretStream to, int size) {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        FutureTask<Void> writer = new FutureTask<>(() -> {
            from.write(bytes, 0, size);
            return null;
        });
        FutureTask<byte[]> reader = new FutureTask<>(() -> {
            byte[] received = new byte[size];
            int total = 0;
            for (int count = 0; total < size && count >= 0; total += count) {
                count = to.read(received, total, size - total);
            }
            return Arrays.copyOf(received, total);
        });
        Thread.ofVirtual().name("transfer-writer").start(writer);
        Thread.ofVirtual().name("transfer-reader").start(reader);
        return new Transfer(bytes, writer, reader);
    }

    void assertComplete() throws Exception {
        writer.get(60, TimeUnit.SECONDS);
        assertArrayEquals(sent, reader.get(60, TimeUnit.SECONDS));
    }
}
