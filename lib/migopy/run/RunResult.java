package migopy.run;

import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;

/**
 * How a run ended.
 *
 * @param run the run's id
 * @param steps those that were started, or that are planned
 * @param problems what was in the way; empty if nothing was
 * @param error why it ended early; null if nothing, or if the last step says it
 * @param exitCode the exit code of CONTRACT, section 3
 */
public record RunResult(
        String run, List<StepReport> steps, List<Problem> problems, MigopyException error, int exitCode) {
    public RunResult {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }
}
