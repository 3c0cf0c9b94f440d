package omega.flock.runtime;

/**
 * Starts the platform threads: one for each socket, blocked in a receive. A platform thread is woken by the kernel
 * itself, while a virtual one takes the way over the JDK's poller, and it cannot pin a carrier.
 */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Starts a daemon platform thread and returns it. */
    public static Thread start(String name, Runnable body) {
        return Thread.ofPlatform().daemon(true).name(name).start(body);
    }
}
