package migopy.console;

/**
 * One step of a run, as it is told to a person and to {@code --json}.
 *
 * @param name the migration's name, without {@code .java}
 * @param durationMs how long it took in milliseconds, or null while it is only planned
 * @param error why it failed, or null
 * @param reason why it was skipped, or null
 */
public record StepReport(
        String name, Direction direction, Outcome outcome, Long durationMs, StepError error, String reason) {

    /** One that was not skipped. */
    public StepReport(String name, Direction direction, Outcome outcome, Long durationMs, StepError error) {
        this(name, direction, outcome, durationMs, error, null);
    }

    /** A step that a {@code --dry-run} would do. */
    public static StepReport planned(String name, Direction direction) {
        return new StepReport(name, direction, Outcome.PLANNED, null, null);
    }
}
