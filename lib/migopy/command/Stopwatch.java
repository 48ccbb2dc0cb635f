package migopy.command;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

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
        long here = System.nanoTime() - started;
        // The operating system tells of a process's start by whole seconds of its own.
        long sinceStart = TimeUnit.MILLISECONDS.toNanos(
                ManagementFactory.getRuntimeMXBean().getUptime());
        lines.append(new Mark("before the first word was read", sinceStart - here).line());
        marks.forEach(mark -> lines.append(mark.line()));
        return lines.toString();
    }
}
