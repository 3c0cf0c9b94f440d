package omega.flock.crypto;

import java.security.InvalidKeyException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.AEADBadTagException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What each provider of cryptography costs; {@code docs/crypto.md} shows the figures. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ProviderBenchmark {

    @Param({"own", "jdk"})
    public String name;

    private final byte[] seed = random(32);
    private final byte[] key = random(32);
    private final byte[] nonce = new byte[12];
    private final byte[] kib = random(1024);
    private final byte[] nothing = new byte[0];
    private final byte[] scalar = Ed25519Dh.scalar(seed);
    private CryptoProvider provider;
    private byte[] publicKey;
    private byte[] signature;
    private byte[] sealed;

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Setup
    public void prepare() {
        provider = CryptoProvider.named(name).orElseThrow();
        publicKey = provider.publicKey(seed);
        signature = provider.sign(seed, publicKey, kib);
        sealed = provider.seal(key, nonce, nothing, kib);
    }

    @Benchmark
    public byte[] providerSign() {
        return provider.sign(seed, publicKey, kib);
    }

    @Benchmark
    public boolean providerVerify() {
        return provider.verify(publicKey, kib, signature);
    }

    @Benchmark
    public byte[] providerKeyFromSeed() {
        return provider.publicKey(seed);
    }

    @Benchmark
    public byte[] providerDiffieHellman() throws InvalidKeyException {
        return provider.agreement(publicKey).multiply(scalar);
    }

    @Benchmark
    public byte[] providerSeal() {
        return provider.seal(key, nonce, nothing, kib);
    }

    @Benchmark
    public byte[] providerOpen() throws AEADBadTagException {
        return provider.open(key, nonce, nothing, sealed);
    }
}
