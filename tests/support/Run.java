package support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.Document;

/** A command in a separate JVM, which a test may suspend, resume, interrupt and kill. */
public final class Run implements AutoCloseable {
    /** The signal of a migration that is in {@code up()}. */
    static final String IN_UP = "in-up";

    /** The time limit of a command. */
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final String command;
    private final Process process;
    private final Path out;
    private final Path err;
    private final Path signals;

    Run(String command, Process process, Path out, Path err, Path signals) {
        this.command = command;
        this.process = process;
        this.out = out;
        this.err = err;
        this.signals = signals;
    }

    /** Returns the process id, {@code by.pid} in the journal. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Waits until the migration is in {@code up()}. */
    public Run untilInUp() {
        return until(IN_UP);
    }

    /** Waits for {@code Signals.send(signal)} of a migration; fails at once if the run ends before that. */
    public Run until(String signal) {
        Path file = signals.resolve(signal);
        Eventually.until(
                command + " says " + signal,
                LIMIT,
                () -> {
                    if (Files.exists(file)) {
                        return true;
                    }
                    if (!process.isAlive() && !Files.exists(file)) {
                        throw new AssertionError("The run ended before it sent " + signal + ". " + ended());
                    }
                    return false;
                },
                this::soFar);
        return this;
    }

    /** Waits until the output so far, of both streams, contains the text. */
    public Run untilSays(String text) {
        Eventually.until(
                command + " says \"" + text + "\"",
                LIMIT,
                () -> soFar().contains(text) || !process.isAlive(),
                this::soFar);
        assertThat(soFar()).contains(text);
        return this;
    }

    /** Sends SIGSTOP: the process is suspended with everything that it holds. */
    public Run suspend() {
        return send("STOP", pid());
    }

    /** Sends SIGCONT. */
    public Run resume() {
        return send("CONT", pid());
    }

    /** Sends SIGKILL and waits until the process is gone. */
    public Run kill() {
        send("KILL", pid());
        ended();
        return this;
    }

    /** Sends SIGTERM. */
    public Run terminate() {
        return send("TERM", pid());
    }

    /** Sends SIGTERM twice at once, as {@code timeout} does. */
    public Run terminateTwiceInAMoment() {
        return send("TERM", pid(), pid());
    }

    /** Sends SIGINT, as Ctrl-C does. */
    public Run interrupt() {
        return send("INT", pid());
    }

    private Run send(String signal, Long... pids) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        Stream.of(pids).map(String::valueOf).forEach(command::add);
        try {
            Process kill = new ProcessBuilder(command).start();
            assertThat(kill.waitFor()).as("kill -%s %d", signal, pid()).isZero();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end and asserts the exit code. */
    public Result exits(int code) {
        return ended().exits(code);
    }

    /** Waits for the end. */
    public Result ended() {
        return ended(LIMIT);
    }

    /** Waits for the end, at most {@code limit}. */
    public Result ended(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("%s still runs after %d s%n%s".formatted(command, limit.toSeconds(), soFar()));
            }
            return new Result(command, process.exitValue(), read(out), read(err));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end and returns the JSON answer. */
    public Document json() {
        return ended().json();
    }

    /** Returns the output so far, standard output first. */
    public String soFar() {
        return read(out) + read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        Eventually.until(command + " is gone", () -> !process.isAlive());
    }
}
