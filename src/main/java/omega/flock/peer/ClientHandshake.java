package omega.flock.peer;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import omega.flock.base.FlockException;
import omega.flock.base.FlockException.Code;
import omega.flock.base.KeyPair;
import omega.flock.base.PublicKey;
import omega.flock.dht.message.Namespaces;
import omega.flock.dht.message.NoisePayload;
import omega.flock.noise.NoiseException;
import omega.flock.noise.NoiseHandshake;
import omega.flock.noise.NoiseResult;
import omega.flock.wire.MalformedMessageException;

/**
 * Our side of the Noise handshake of one dial: one first message, sent unchanged to every relay, and as many replies as come.
 * A reply that does not verify leaves no trace. Thread-safe.
 */
final class ClientHandshake {

    /**
     * A reply of the peer that we dial.
     *
     * @param payload what it says
     * @param keys what both sides derived
     */
    record Verified(NoisePayload payload, NoiseResult keys) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final NoiseHandshake noise; // guarded by lock
    private final byte[] message;
    private Optional<Verified> verified = Optional.empty(); // guarded by lock
    private byte[] verifiedReply = {}; // guarded by lock

    /**
     * Writes the first message.
     *
     * @throws FlockException PEER_NOT_FOUND if the key is no point of the curve, so that no peer can have it
     */
    ClientHandshake(KeyPair keyPair, PublicKey remote, NoisePayload payload) throws FlockException {
        try {
            this.noise = NoiseHandshake.initiator(NoiseHandshake.Pattern.IK, keyPair, Namespaces.peerHandshake(), remote);
        } catch (IllegalArgumentException e) {
            // Not our caller's mistake: anybody can announce such a key.
            throw new FlockException(Code.PEER_NOT_FOUND, "no peer can have the key " + remote, e);
        }
        this.message = noise.writeMessage(payload.toBytes());
    }

    /** Returns the first Noise message; the same each time, because the server tells copies by its bytes. */
    byte[] message() {
        return message.clone();
    }

    /** Checks a reply. Once one has verified, the copies of it that other relays bring are the same reply. */
    Optional<Verified> verify(byte[] reply) {
        lock.lock();
        try {
            if (verified.isPresent()) {
                return verified.filter(already -> Arrays.equals(verifiedReply, reply));
            }
            if (noise.isComplete()) {
                return Optional.empty(); // the peer itself has answered with nonsense; there is no second answer
            }
            byte[] payload = noise.readMessage(reply);
            verified = Optional.of(new Verified(NoisePayload.decode(payload), noise.result()));
            verifiedReply = reply.clone();
            return verified;
        } catch (NoiseException | MalformedMessageException e) {
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
