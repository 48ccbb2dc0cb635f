package migopy;

import java.util.List;

/**
 * The result of a run, as {@link MigrationsManager#afterRun(RunReport)} gets it. Secrets in it are replaced by {@code ****}.
 *
 * @param command the command that was typed: {@code execute}
 * @param run the run's id, which the journal records with every step of it
 * @param database the database's name
 * @param exitCode the exit code that the process will have, unless {@code afterRun} fails or the lock is lost under it: 0 if every
 *     step succeeded (docs/reference.md)
 * @param steps those that were started, in order: each with its migration's name, its outcome, its duration and, if it failed, why
 * @param error why the run ended early, in one line; null if it did not
 * @param durationMs how long the run took in milliseconds, with its dump and its hooks, without the wait for the lock
 */
public record RunReport(
        String command,
        String run,
        String database,
        int exitCode,
        List<StepReport> steps,
        String error,
        long durationMs) {
    public RunReport {
        steps = List.copyOf(steps);
    }
}
