package migopy.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where the time of a start goes, for {@code --verbose}. */
final class Stopwatch {
    private final long started = System.nanoTime();
    private final List<Mark> marks = new ArrayList<>();

    /** Something was done by then. Put into words only when asked: formatting takes longer. */
    private record Mark(String what, long nanos) {
        String line() {
            return String.format(Locale.ROOT, "%7d ms  %s%n", nanos / 1_000_000, what);
        }
    }

    /** Notes that something is done now. */
    synchronized void mark(String what) {
        marks.add(new Mark(what, System.nanoTime() - started));
    }

    /** All notes, after how long the JVM took to come this far. */
    synchronized String lines() {
        StringBuilder lines = new StringBuilder();
        Duration here = Duration.ofNanos(System.nanoTime() - started);
        ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).minus(here))
                .map(before -> new Mark("before the first word was read", before.toNanos()))
                .ifPresent(before -> lines.append(before.line()));
        marks.forEach(mark -> lines.append(mark.line()));
        return lines.toString();
    }
}
