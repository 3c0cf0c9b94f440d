package omega.flock.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import omega.flock.crypto.Blake2b;

/**
 * Issues and checks tokens, which prove that a requester receives at its host. Pure; not thread-safe.
 *
 * <p>A token is the keyed hash of the dotted host. The port is not in it: a NAT may change the port between the reply that
 * brought the token and the request that shows it. Two secrets are valid at a time, so a token lives 7.5 to 15 seconds
 * (dht-rpc 6.27.0 {@code lib/io.js}, {@code token} and {@code _drain}).
 */
final class TokenSecrets {

    private byte[] previous;
    private byte[] current;
    private long rotatedNanos;
    private String lastHost = ""; // the one that asked last, and often asks again at once
    private byte[] lastToken = {};

    /** Creates the pair of secrets from 64 random bytes. */
    TokenSecrets(byte[] random, long nowNanos) {
        if (random.length != 2 * RpcConstants.TOKEN_BYTES) {
            throw new IllegalArgumentException("two secrets need 64 random bytes, not " + random.length);
        }
        previous = Arrays.copyOf(random, RpcConstants.TOKEN_BYTES);
        current = Arrays.copyOfRange(random, RpcConstants.TOKEN_BYTES, random.length);
        rotatedNanos = nowNanos;
    }

    /** Returns the token for a requester at this host. */
    byte[] issue(String host, long nowNanos) {
        rotate(nowNanos);
        return currentToken(host).clone();
    }

    /** Tells whether a requester at this host was given this token lately. */
    boolean accepts(byte[] token, String host, long nowNanos) {
        rotate(nowNanos);
        // Which of the two a token was made with is no secret, so a new one does without the second hash.
        return MessageDigest.isEqual(token, currentToken(host)) || MessageDigest.isEqual(token, token(host, previous));
    }

    private byte[] currentToken(String host) {
        if (!host.equals(lastHost)) {
            lastHost = host;
            lastToken = token(host, current);
        }
        return lastToken;
    }

    private void rotate(long nowNanos) {
        // After two rotations both secrets are new, so a long silence needs no more of them.
        for (int i = 0; i < 2 && nowNanos - rotatedNanos >= RpcConstants.TOKEN_ROTATION_NANOS; i++) {
            byte[] next = Blake2b.hash256(previous);
            previous = current;
            current = next;
            lastHost = "";
            rotatedNanos += RpcConstants.TOKEN_ROTATION_NANOS;
        }
        if (nowNanos - rotatedNanos >= RpcConstants.TOKEN_ROTATION_NANOS) {
            rotatedNanos = nowNanos;
        }
    }

    private static byte[] token(String host, byte[] secret) {
        return Blake2b.keyed256(secret, host.getBytes(US_ASCII));
    }
}
