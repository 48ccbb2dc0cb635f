package migopy.command;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures the phases of a start, for {@code --verbose}. */
final class Stopwatch {
    private final long started = System.nanoTime();
    private final List<Mark> marks = new ArrayList<>();

    /** A point in time. Formatted on demand, because that takes longer than marking. */
    private record Mark(String what, long nanos) {
        String line() {
            return String.format(Locale.ROOT, "%7d ms  %s%n", nanos / 1_000_000, what);
        }
    }

    /** Marks the end of a phase. */
    synchronized void mark(String what) {
        marks.add(new Mark(what, System.nanoTime() - started));
    }

    /** Returns all marks, after the JVM's own start-up time. */
    synchronized String lines() {
        StringBuilder lines = new StringBuilder();
        long here = System.nanoTime() - started;
        // The operating system knows a process's start by whole seconds only.
        long sinceStart = TimeUnit.MILLISECONDS.toNanos(
                ManagementFactory.getRuntimeMXBean().getUptime());
        lines.append(new Mark("before main", sinceStart - here).line());
        marks.forEach(mark -> lines.append(mark.line()));
        return lines.toString();
    }
}
