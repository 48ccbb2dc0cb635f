package migopy.rehearsal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.console.Wording;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.rehearsal.RehearsedMigration.Undo;
import migopy.rehearsal.RehearsedMigration.Verdict;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.report.Findings;

/** What is wrong in a rehearsal, as the findings of a check: what lint finds, and what the calls have shown. */
final class RehearsalFindings {
    private static final String AGAIN = "After an interruption, up() may be called on its own result.";
    private static final String NOT_AGAIN = "Let up() skip what it has changed before";

    private RehearsalFindings() {}

    static Findings of(RehearsalAnswer answer, String directory) {
        Map<String, Long> durations = new LinkedHashMap<>();
        List<Finding> findings = new ArrayList<>();
        for (RehearsedMigration one : answer.migrations()) {
            if (one.up().durationMs() != null) {
                durations.put(one.name(), one.up().durationMs());
            }
            findings.addAll(of(one));
        }
        return new Findings(
                "rehearse",
                directory,
                answer.migrations().stream().map(RehearsedMigration::name).toList(),
                durations,
                findings,
                List.of(),
                false);
    }

    private static List<Finding> of(RehearsedMigration one) {
        List<Finding> findings = new ArrayList<>(one.findings());
        if (one.up().error() != null) {
            findings.add(Finding.failure(
                    "up_failed",
                    one.name(),
                    one.upFailed(),
                    one.up().error(),
                    "execute would stop at this migration.",
                    "Fix up(), then rehearse again"));
        }
        if (one.verify() != null && one.verify().error() != null) {
            findings.add(Finding.failure(
                    "verify_failed",
                    one.name(),
                    "verify() failed",
                    one.verify().error(),
                    "execute would stop at this migration, which would stay applied.",
                    "Fix up() or verify(), then rehearse again"));
        }
        if (one.again() != null && one.again().isFinding()) {
            findings.add(undone(one, "twice", "a second up()", one.again(), AGAIN, NOT_AGAIN));
        }
        if (one.down() != null && one.down().isFinding()) {
            String hint = one.down().verdict() == Verdict.FAILED
                    ? "Fix down(), then rehearse again"
                    : "Let down() undo what up() does, or remove it: then rollback refuses this migration";
            findings.add(undone(
                    one, "down", "down()", one.down(), "A rollback would not lead back to the state before.", hint));
        }
        return findings;
    }

    private static Finding undone(
            RehearsedMigration one, String rule, String what, Undo undo, String why, String hint) {
        if (undo.verdict() == Verdict.FAILED) {
            return Finding.failure(
                    rule + "_failed",
                    one.name(),
                    what + " failed",
                    undo.report().error(),
                    why,
                    hint);
        }
        String message = what + " " + undo.verdict().sentence() + ": " + Wording.some(differences(undo.changes()));
        return new Finding(rule + "_differs", Severity.ERROR, one.name(), null, null, null, message, why, hint, null);
    }

    private static List<String> differences(Changes changes) {
        List<String> differences = new ArrayList<>();
        for (CollectionChange one : changes.documents()) {
            if (!one.isEmpty()) {
                List<String> fields = new ArrayList<>();
                one.shapes()
                        .changes()
                        .forEach((field, count) -> fields.add(
                                "%s: %s in %s".formatted(field.path(), field.types("->"), Wording.number(count))));
                differences.add(one.collection() + ": " + RehearsalAnswer.counted(one)
                        + (fields.isEmpty() ? "" : " (" + Wording.some(fields) + ")"));
            }
        }
        changes.definitions().forEach(one -> differences.add(RehearsalAnswer.described(one)));
        return differences;
    }
}
