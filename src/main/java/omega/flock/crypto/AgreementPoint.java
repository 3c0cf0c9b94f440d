package omega.flock.crypto;

import java.security.InvalidKeyException;

/** A remote Ed25519 public key, checked and made ready for Diffie-Hellman. Immutable. */
final class AgreementPoint implements CryptoProvider.Agreement {

    private final PointMultiples multiples;

    private AgreementPoint(PointMultiples multiples) {
        this.multiples = multiples;
    }

    /**
     * Checks a compressed point as libsodium does and prepares it. Public, so it runs in variable time.
     *
     * @throws InvalidKeyException if the encoding is not canonical, if the point is not on the curve, of small order, or
     *     outside of the subgroup of prime order
     */
    static AgreementPoint of(byte[] compressed) throws InvalidKeyException {
        return new AgreementPoint(new PointMultiples(checked(compressed)));
    }

    /**
     * Returns the point of a public key that passes the checks.
     *
     * @throws InvalidKeyException as {@link #of}
     */
    static EdwardsPoint checked(byte[] compressed) throws InvalidKeyException {
        if (compressed.length != CryptoConstants.KEY_BYTES) {
            throw new InvalidKeyException("a public key has " + CryptoConstants.KEY_BYTES + " bytes, not " + compressed.length);
        }
        EdwardsPoint point = EdwardsPoint.decompress(compressed)
                .orElseThrow(() -> new InvalidKeyException("public key is not a point of the curve"));
        if (!PrimeOrder.holds(point)) {
            throw new InvalidKeyException("public key is of small order, or outside of the prime order subgroup");
        }
        return point;
    }

    @Override
    public byte[] multiply(byte[] scalar) {
        return ScalarMultiplier.multiply(scalar, multiples).compress();
    }
}
