package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * The result of {@code execute}, {@code rollback} or {@code ignore}, or what it would do.
 *
 * @param run the run's id
 * @param steps those that were started, in order; with {@code --dry-run} the planned ones
 * @param dryRun whether it was a dry run
 * @param exitCode the exit code (docs/reference.md)
 * @param problems why it was refused; else empty
 * @param error why it ended early, or null; also null if a step's report says it
 */
public record RunAnswer(
        String run, List<StepReport> steps, boolean dryRun, int exitCode, List<Problem> problems, MigopyException error)
        implements Answer {

    public RunAnswer {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }

    @Override
    public boolean isError() {
        return error != null || steps.stream().anyMatch(step -> step.error() != null);
    }

    /** Prints the rest after the steps, which are printed as they end; planned ones are printed here. */
    @Override
    public void words(Words out) {
        if (dryRun && error == null) {
            plan(out);
            return;
        }
        if (!steps.isEmpty()) {
            ended(out);
        }
        if (error != null) {
            if (!steps.isEmpty()) {
                out.gap();
            }
            ErrorAnswer.of(error, problems).words(out);
        } else if (steps.isEmpty()) {
            out.line("Nothing to do.");
        }
    }

    private void plan(Words out) {
        if (steps.isEmpty()) {
            out.line("Nothing to do.");
            return;
        }
        Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT);
        steps.forEach(step -> table.row(step.outcome().word(), step.name(), direction(step)));
        table.print();
        out.gap();
        out.line(Wording.number(steps.size()) + " planned, nothing was done.");
    }

    private static String direction(StepReport step) {
        return switch (step.direction()) {
            case UP -> "up()";
            case DOWN -> "down()";
            case IGNORE -> "registered, not executed";
        };
    }

    private void ended(Words out) {
        StepReport last = steps.get(steps.size() - 1);
        if (last.error() == null) {
            return;
        }
        out.gap();
        out.failure(last.name(), last.error());
        if (error == null) {
            out.line(wayOn(last));
        }
    }

    /** Returns what is still true, and what to type. */
    private String wayOn(StepReport last) {
        List<StepReport> before = new ArrayList<>(steps.subList(0, steps.size() - 1));
        before.removeIf(step -> step.outcome() == Outcome.SKIPPED || step.name().equals(last.name())); // redo
        return stays(before)
                + switch (last.outcome()) {
                    case FAILED -> failed(last);
                    case UNVERIFIED -> last.error().hint();
                    case INTERRUPTED ->
                        last.error().hint() != null
                                ? last.error().hint()
                                : last.direction() == Direction.UP ? retry(last) : settle(last);
                    default ->
                        last.error().nothingUndone()
                                ? last.error().hint()
                                : sentence(last.error().hint()) + settle(last);
                };
    }

    private static String retry(StepReport last) {
        return "Find out how far it got, then run: " + Wording.command("execute", last.name(), "--retry");
    }

    private static String settle(StepReport last) {
        return "Find out how far it got, then run: "
                + Wording.command("repair", last.name(), "--as", "applied", "--reason", "...")
                + ", or: "
                + Wording.command("repair", last.name(), "--as", "pending", "--reason", "...");
    }

    private static String stays(List<StepReport> before) {
        if (before.isEmpty()) {
            return "";
        }
        StepReport first = before.get(0);
        String outcome = " " + Words.spoken(first.outcome().word()) + ". ";
        return before.size() == 1
                ? first.name() + " stays" + outcome
                : first.name() + " to " + before.get(before.size() - 1).name() + " stay" + outcome;
    }

    /** Returns a hint with a full stop and a blank; nothing for null. */
    private static String sentence(String hint) {
        return hint == null || hint.isBlank() ? "" : hint.strip().replaceFirst("[.]$", "") + ". ";
    }

    private static String failed(StepReport last) {
        String hint = last.error().hint();
        if (hint != null && !hint.isBlank()) {
            return hint.contains(MigopyException.COMMAND) ? hint : sentence(hint) + "Then run: {migopy} execute";
        }
        // How far it got before a timeout or a signal is unknown, so the journal counts it as interrupted.
        return switch (last.error().type()) {
            case "timeout", "interrupted" -> retry(last);
            default -> "Fix " + last.name() + ".java, then run: {migopy} execute";
        };
    }

    @Override
    public Document json() {
        if (error != null && (dryRun || steps.isEmpty())) {
            return ErrorAnswer.of(error, problems).json().append("exitCode", exitCode);
        }
        Document answer = new Document("run", run)
                .append("steps", steps.stream().map(step -> Json.step(step)).toList());
        boolean reported = steps.stream().anyMatch(step -> step.error() != null);
        if (error != null && !reported) {
            answer.append("error", Json.error(ErrorAnswer.of(error, problems)));
        }
        return answer.append("exitCode", exitCode);
    }
}
