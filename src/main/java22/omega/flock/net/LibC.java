package omega.flock.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The calls of the C library through {@code java.lang.foreign}, on Linux.
 *
 * <p>One method handle serves all functions: each gets five words, which a function with fewer or narrower arguments does not look at
 * (arguments travel in registers, in the ABIs of these machines). Making a handle costs some 50 ms in a fresh JVM.
 */
final class LibC {
    /** Where words in registers are all that a call needs, fcntl's variable arguments included, and structures are laid out alike. */
    private static final Set<String> MACHINES = Set.of("amd64", "aarch64");

    private LibC() {}

    /** {@return whether {@link #link} can work here: the module may make native calls, and the system is one it was written for} */
    static boolean isUsable() {
        return LibC.class.getModule().isNativeAccessEnabled() && System.getProperty("os.name").equals("Linux")
                && MACHINES.contains(System.getProperty("os.arch"));
    }

    /** Prepares the calls, which takes a tenth of a second of processor time; once for a process. {@return calls for one thread} */
    static SystemCalls link() {
        Function.CALL.type(); // initializes the class, so that failures show here
        return new Calls();
    }

    /** Calls for one thread. A class of its own, so that the two LibC have the same supertypes, as the jar tool wants it. */
    private static final class Calls implements SystemCalls {
        private final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

        @Override
        public long address(ByteBuffer direct) {
            return MemorySegment.ofBuffer(direct).address() - direct.position();
        }

        @Override
        public int sendmsg(int descriptor, long message, int flags) {
            return call(Function.SENDMSG, descriptor, message, flags, 0, 0);
        }

        @Override
        public int recvmmsg(int descriptor, long messages, int count, int flags) {
            return call(Function.RECVMMSG, descriptor, messages, count, flags, 0);
        }

        @Override
        public int poll(long descriptors, int count, int timeoutMillis) {
            return call(Function.POLL, descriptors, count, timeoutMillis, 0, 0);
        }

        @Override
        public int setsockopt(int descriptor, int level, int option, long value, int length) {
            return call(Function.SETSOCKOPT, descriptor, level, option, value, length);
        }

        @Override
        public int getsockopt(int descriptor, int level, int option, long value, long length) {
            return call(Function.GETSOCKOPT, descriptor, level, option, value, length);
        }

        @Override
        public int getsockname(int descriptor, long address, long length) {
            return call(Function.GETSOCKNAME, descriptor, address, length, 0, 0);
        }

        @Override
        public int fcntl(int descriptor, int command, int argument) {
            return call(Function.FCNTL, descriptor, command, argument, 0, 0);
        }

        @Override
        public int shutdown(int descriptor, int how) {
            return call(Function.SHUTDOWN, descriptor, how, 0, 0, 0);
        }

        @Override
        public int close(int descriptor) {
            return call(Function.CLOSE, descriptor, 0, 0, 0, 0);
        }

        private int call(MemorySegment function, long a, long b, long c, long d, long e) {
            try {
                int result = (int) (long) Function.CALL.invokeExact(function, errno, a, b, c, d, e);
                return result >= 0 ? result : -errno.get(ValueLayout.JAVA_INT, 0);
            } catch (RuntimeException | Error e1) {
                throw e1;
            } catch (Throwable impossible) {
                throw new IllegalStateException("a native call threw", impossible);
            }
        }
    }

    /** The functions. A class of its own, because it is expensive to initialize. */
    @SuppressWarnings("restricted")
    private static final class Function {
        /** What the five words of a call are; here, because layouts belong to what is expensive. */
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle CALL = LINKER.downcallHandle(
                FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD), Linker.Option.captureCallState("errno"));
        private static final MemorySegment SENDMSG = find("sendmsg");
        private static final MemorySegment RECVMMSG = find("recvmmsg");
        private static final MemorySegment POLL = find("poll");
        private static final MemorySegment SETSOCKOPT = find("setsockopt");
        private static final MemorySegment GETSOCKOPT = find("getsockopt");
        private static final MemorySegment GETSOCKNAME = find("getsockname");
        private static final MemorySegment FCNTL = find("fcntl");
        private static final MemorySegment SHUTDOWN = find("shutdown");
        private static final MemorySegment CLOSE = find("close");

        private static MemorySegment find(String name) {
            return LINKER.defaultLookup().find(name)
                    .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
        }
    }
}
