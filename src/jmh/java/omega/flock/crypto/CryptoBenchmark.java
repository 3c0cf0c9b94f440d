package omega.flock.crypto;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a handshake, a record and a frame cost; {@code benchmarks/js/micro.js} measures the same with libsodium, by the same names. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CryptoBenchmark {

    private static final int KIB = 1024;
    private static final int FRAME = 64 * KIB;

    private final byte[] seed = random(32);
    private final byte[] key = random(32);
    private final byte[] nonce = random(24);
    private final byte[] kib = random(KIB);
    private final byte[] frame = random(FRAME);
    private final byte[] sealed = new byte[FRAME + SecretStreamPush.OVERHEAD];
    private final byte[] firstSealed = new byte[FRAME + SecretStreamPush.OVERHEAD];
    private final byte[] opened = new byte[FRAME];
    private final byte[] publicKey = Ed25519.publicKey(seed);
    private final byte[] remote = Ed25519.publicKey(random(32));
    private final byte[] signature = Ed25519.sign(seed, publicKey, kib);
    private final SecretStreamPush push = new SecretStreamPush(key, nonce, new OneCipher());

    {
        new SecretStreamPush(key, nonce, new OneCipher()).push((byte) 0, frame, 0, FRAME, firstSealed, 0);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Benchmark
    public byte[] blake2bOf1KiB() {
        return Blake2b.hash256(kib);
    }

    @Benchmark
    public byte[] ed25519Sign1KiB() {
        return Ed25519.sign(seed, publicKey, kib);
    }

    @Benchmark
    public boolean ed25519Verify1KiB() {
        return Ed25519.verify(publicKey, kib, signature);
    }

    @Benchmark
    public byte[] ed25519KeyFromSeed() {
        return Ed25519.publicKey(seed);
    }

    @Benchmark
    public byte[] diffieHellman() throws Exception {
        return Ed25519Dh.agree(seed, remote);
    }

    @Benchmark
    public byte[] chaChaPolySeal1KiB() {
        return ChaChaPoly.seal(key, 1, new byte[0], kib);
    }

    @Benchmark
    public byte[] secretBoxSeal1KiB() {
        return SecretBox.seal(key, nonce, kib);
    }

    @Benchmark
    public byte[] secretStreamPush64KiB() {
        push.push((byte) 0, frame, 0, FRAME, sealed, 0);
        return sealed;
    }

    @Benchmark
    public byte[] secretStreamPull64KiB() throws Exception {
        new SecretStreamPull(key, nonce, new OneCipher()).pull(firstSealed, 0, firstSealed.length, opened, 0);
        return opened;
    }

    @Benchmark
    public byte[] secretStreamPushAndPull64KiB() throws Exception {
        new SecretStreamPush(key, nonce, new OneCipher()).push((byte) 0, frame, 0, FRAME, sealed, 0);
        new SecretStreamPull(key, nonce, new OneCipher()).pull(sealed, 0, sealed.length, opened, 0);
        return opened;
    }

    /** As from a pool, which gives a thread that seals again and again the same one. */
    private static final class OneCipher implements StreamCipherSource {

        private final StreamCipher cipher = new StreamCipher();

        @Override
        public StreamCipher take() {
            return cipher;
        }

        @Override
        public void release(StreamCipher released) {
            // it is here already
        }
    }
}
