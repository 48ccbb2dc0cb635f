package migopy.console;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import migopy.StepReport;
import migopy.StepReport.Direction;

/** What happens while a command runs. {@link Console} shows it as text, JSON or a progress line. */
public sealed interface Event {
    /**
     * A run has started.
     *
     * @param database the database's name
     * @param server the server's address, without secrets: {@code localhost:27017}
     * @param run the run's id
     */
    record RunStarted(String database, String server, String run) implements Event {}

    /** Information for the user that is not an error. */
    record Notice(String text) implements Event {}

    /** Another run holds the lock; this one waits for it until {@code until}. */
    record WaitingForLock(String holder, Instant until) implements Event {}

    /** The names of all steps, so that their lines can be aligned. Optional, before the first step. */
    record Planned(List<String> names) implements Event {}

    record StepStarted(String name, Direction direction) implements Event {}

    record StepEnded(StepReport step) implements Event {}

    /**
     * The progress of a long operation.
     *
     * @param name the migration, or the collection that is dumped
     * @param unit what is counted: {@code docs}, {@code bytes}
     * @param done how many are done
     * @param total the estimated total; 0 if unknown
     * @param perSecond the current rate
     * @param batch the duration of the last batch; zero if there are no batches
     * @param lag the replication lag of the slowest secondary; zero if unknown
     */
    record Progress(String name, String unit, long done, long total, double perSecond, Duration batch, Duration lag)
            implements Event {}

    /** The operation called {@code name} has ended. */
    record ProgressEnded(String name) implements Event {}
}
