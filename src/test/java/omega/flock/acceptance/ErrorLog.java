package omega.flock.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The errors that the library logs: exceptions that escaped from a handler or a task, faults of ours each of them. It sees those of
 * the whole JVM, and other tests provoke some: a class that uses it runs isolated.
 */
final class ErrorLog extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger("omega.flock"); // kept, because the log manager holds it weakly
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();

    ErrorLog() {
        setLevel(Level.SEVERE);
        logger.addHandler(this);
    }

    List<String> errors() {
        return new ArrayList<>(errors);
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            errors.add(entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown());
        }
    }

    @Override
    public void flush() {
        // nothing is buffered
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
