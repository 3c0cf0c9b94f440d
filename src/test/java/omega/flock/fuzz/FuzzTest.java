package omega.flock.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The corpus of each target, and a short run of inputs that are made from it. {@code mvn verify -Pfuzz} makes a long one. */
@Timeout(120)
class FuzzTest {

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void whatIsInTheCorpusIsBorne(FuzzTarget target) {
        Corpus.of(target).forEach(input -> bears(target, input, "the corpus"));
    }

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void whatIsMadeFromItIsBorne(FuzzTarget target) {
        long seed = Long.getLong("omega.flock.fuzz.seed", System.nanoTime());
        Mutator mutator = new Mutator(Corpus.of(target), seed);
        for (int i = 0; i < target.shortRun(); i++) {
            bears(target, mutator.next(), "input " + i + " of seed " + seed);
        }
    }

    @Test
    void aSeedMakesTheSameInputsAgain() {
        List<byte[]> corpus = List.of(new byte[40], new byte[0]);
        Mutator one = new Mutator(corpus, 7);
        Mutator other = new Mutator(corpus, 7);
        for (int i = 0; i < 1000; i++) {
            assertEquals(HexFormat.of().formatHex(one.next()), HexFormat.of().formatHex(other.next()));
        }
    }

    private static void bears(FuzzTarget target, byte[] input, String origin) {
        try {
            target.run(input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(target.fileName() + ".txt wants this line, of " + origin + ": " + HexFormat.of().formatHex(input), e);
        }
    }
}
