package migopy.command;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Where the time of a start goes, for {@code --verbose}. */
final class Stopwatch {
    private final long started = System.nanoTime();
    private final StringBuilder lines = new StringBuilder();

    /** Notes that something is done now. */
    synchronized void mark(String what) {
        long ms = (System.nanoTime() - started) / 1_000_000;
        lines.append(String.format(Locale.ROOT, "%7d ms  %s%n", ms, what));
    }

    /** All notes, after how long the JVM took to come this far. */
    synchronized String lines() {
        long ms = (System.nanoTime() - started) / 1_000_000;
        String jvm =
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(start -> Duration.between(start, Instant.now()).toMillis() - ms)
                        .map(
                                before ->
                                        String.format(
                                                Locale.ROOT,
                                                "%7d ms  before the first word was read%n",
                                                before))
                        .orElse("");
        return jvm + lines;
    }
}
