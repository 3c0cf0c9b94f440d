package omega.flock.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes inputs from those of a corpus by the usual small changes, some at a time. Deterministic for a seed. */
final class Mutator {

    private static final int LARGEST = 4096;
    private static final int[] INTERESTING = {0, 1, 2, 3, 4, 16, 32, 64, 100, 127, 128, 252, 253, 254, 255};

    private final List<byte[]> corpus;
    private final SplittableRandom random;

    Mutator(List<byte[]> corpus, long seed) {
        this.corpus = corpus;
        this.random = new SplittableRandom(seed);
    }

    byte[] next() {
        byte[] input = any().clone();
        for (int changes = 1 << random.nextInt(5); changes > 0; changes--) {
            input = change(input);
        }
        return input.length > LARGEST ? Arrays.copyOf(input, LARGEST) : input;
    }

    private byte[] change(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int length = Math.min(input.length - at, 1 << random.nextInt(7));
        switch (random.nextInt(8)) {
            case 0 -> {
                return replace(input, at, length, new byte[0]);
            }
            case 1 -> {
                return replace(input, at, 0, some(1 << random.nextInt(7)));
            }
            case 2 -> {
                return replace(input, at, 0, Arrays.copyOfRange(input, at, at + length));
            }
            case 3 -> {
                byte[] other = any();
                int from = random.nextInt(other.length + 1);
                return replace(input, at, length, Arrays.copyOfRange(other, from, other.length));
            }
            case 4 -> {
                return replace(input, at, length, some(length));
            }
            default -> {
                if (at < input.length) {
                    input[at] = (byte) switch (random.nextInt(3)) {
                        case 0 -> input[at] ^ 1 << random.nextInt(8);
                        case 1 -> INTERESTING[random.nextInt(INTERESTING.length)];
                        default -> input[at] + random.nextInt(-8, 9);
                    };
                }
                return input;
            }
        }
    }

    private byte[] any() {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] some(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] replace(byte[] input, int at, int length, byte[] by) {
        byte[] changed = Arrays.copyOf(input, input.length - length + by.length);
        System.arraycopy(by, 0, changed, at, by.length);
        System.arraycopy(input, at + length, changed, at + by.length, input.length - at - length);
        return changed;
    }
}
