package omega.flock.net;

/**
 * Where {@link SystemCalls} come from. This is the class for JDK 21, which has no way to them; {@code META-INF/versions/22} of the jar
 * holds its twin, for every later one.
 */
final class LibC {
    private LibC() {}

    /** {@return whether {@link #link} can work here: the module may make native calls, and the system is one it was written for} */
    static boolean isUsable() {
        return false;
    }

    /** Prepares the calls, which takes a tenth of a second of processor time; once for a process. {@return calls for one thread} */
    static SystemCalls link() {
        throw new UnsupportedOperationException("native calls need JDK 22");
    }
}
