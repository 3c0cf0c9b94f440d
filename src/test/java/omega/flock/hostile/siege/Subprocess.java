package omega.flock.hostile.siege;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A program of the siege in a JVM of its own, which answers each line with a line. Thread-safe; an answer is waited for. */
final class Subprocess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter commands;
    private final ReentrantLock lock = new ReentrantLock(); // one question at a time

    /** Starts the program; what it writes as errors goes where ours goes. */
    Subprocess(Class<?> program, List<String> options, String... arguments) throws IOException {
        this(List.of(), program, options, arguments);
    }

    /** Starts a program that yields to the others, since it would have processors of its own. */
    static Subprocess yielding(Class<?> program, List<String> options, String... arguments) throws IOException {
        return new Subprocess(List.of("nice", "-n", "5"), program, options, arguments);
    }

    private Subprocess(List<String> starter, Class<?> program, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(starter);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** {@return what the program says to a command} */
    String ask(String command) throws IOException {
        lock.lock();
        try {
            commands.write(command);
            commands.newLine();
            commands.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new EOFException(process.info().command().orElse("a program") + " is gone, asked to " + command);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the processor time that the program has taken so far} */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The program ends by itself when nobody asks any more. */
    @Override
    public void close() throws InterruptedException {
        try {
            commands.close();
        } catch (IOException e) {
            System.err.println("the program was gone already: " + e.getMessage());
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
