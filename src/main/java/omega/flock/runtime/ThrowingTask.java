package omega.flock.runtime;

/** The body of a task that yields nothing. */
@FunctionalInterface
public interface ThrowingTask {

    /** Runs on the task's own virtual thread; an interrupt asks it to end. */
    void run() throws Exception;
}
