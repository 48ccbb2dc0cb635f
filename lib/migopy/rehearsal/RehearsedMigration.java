package migopy.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.files.MigrationSource;
import migopy.lint.LintRules;
import migopy.lint.RehearsalRules;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.PreImages.Changes;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.run.Runner.RunResult;
import org.bson.Document;

/**
 * A migration that was rehearsed.
 *
 * @param source the text of its file
 * @param up without what {@code verify()} found
 * @param verify what {@code verify()} found; null if it was not called, or was a part of the transaction
 * @param down null if it was not tried
 * @param again a second {@code up()}; null if it was not tried
 * @param findings what lint finds in its source
 */
public record RehearsedMigration(
        String name,
        String source,
        StepReport up,
        List<ObservedCalls> calls,
        Changes changes,
        VerifyCheck verify,
        Undo down,
        Undo again,
        List<Estimate> estimates,
        List<Finding> findings) {
    private static final String INDENT = "      ";
    private static final int LONGEST_STATEMENT = 10;
    private static final int LONGEST_LINE = 300;

    RehearsedMigration with(Undo undo) {
        return new RehearsedMigration(name, source, up, calls, changes, verify, undo, again, estimates, findings);
    }

    RehearsedMigration with(List<Finding> ofAll) {
        List<Finding> own = ofAll.stream()
                .filter(one -> one.migration().equals(name) && one.counts())
                .filter(one -> one.severity() != Severity.INFO)
                .toList();
        return new RehearsedMigration(name, source, up, calls, changes, verify, down, again, estimates, own);
    }

    boolean hasFinding() {
        boolean wrong = findings.stream().anyMatch(one -> one.severity() == Severity.ERROR);
        boolean broken = up.error() != null || verify != null && verify.error() != null;
        return wrong || broken || down != null && down.isFinding() || again != null && again.isFinding();
    }

    String state() {
        return hasFinding() ? "finding" : up.outcome() == Outcome.SKIPPED ? "skipped" : "rehearsed";
    }

    void words(Words out) {
        if (up.error() != null) {
            out.failure(INDENT, upFailed(), up.error());
        }
        changes.documents().forEach(one -> RehearsalAnswer.lines(out, one));
        changes.definitions().forEach(one -> out.line(INDENT + RehearsalAnswer.described(one)));
        if (verify != null && verify.error() != null) {
            out.failure(INDENT, "verify() failed", verify.error());
        }
        if (again != null) {
            undone(out, "up() again", again, "changes nothing");
        }
        if (down != null) {
            undone(out, "down()", down, "leads back to the same state");
        }
        estimates.stream().filter(one -> one.documents() != null).forEach(one -> out.line(INDENT + one.sentence()));
        for (Finding one : findings) {
            out.line(INDENT + RehearsalAnswer.described(one));
            if (one.severity() == Severity.ERROR) {
                out.line(INDENT + INDENT + one.hint());
            }
        }
    }

    private static void undone(Words out, String what, Undo undo, String same) {
        if (undo.verdict() == Verdict.FAILED) {
            out.failure(INDENT, what + " failed", undo.report().error());
            return;
        }
        out.line("%s%s %s".formatted(INDENT, what, undo.verdict().sentence(same)));
        if (undo.verdict() == Verdict.DIFFERS) {
            undo.changes().documents().stream()
                    .filter(one -> !one.isEmpty())
                    .forEach(one -> RehearsalAnswer.lines(out, one));
            undo.changes().definitions().forEach(one -> out.line(INDENT + RehearsalAnswer.described(one)));
        }
    }

    /** Says of one that has an error that {@code up()} failed, or that it was not called. */
    String upFailed() {
        return up.error().type().equals(StepError.NOT_STARTED) ? "up() was not called" : "up() failed";
    }

    /** Returns the lines of the statement that starts in a line of the file, as far as its parentheses tell. */
    List<String> statement(int line) {
        List<String> lines = new ArrayList<>();
        int open = 0;
        for (String one :
                source.lines().skip(line - 1L).limit(LONGEST_STATEMENT).toList()) {
            lines.add(one.length() <= LONGEST_LINE ? one : one.substring(0, LONGEST_LINE) + " ...");
            open += one.replaceAll("[^(]", "").length()
                    - one.replaceAll("[^)]", "").length();
            if (open <= 0) {
                break;
            }
        }
        return String.join("\n", lines).stripIndent().lines().toList();
    }

    Document json() {
        Document json = new Document("name", name).append("up", Json.step(up));
        json.append("calls", calls.stream().map(RehearsalAnswer::json).toList());
        RehearsalAnswer.append(json, changes);
        Json.put(json, "verify", verify == null ? null : verify.json());
        Json.put(json, "down", down == null ? null : down.json());
        Json.put(json, "twice", again == null ? null : again.json());
        json.append("findings", findings.stream().map(Finding::json).toList());
        return json.append("estimates", estimates.stream().map(Estimate::json).toList());
    }

    /** Returns the calls that scan a large collection of the source. */
    List<Finding> scans(MigrationSource file, LintRules rules) {
        return estimates.stream()
                .filter(one -> one.scan() != null)
                .map(one -> RehearsalRules.scan(
                        file,
                        rules,
                        one.line(),
                        one.collection(),
                        one.scan().documents(),
                        one.scan().fields()))
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * What {@code verify()} found after {@code up()}.
     *
     * @param error why it does not hold; null if it holds
     */
    public record VerifyCheck(StepError error) {
        Document json() {
            Document json = new Document("outcome", error == null ? "holds" : "broken");
            return Json.put(json, "error", error == null ? null : Json.failure(error));
        }
    }

    /** Whether {@code down()}, or a second {@code up()}, led back to the state before it. */
    public enum Verdict {
        SAME,
        /** Only the order of fields in documents differs. */
        SAME_ORDER_DIFFERS,
        DIFFERS,
        FAILED,
        NO_DOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        String sentence() {
            return sentence("leads back to the same state");
        }

        /**
         * @param same what it says of an unchanged state
         */
        String sentence(String same) {
            return switch (this) {
                case SAME -> same;
                case SAME_ORDER_DIFFERS -> same + ", but for the order of fields";
                case DIFFERS -> "leaves differences from the state before";
                case FAILED -> "failed";
                case NO_DOWN -> "does not exist";
            };
        }
    }

    /**
     * The result of a {@code down()}, or of a second {@code up()}.
     *
     * @param report null if there is no {@code down()}
     * @param changes what differs
     */
    public record Undo(Verdict verdict, StepReport report, Changes changes) {
        static final Undo NONE = new Undo(Verdict.NO_DOWN, null, new Changes(List.of(), List.of()));

        static Undo of(StepReport report, Changes changes) {
            boolean done = report.outcome() == Outcome.ROLLED_BACK || report.outcome() == Outcome.APPLIED;
            Verdict verdict = !done
                    ? Verdict.FAILED
                    : changes.isEmpty()
                            ? Verdict.SAME
                            : changes.sameFields() ? Verdict.SAME_ORDER_DIFFERS : Verdict.DIFFERS;
            return new Undo(verdict, report, changes);
        }

        boolean isFinding() {
            return verdict == Verdict.DIFFERS || verdict == Verdict.FAILED;
        }

        Document json() {
            Document json = new Document("outcome", verdict.word());
            if (report != null) {
                Json.put(json, "durationMs", report.durationMs());
                Json.put(json, "error", report.error() == null ? null : Json.failure(report.error()));
            }
            return verdict == Verdict.DIFFERS ? RehearsalAnswer.append(json, changes) : json;
        }
    }

    /**
     * What a call would do to the source.
     *
     * @param documents how many it would match; null if that could not be counted in time
     * @param plan {@code COLLSCAN}, or the indexes: {@code IXSCAN name_1}; null if it is unknown
     * @param ms how long it would take, at the rate of the copy
     * @param scan null if the filter has an index, or is not judged
     */
    public record Estimate(int line, String collection, Long documents, String plan, Long ms, CollectionScan scan) {
        String sentence() {
            return "%s%s of %s now%s, about %s"
                    .formatted(
                            line > 0 ? "line " + line + ": " : "", // a backfill writes in threads of its own
                            Wording.count(documents, "document"),
                            collection,
                            plan == null ? "" : " by " + plan,
                            Wording.duration(ms));
        }

        Document json() {
            Document json = new Document("line", line).append("collection", collection);
            Json.put(json, "documents", documents);
            Json.put(json, "plan", plan);
            return Json.put(json, "ms", ms);
        }
    }

    /**
     * A filter without an index.
     *
     * @param documents how many the collection has
     * @param fields those of the filter
     */
    public record CollectionScan(long documents, List<String> fields) {}

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
            StepError unknown = new StepError(
                    MigopyException.class.getName(), result.error().getMessage(), List.of(), List.of(), null);
            return of(new StepReport(step.name(), step.direction(), step.outcome(), step.durationMs(), unknown));
        }

        StepReport of(StepReport step) {
            StepError error = step.error();
            if (error == null) {
                return step;
            }
            List<StepError.Cause> causes = error.causes().stream()
                    .map(cause -> new StepError.Cause(
                            cause.type(), withoutValues(cause.type(), cause.message()), cause.frames()))
                    .toList();
            StepError shown = new StepError(
                    error.type(), withoutValues(error.type(), error.message()), error.frames(), causes, null);
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
}
