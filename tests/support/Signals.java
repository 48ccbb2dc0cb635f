package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Synchronizes a migration under test and its test by empty files, which work whatever happens to the database. A
 * migration calls {@code support.Signals.send("in-up"); support.Signals.await("go");}.
 */
public final class Signals {
    /** The system property that names the folder in the JVM that runs the migration. */
    static final String PROPERTY = "migopy.test.signals";

    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final Duration POLL = Duration.ofMillis(10);

    private Signals() {}

    private static Path folder() {
        return Path.of(System.getProperty(PROPERTY));
    }

    /** Signals that a place was reached; the test waits for it with {@link Run#until(String)}. */
    public static void send(String signal) {
        create(folder(), signal);
    }

    /** Waits for a signal of {@link Project#signal(String)}; an interrupt ends the wait with an exception. */
    public static void await(String signal) {
        Path file = folder().resolve(signal);
        for (long end = System.nanoTime() + LIMIT.toNanos(); !Files.exists(file); ) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the test never sent " + signal);
            }
            Eventually.pause(POLL);
        }
    }

    /** The same, ignoring interrupts. */
    public static void awaitUninterruptibly(String signal) {
        Path file = folder().resolve(signal);
        for (long end = System.nanoTime() + LIMIT.toNanos(); !Files.exists(file); ) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the test never sent " + signal);
            }
            Thread.interrupted(); // clears it, otherwise parkNanos would return at once
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    static void create(Path folder, String signal) {
        try {
            Files.createFile(folder.resolve(signal));
        } catch (FileAlreadyExistsException e) {
            return; // sent before, by a migration that is run again
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
