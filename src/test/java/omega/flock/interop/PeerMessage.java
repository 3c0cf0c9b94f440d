package omega.flock.interop;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** One line from a peer process: an event it reported, or its answer to a command. An absent or mistyped field fails the test. */
public record PeerMessage(Map<String, Object> fields) {
    public boolean has(String field) {
        return fields.get(field) != null;
    }

    public String text(String field) {
        return require(field, String.class);
    }

    public long number(String field) {
        return require(field, Number.class).longValue();
    }

    public double decimal(String field) {
        return require(field, Number.class).doubleValue();
    }

    public boolean flag(String field) {
        return require(field, Boolean.class);
    }

    /** The bytes of a field that travelled as hex. */
    public byte[] bytes(String field) {
        return HexFormat.of().parseHex(text(field));
    }

    public List<String> texts(String field) {
        return ((List<?>) require(field, List.class)).stream().map(String.class::cast).toList();
    }

    /** The objects of an array. */
    public List<PeerMessage> items(String field) {
        return ((List<?>) require(field, List.class)).stream().map(PeerMessage::of).toList();
    }

    public PeerMessage object(String field) {
        return of(require(field, Map.class));
    }

    @SuppressWarnings("unchecked")
    private static PeerMessage of(Object object) {
        return new PeerMessage((Map<String, Object>) object);
    }

    static PeerMessage parse(String line) {
        return of(Json.parse(line));
    }

    private <T> T require(String field, Class<T> type) {
        Object value = fields.get(field);
        if (!type.isInstance(value)) {
            throw new AssertionError("field " + field + " should be a " + type.getSimpleName() + " in " + fields);
        }
        return type.cast(value);
    }
}
