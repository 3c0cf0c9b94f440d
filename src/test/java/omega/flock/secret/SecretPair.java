package omega.flock.secret;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import omega.flock.base.KeyPair;
import omega.flock.noise.NoiseResult;
import omega.flock.runtime.DeadlineQueue;
import omega.flock.runtime.TaskScope;
import omega.flock.runtime.Ticker;

/** Two secret streams that share a handshake, over a pair of streams in memory. */
final class SecretPair implements AutoCloseable {

    static final KeyPair CLIENT = KeyPair.fromSeed(filled(1, 32));
    static final KeyPair SERVER = KeyPair.fromSeed(filled(2, 32));

    final TaskScope scope = new TaskScope("test");
    final DeadlineQueue timers = new DeadlineQueue("test-timers", Ticker.SYSTEM, scope);
    final MemoryRawStream rawClient;
    final MemoryRawStream rawServer;
    final SecretStream client;
    final SecretStream server;

    SecretPair() throws IOException {
        this(1 << 20, Integer.MAX_VALUE, Duration.ZERO);
    }

    SecretPair(int capacity, int largestRead, Duration keepAlive) throws IOException {
        MemoryRawStream[] raw = MemoryRawStream.pair(capacity, largestRead);
        rawClient = raw[0];
        rawServer = raw[1];
        SecretStreamOptions options = SecretStreamOptions.of(Ticker.SYSTEM, timers, scope).withKeepAlive(keepAlive);
        client = new SecretStream(rawClient, clientKeys(), true, CLIENT.publicKey(), options);
        server = new SecretStream(rawServer, serverKeys(), false, SERVER.publicKey(), options);
    }

    SecretPair started() throws IOException {
        client.start();
        server.start();
        return this;
    }

    static NoiseResult clientKeys() {
        return new NoiseResult(filled(7, 32), filled(8, 32), filled(9, 64), SERVER.publicKey());
    }

    static NoiseResult serverKeys() {
        return new NoiseResult(filled(8, 32), filled(7, 32), filled(9, 64), CLIENT.publicKey());
    }

    static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Override
    public void close() {
        client.close();
        server.close();
        timers.close();
        scope.close();
    }
}
