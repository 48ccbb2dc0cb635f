package migopy.console;

import migopy.MigopyException;
import migopy.Problem;

import org.bson.Document;

import java.util.List;

/**
 * How {@code execute}, {@code rollback} or {@code ignore} ended, or what it would do.
 *
 * @param run the run's id
 * @param steps those that were started, in their order; with {@code --dry-run} those that are
 *     planned
 * @param dryRun whether nothing was done
 * @param exitCode the exit code of CONTRACT, section 3
 * @param problems why it was refused; empty otherwise
 * @param error why it ended early, or null; a failed step needs none, its report says why
 */
public record RunAnswer(
        String run,
        List<StepReport> steps,
        boolean dryRun,
        int exitCode,
        List<Problem> problems,
        MigopyException error)
        implements Answer {

    public RunAnswer {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }

    @Override
    public void words(Words out) {}

    @Override
    public Document json() {
        return new Document();
    }
}
