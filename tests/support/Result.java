package support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bson.Document;

/**
 * The result of a command.
 *
 * @param command the command, for messages
 * @param exitCode the exit code
 * @param out all of standard output
 * @param err all of standard error
 */
public record Result(String command, int exitCode, String out, String err) {
    /** Asserts the exit code. */
    public Result exits(int code) {
        assertThat(exitCode).as(this::toString).isEqualTo(code);
        return this;
    }

    /** Asserts that both streams together contain each of the texts. */
    public Result says(String... texts) {
        assertThat(out + err).as(this::toString).contains(texts);
        return this;
    }

    /** Asserts that neither stream contains any of the texts. */
    public Result neverSays(String... texts) {
        assertThat(out + err).as(this::toString).doesNotContain(texts);
        return this;
    }

    /** Asserts that an error is a line with the message and a line with the hint, without a stack trace. */
    public Result complainsBriefly() {
        assertThat(err.strip().lines()).as(this::toString).hasSizeGreaterThanOrEqualTo(2);
        assertThat(out + err).as(this::toString).doesNotContain("\tat ", "Exception in thread");
        return this;
    }

    /** Returns standard output as the one JSON document that {@code --json} promises. */
    public Document json() {
        return Json.object(out);
    }

    /** Returns {@code error} of the JSON answer. */
    public Document error() {
        Document error = json().get("error", Document.class);
        assertThat(error).as(this::toString).isNotNull();
        return error;
    }

    /** Returns {@code steps} of the JSON answer. */
    public List<Document> steps() {
        List<Document> steps = json().getList("steps", Document.class);
        assertThat(steps).as(this::toString).isNotNull();
        return steps;
    }

    /** Returns {@code problems} of the JSON answer. */
    public List<Document> problems() {
        List<Document> problems = json().getList("problems", Document.class);
        assertThat(problems).as(this::toString).isNotNull();
        return problems;
    }

    /** Returns the kinds of the problems of the JSON answer, in their order. */
    public List<String> problemKinds() {
        return problems().stream().map(problem -> problem.getString("kind")).toList();
    }

    @Override
    public String toString() {
        return "%s: exit %d%n--- out%n%s--- err%n%s---".formatted(command, exitCode, out, err);
    }
}
