package migopy.rehearsal;

import java.util.ArrayList;
import java.util.List;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.rehearsal.Definition.DefinitionChange;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.rehearsal.RehearsedMigration.Estimate;
import migopy.rehearsal.RehearsedMigration.Undo;
import migopy.rehearsal.RehearsedMigration.Verdict;
import migopy.report.Finding;

/** A rehearsal as a comment on a pull request. */
final class ReportMarkdown {
    /** By which a bot finds its own comment to replace it. */
    private static final String MARK = "<!-- migopy-rehearsal -->\n";

    /** A comment on GitHub holds 65,536 characters. */
    private static final int MOST = 59_000;

    /** How many entries a list has at most: the first number with which all migrations fit. */
    private static final List<Integer> ROWS = List.of(100, 20, 5);

    /** How many migrations the overview has at most. */
    private static final int OVERVIEW = 200;

    /** A message or a validator can be long. */
    private static final int LONGEST = 1_000;

    private final int rows;
    private StringBuilder text = new StringBuilder();
    private String indent = "";

    private ReportMarkdown(int rows) {
        this.rows = rows;
    }

    /** Returns the text. What does not fit is left out, and the text says so. */
    static String of(RehearsalAnswer answer) {
        for (int rows : ROWS) {
            String all = new ReportMarkdown(rows).written(answer, Integer.MAX_VALUE);
            if (all.length() <= MOST) {
                return all;
            }
        }
        return new ReportMarkdown(ROWS.get(ROWS.size() - 1)).written(answer, MOST);
    }

    private String written(RehearsalAnswer answer, int most) {
        head(answer);
        StringBuilder head = text;
        int shown = 0;
        for (RehearsedMigration one : answer.migrations()) {
            text = new StringBuilder();
            migration(one);
            if (head.length() + text.length() > most) {
                break;
            }
            head.append(text);
            shown++;
        }
        int left = answer.migrations().size() - shown;
        return left == 0 ? head.toString() : head + "\n" + Html.leftOut(left, "migration") + "\n";
    }

    private void head(RehearsalAnswer answer) {
        text.append(MARK + "## Rehearsal of ").append(escaped(answer.source())).append("\n\n");
        text.append(escaped(answer.summary())).append("\n\n");
        text.append("| migration | result | up() | down() |\n| --- | --- | --- | --- |\n");
        List<RehearsedMigration> migrations = answer.migrations();
        for (RehearsedMigration one : migrations.subList(0, Math.min(OVERVIEW, migrations.size()))) {
            text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            escaped(one.name()),
                            one.state(),
                            one.up().durationMs() == null
                                    ? "not called"
                                    : Wording.duration(one.up().durationMs()),
                            one.down() == null
                                    ? "not called"
                                    : one.down().verdict().sentence()));
        }
        if (migrations.size() > OVERVIEW) {
            text.append('\n')
                    .append(Html.leftOut(migrations.size() - OVERVIEW, "migration"))
                    .append('\n');
        }
        if (!answer.masked().isEmpty()) {
            text.append("\nMasked in the copy: ")
                    .append(escaped(String.join(", ", answer.masked())))
                    .append('\n');
        }
    }

    private void migration(RehearsedMigration one) {
        text.append("\n### ").append(escaped(one.name())).append("\n\n");
        if (one.up().error() != null) {
            failure(one.upFailed(), one.up().error());
        }
        if (one.verify() != null && one.verify().error() != null) {
            failure("verify() failed", one.verify().error());
        }
        one.findings().stream().limit(rows).forEach(this::finding);
        left(one.findings().size() - rows, "finding");
        changes(one.changes());
        undo("up() again", one.again(), "changes nothing");
        undo("down()", one.down(), "leads back to the same state");
        List<Estimate> estimates = one.estimates().stream()
                .filter(each -> each.documents() != null)
                .toList();
        estimates.stream().limit(rows).forEach(each -> item(each.sentence()));
        left(estimates.size() - rows, "estimate");
    }

    private void failure(String what, StepError error) {
        item(what + ": " + error.shown());
        code("", error.frames());
    }

    private void finding(Finding one) {
        String line = one.line() == null ? "" : ", line " + one.line();
        item("%s %s%s: %s".formatted(one.severity().word(), one.rule(), line, one.message()));
        code("java", one.hint().lines().toList());
    }

    /** Adds code that belongs to the last item. */
    private void code(String language, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append("  ```").append(language).append('\n');
            lines.forEach(line -> text.append("  ")
                    .append(Wording.visible(shortened(line)).replace("```", "` ` `"))
                    .append('\n'));
            text.append("  ```\n");
        }
    }

    private void changes(Changes changes) {
        List<CollectionChange> documents = changes.documents();
        documents.stream().limit(rows).forEach(this::collection);
        left(documents.size() - rows, "collection");
        changes.definitions().stream().limit(rows).forEach(this::definition);
        left(changes.definitions().size() - rows, "definition");
    }

    private void definition(DefinitionChange change) {
        String what = change.subject();
        if (change.was() != null && change.is() != null) {
            item(what + ": " + change.was().toJson() + " \u2192 " + change.is().toJson());
        } else if (change.is() == null) {
            item(what + ": dropped");
        } else {
            item(what + ": created"
                    + (change.is().isEmpty() ? "" : ", " + change.is().toJson()));
        }
    }

    private void undo(String what, Undo undo, String same) {
        if (undo != null && undo.verdict() == Verdict.FAILED) {
            failure(what + " failed", undo.report().error());
        } else if (undo != null) {
            item(what + " " + undo.verdict().sentence(same));
            if (undo.isFinding()) {
                indent = "  ";
                changes(undo.changes());
                indent = "";
            }
        }
    }

    private void collection(CollectionChange change) {
        item(change.collection() + ": " + RehearsalAnswer.counted(change));
        List<String> fields = new ArrayList<>();
        change.shapes()
                .renames()
                .forEach((one, count) ->
                        fields.add("%s: renamed to %s in %s".formatted(one.from(), one.to(), Wording.number(count))));
        change.shapes()
                .changes()
                .forEach((one, count) ->
                        fields.add("%s: %s in %s".formatted(one.path(), one.types("\u2192"), Wording.number(count))));
        for (String field : fields.subList(0, Math.min(rows, fields.size()))) {
            text.append("  ");
            item(field);
        }
        text.append(fields.size() > rows ? "  " : "");
        left(fields.size() - rows, "field");
    }

    private void left(int number, String thing) {
        if (number > 0) {
            item(Html.leftOut(number, thing));
        }
    }

    private void item(String line) {
        text.append(indent).append("- ").append(escaped(shortened(line))).append('\n');
    }

    private static String shortened(String line) {
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " ...";
    }

    /** Names and messages may contain what Markdown takes for markup. */
    private static String escaped(String text) {
        return Wording.visible(text).replaceAll("([\\\\`*_{}\\[\\]<>|#~])", "\\\\$1");
    }
}
