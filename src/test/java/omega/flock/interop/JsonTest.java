package omega.flock.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Property(tries = 200)
    void whatIsWrittenIsReadBack(@ForAll("values") Object value) {
        assertEquals(value, Json.parse(Json.write(value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\"}", "[1,]", "\"open", "\"\\u12", "tru", "1 2", "{\"a\":1", "-"})
    void whatIsNotJsonIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Json.parse(text));
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20).map(Object.class::cast),
                Arbitraries.longs().map(Object.class::cast),
                Arbitraries.doubles().between(-1e9, 1e9).map(Object.class::cast),
                Arbitraries.of(true, false).map(Object.class::cast));
        Arbitrary<Object> lists = leaves.list().ofMaxSize(4).map(ArrayList::new);
        Arbitrary<Object> maps = Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), lists).ofMaxSize(4).map(LinkedHashMap::new);
        return Arbitraries.oneOf(leaves, lists, maps);
    }
}
