package migopy.console;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import migopy.StepReport;
import migopy.StepReport.Direction;

/**
 * What happens while a command works: values only, which {@link Console} puts into words, JSON or a
 * progress line.
 */
public sealed interface Event {
    /**
     * A run has begun.
     *
     * @param database the database's name
     * @param server where it is, without secrets: {@code localhost:27017}
     * @param run the run's id
     */
    record RunStarted(String database, String server, String run) implements Event {}

    /** Something a person should know that is no error. */
    record Notice(String text) implements Event {}

    /** The lock is held by another, and this run waits for it until {@code until} at the latest. */
    record WaitingForLock(String holder, Instant until) implements Event {}

    /**
     * What will be done, so that the lines of all steps are aligned. Before the first step; may be
     * left out.
     */
    record Planned(List<String> names) implements Event {}

    record StepStarted(String name, Direction direction) implements Event {}

    record StepEnded(StepReport step) implements Event {}

    /**
     * How far a long piece of work has come.
     *
     * @param name what works: a migration, or a collection that is dumped
     * @param unit what is counted: {@code docs}, {@code bytes}
     * @param done how many are done
     * @param total how many there will be, estimated; 0 if not known
     * @param perSecond the rate of late
     * @param batch how long the last batch took; zero if there are none
     * @param lag how far the slowest secondary is behind; zero if not known
     */
    record Progress(String name, String unit, long done, long total, double perSecond, Duration batch, Duration lag)
            implements Event {}

    /** The work that {@code name} stands for is over. */
    record ProgressEnded(String name) implements Event {}
}
