package migopy.console;

import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.StepError.Cause;
import org.bson.Document;

/**
 * Why a command did nothing or did not finish.
 *
 * @param kind the error's kind: {@code refused}
 * @param message one line: what happened
 * @param causes what led to the exception that the message is about; may be empty
 * @param hint one line: what to type next; may be empty
 * @param exitCode the exit code (docs/reference.md)
 * @param problems the migrations' problems that caused it; may be empty
 */
public record ErrorAnswer(
        String kind, String message, List<Cause> causes, String hint, int exitCode, List<Problem> problems)
        implements Answer {

    public ErrorAnswer {
        causes = List.copyOf(causes);
        problems = List.copyOf(problems);
    }

    /** Returns the answer for an exception and its problems. */
    public static ErrorAnswer of(MigopyException error, List<Problem> problems) {
        return new ErrorAnswer(
                error.kind().word(),
                error.getMessage(),
                error.causes(),
                error.hint() == null ? "" : error.hint(),
                error.kind().exitCode(),
                problems);
    }

    @Override
    public boolean isError() {
        return true;
    }

    @Override
    public void words(Words out) {
        if (problems.isEmpty()) {
            error(out);
            return;
        }
        out.problems(problems, false);
        // The message of a refusal repeats its first problem.
        boolean said = problems.stream().anyMatch(problem -> message.startsWith(problem.message()));
        if (!said && problems.size() > 1) {
            out.gap();
            error(out);
        }
    }

    private void error(Words out) {
        out.error(message, Words.unsaid(message, causes), hint);
    }

    @Override
    public Document json() {
        Document answer = new Document("error", Json.error(this));
        if (!problems.isEmpty()) {
            answer.append("problems", Json.problems(problems));
        }
        return answer.append("exitCode", exitCode);
    }
}
