package omega.flock.dht.message;

import java.util.Optional;

/** What several records ask of their arrays. */
final class Checks {

    private Checks() {
    }

    static void size(String field, byte[] bytes, int size) {
        if (bytes.length != size) {
            throw new IllegalArgumentException(field + ": " + bytes.length + " bytes, not " + size);
        }
    }

    static void size(String field, Optional<byte[]> bytes, int size) {
        bytes.ifPresent(present -> size(field, present, size));
    }
}
