package omega.flock.crypto;

/**
 * The sum a A + b B of a multiple of any point and one of the base point, in variable time: for the verification of signatures,
 * where all of it is public.
 *
 * <p>Both scalars run along one row of doublings (Straus), in digits that are odd or zero, so that most are zero (a sliding window):
 * about 252 doublings and 70 sums.
 */
final class PublicSum {

    private static final int BITS = 256;

    /** Largest digits: eight multiples have to be made of A each time, those of B once. */
    private static final int LARGEST_OF_ANY = 15;

    private static final int LARGEST_OF_BASE = 63;

    private PublicSum() {}

    /**
     * Returns a A + b B.
     *
     * @param a below the order, as is b
     */
    static EdwardsPoint of(byte[] a, EdwardsPoint point, byte[] b) {
        byte[] digits = digits(a, LARGEST_OF_ANY);
        byte[] baseDigits = digits(b, LARGEST_OF_BASE);
        CachedPoint[] multiples = oddMultiples(point, LARGEST_OF_ANY);
        int i = BITS - 1;
        while (i > 0 && digits[i] == 0 && baseDigits[i] == 0) {
            i--;
        }
        EdwardsPoint sum = EdwardsPoint.identity();
        for (; i >= 0; i--) {
            if (digits[i] == 0 && baseDigits[i] == 0) {
                sum.twiceWithoutT();
            } else {
                sum.twice();
                add(sum, digits[i], multiples);
                add(sum, baseDigits[i], Base.MULTIPLES);
            }
        }
        return sum;
    }

    private static void add(EdwardsPoint sum, int digit, CachedPoint[] multiples) {
        if (digit > 0) {
            sum.plus(multiples[digit >> 1]);
        } else if (digit < 0) {
            sum.minus(multiples[-digit >> 1]);
        }
    }

    private static CachedPoint[] oddMultiples(EdwardsPoint point, int largest) {
        CachedPoint[] multiples = new CachedPoint[(largest + 1) / 2];
        CachedPoint twice = new CachedPoint().set(point.copy().twice());
        EdwardsPoint multiple = point.copy();
        multiples[0] = new CachedPoint().set(multiple);
        for (int i = 1; i < multiples.length; i++) {
            multiples[i] = new CachedPoint().set(multiple.plus(twice));
        }
        return multiples;
    }

    /** Splits a scalar into digits of weight 2^i: zero, or odd and not beyond the largest. */
    private static byte[] digits(byte[] scalar, int largest) {
        byte[] digits = new byte[BITS];
        for (int i = 0; i < BITS; i++) {
            digits[i] = (byte) (scalar[i >> 3] >> (i & 7) & 1);
        }
        for (int i = 0; i < BITS; i++) {
            if (digits[i] != 0) {
                widen(digits, i, largest);
            }
        }
        return digits;
    }

    /** Draws the ones above a digit into it for as long as they fit: added, or taken away with a one carried on. */
    private static void widen(byte[] digits, int i, int largest) {
        for (int k = 1; i + k < BITS && 1 << k <= largest + 1; k++) {
            if (digits[i + k] == 0) {
                continue;
            }
            int above = 1 << k;
            if (digits[i] + above <= largest) {
                digits[i] += (byte) above;
                digits[i + k] = 0;
            } else if (digits[i] - above >= -largest) {
                digits[i] -= (byte) above;
                carryFrom(digits, i + k);
            } else {
                return;
            }
        }
    }

    private static void carryFrom(byte[] digits, int i) {
        int at = i;
        while (digits[at] != 0) {
            digits[at] = 0;
            at++;
        }
        digits[at] = 1;
    }

    /** Made when the first signature is verified. */
    private static final class Base {

        static final CachedPoint[] MULTIPLES = oddMultiples(ScalarMultiplier.base(), LARGEST_OF_BASE);
    }
}
