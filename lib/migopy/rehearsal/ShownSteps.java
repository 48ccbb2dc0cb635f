package migopy.rehearsal;

import java.util.List;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.run.Runner.RunResult;

/**
 * The steps of runs on the scratch database as a rehearsal shows them: without hints, which are about the copy, and without
 * values of documents unless they are wanted.
 */
record ShownSteps(boolean plainValues) {
    /** Returns the only step of a run, with an error if its outcome is unknown. */
    StepReport of(RunResult result) {
        StepReport step = result.steps().get(0);
        if (step.outcome() != Outcome.UNKNOWN || step.error() != null || result.error() == null) {
            return of(step);
        }
        StepError unknown =
                new StepError(MigopyException.class.getName(), result.error().getMessage(), List.of(), List.of(), null);
        return of(new StepReport(step.name(), step.direction(), step.outcome(), step.durationMs(), unknown));
    }

    StepReport of(StepReport step) {
        StepError error = step.error();
        if (error == null) {
            return step;
        }
        List<StepError.Cause> causes = error.causes().stream()
                .map(cause ->
                        new StepError.Cause(cause.type(), withoutValues(cause.type(), cause.message()), cause.frames()))
                .toList();
        StepError shown =
                new StepError(error.type(), withoutValues(error.type(), error.message()), error.frames(), causes, null);
        return new StepReport(step.name(), step.direction(), step.outcome(), step.durationMs(), shown);
    }

    /** The server quotes values of documents in its messages; the JVM quotes code. */
    private String withoutValues(String type, String message) {
        boolean code = type.equals("java.lang.NullPointerException") && message.startsWith("Cannot ");
        return plainValues || code
                ? message
                : message.replaceAll("(?s) The full response is \\{.*", "")
                        .replaceAll("(?s)dup key: \\{.*", "dup key: {?}")
                        .replaceAll("\"[^\"]*\"", "\"?\"");
    }
}
