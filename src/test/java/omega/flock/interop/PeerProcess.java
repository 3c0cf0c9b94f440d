package omega.flock.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A child process that speaks the line protocol: JSON objects, one a line, events and replies on its standard output, commands
 * on its standard input (the messages stand at the top of {@code src/test/js/lib/peer.js}).
 *
 * <p>Two daemon threads, named for the process, read its outputs; the test's thread waits for messages, always with a deadline.
 * When the process ends, every wait fails at once and shows the last lines of its standard error.
 */
final class PeerProcess implements AutoCloseable {
    /** Long enough for a machine eight times slower than ours; a test that waits as long as this has failed. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration POLITE_END = Duration.ofSeconds(2);
    private static final int ERROR_LINES_KEPT = 40;

    private final String name;
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    /** Something was received, or the process has closed its standard output. */
    private final Condition changed = lock.newCondition();
    private final List<PeerMessage> unread = new ArrayList<>(); // guarded by lock
    private final Deque<String> errors = new ArrayDeque<>();    // guarded by lock
    private boolean ended;                                      // guarded by lock
    private long lastId;                                        // guarded by lock

    private PeerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    static PeerProcess start(String name, ProcessBuilder command) throws IOException {
        var peer = new PeerProcess(name, command.start());
        Thread.ofPlatform().daemon().name(name + " stdout").start(peer::readMessages);
        Thread.ofPlatform().daemon().name(name + " stderr").start(peer::readErrors);
        return peer;
    }

    /** Takes the oldest unread event of this name, waiting for it when it has not come yet. */
    PeerMessage await(String event, Duration patience) throws InterruptedException {
        return take("event " + event, message -> event.equals(message.fields().get("event")), patience);
    }

    /** Sends a command and waits for its reply; an error reply fails the test with the script's message. */
    PeerMessage call(String command, Map<String, ?> arguments, Duration patience) throws InterruptedException {
        long id = send(command, arguments);
        PeerMessage reply = take("reply to " + command, message -> Long.valueOf(id).equals(message.fields().get("reply")), patience);
        if (reply.has("error")) {
            throw new AssertionError(name + ": " + command + " failed: " + reply.text("error"));
        }
        return reply;
    }

    private long send(String command, Map<String, ?> arguments) {
        lock.lock();
        long id;
        try {
            id = ++lastId;
        } finally {
            lock.unlock();
        }
        var line = new LinkedHashMap<String, Object>();
        line.put("id", id);
        line.put("command", command);
        line.putAll(arguments);
        try {
            var input = process.getOutputStream();
            input.write((Json.write(line) + '\n').getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw failure("does not read commands any more (" + e.getMessage() + ")");
        }
        return id;
    }

    private PeerMessage take(String what, Predicate<PeerMessage> wanted, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                for (var each = unread.iterator(); each.hasNext(); ) {
                    PeerMessage message = each.next();
                    if (wanted.test(message)) {
                        each.remove();
                        return message;
                    }
                }
                if (ended) {
                    throw failure("ended before the " + what);
                }
                if (left <= 0) {
                    throw failure("sent no " + what + " in " + patience.toMillis() + " ms; unread: " + unread);
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private AssertionError failure(String what) {
        lock.lock();
        try {
            return new AssertionError(name + " " + what + (errors.isEmpty() ? "" : "; stderr:\n" + String.join("\n", errors)));
        } finally {
            lock.unlock();
        }
    }

    private void readMessages() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                receive(line);
            }
        } catch (IOException e) {
            keepError("[stdout: " + e.getMessage() + "]");
        } finally {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void receive(String line) {
        PeerMessage message;
        try {
            message = PeerMessage.parse(line);
        } catch (IllegalArgumentException | ClassCastException e) {
            keepError("[not a message: " + line + "]");
            return;
        }
        lock.lock();
        try {
            unread.add(message);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void readErrors() {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keepError(line);
            }
        } catch (IOException e) {
            keepError("[stderr: " + e.getMessage() + "]");
        }
    }

    private void keepError(String line) {
        lock.lock();
        try {
            errors.addLast(line);
            if (errors.size() > ERROR_LINES_KEPT) {
                errors.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    long pid() {
        return process.pid();
    }

    /** Kills the process as a crash would: no goodbye reaches its peers. */
    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("survived SIGKILL");
        }
    }

    /** Sends SIGTERM and waits for the end. {@return the exit code} */
    int terminate() throws InterruptedException {
        process.toHandle().destroy();
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("survived SIGTERM");
        }
        return process.exitValue();
    }

    /** Ends the process: by the end of its standard input, and by force when it does not follow within two seconds. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            keepError("[stdin: " + e.getMessage() + "]");
        }
        try {
            if (!process.waitFor(POLITE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
