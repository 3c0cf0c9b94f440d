package omega.flock.peer;

import java.time.Duration;
import java.util.Objects;
import omega.flock.base.KeyPair;
import omega.flock.rpc.RpcConfig;
import omega.flock.runtime.SharedMemory;

/**
 * How to build a peer node.
 *
 * @param rpc the ports, the bootstrap nodes and the rest of the DHT node
 * @param keyPair the default identity
 * @param connectionKeepAlive the keep-alive of every connection; zero turns it off
 * @param randomPunchInterval the least pause between two punches with a random NAT
 * @param memoryBudget bytes that are given to what strangers send
 */
public record PeerConfig(RpcConfig.Builder rpc, KeyPair keyPair, Duration connectionKeepAlive,
                         Duration randomPunchInterval, long memoryBudget) {

    /** Checks that nothing is missing. */
    public PeerConfig {
        Objects.requireNonNull(rpc, "rpc");
        Objects.requireNonNull(keyPair, "keyPair");
        Objects.requireNonNull(connectionKeepAlive, "connectionKeepAlive");
        if (randomPunchInterval.isNegative()) {
            throw new IllegalArgumentException("randomPunchInterval is negative: " + randomPunchInterval);
        }
        if (memoryBudget < PeerConstants.LEAST_MEMORY) {
            throw new IllegalArgumentException("a memory budget of " + memoryBudget + " bytes, less than " + PeerConstants.LEAST_MEMORY);
        }
    }

    /** Returns a configuration with the defaults of hyperdht: keep-alive 5 s, random punches 20 s apart. */
    public static PeerConfig of(RpcConfig.Builder rpc, KeyPair keyPair) {
        return new PeerConfig(rpc, keyPair, PeerConstants.CONNECTION_KEEP_ALIVE, PeerConstants.RANDOM_PUNCH_INTERVAL,
                SharedMemory.defaultBytes());
    }

    /** Returns this configuration with another keep-alive; zero turns it off. */
    public PeerConfig withConnectionKeepAlive(Duration interval) {
        return new PeerConfig(rpc, keyPair, interval, randomPunchInterval, memoryBudget);
    }

    /** Returns this configuration with another least pause between random punches. */
    public PeerConfig withRandomPunchInterval(Duration interval) {
        return new PeerConfig(rpc, keyPair, connectionKeepAlive, interval, memoryBudget);
    }

    /** Returns this configuration with another memory budget. */
    public PeerConfig withMemoryBudget(long bytes) {
        return new PeerConfig(rpc, keyPair, connectionKeepAlive, randomPunchInterval, bytes);
    }
}
