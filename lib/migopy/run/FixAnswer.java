package migopy.run;

import java.util.List;
import migopy.MigopyException;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Words;
import org.bson.Document;

/**
 * How an ad-hoc fix ended.
 *
 * @param run the run's id, by which {@code history} finds it
 * @param file what was run
 * @param outcome how it ended; null if it was not started
 * @param durationMs how long it took, or null
 * @param error why it failed, or null
 * @param exitCode the exit code of CONTRACT, section 3
 * @param problem why it was not started, or why nobody knows how it ended; or null
 */
public record FixAnswer(
        String run,
        String file,
        Outcome outcome,
        Long durationMs,
        StepError error,
        int exitCode,
        MigopyException problem)
        implements Answer {

    @Override
    public boolean isError() {
        return problem != null || error != null;
    }

    /** Says what is left to say once its line was told. */
    @Override
    public void words(Words out) {
        if (problem != null) {
            if (outcome != null) {
                out.gap();
            }
            ErrorAnswer.of(problem, List.of()).words(out);
        } else if (error != null) {
            out.gap();
            out.failure(file, error);
            out.line("Look how far it came. Its record: {migopy} history " + run);
        }
    }

    @Override
    public Document json() {
        if (problem != null && outcome == null) {
            return ErrorAnswer.of(problem, List.of()).json().append("exitCode", exitCode);
        }
        Document answer = new Document("run", run).append("file", file).append("outcome", outcome.word());
        Json.put(answer, "durationMs", durationMs);
        Json.put(answer, "error", error == null ? null : Json.failure(error));
        if (problem != null) {
            answer.append("error", Json.error(ErrorAnswer.of(problem, List.of())));
        }
        return answer.append("exitCode", exitCode);
    }
}
