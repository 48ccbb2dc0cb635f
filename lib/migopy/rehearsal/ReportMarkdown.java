package migopy.rehearsal;

import java.util.Map;
import migopy.console.Wording;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.rehearsal.RehearsedMigration.Undo;

/** A rehearsal as a comment on a pull request. */
final class ReportMarkdown {
    /** By which a bot finds its own comment to replace it. */
    private static final String MARK = "<!-- migopy-rehearsal -->\n";

    /** A comment on GitHub holds 65,536 characters. */
    private static final int MOST = 60_000;

    private static final String CUT = "\n\nThe rest is left out: see report.html.\n";

    private final StringBuilder text = new StringBuilder(MARK);

    private ReportMarkdown() {}

    /** Returns the text, cut to the length of a comment. */
    static String of(RehearsalAnswer answer) {
        return new ReportMarkdown().written(answer);
    }

    private String written(RehearsalAnswer answer) {
        text.append("## Rehearsal of ").append(escaped(answer.source())).append("\n\n");
        text.append(escaped(answer.summary()))
                .append("\n\n| migration | result | up() | down() |\n| --- | --- | --- | --- |\n");
        for (RehearsedMigration one : answer.migrations()) {
            text.append("| ")
                    .append(escaped(one.name()))
                    .append(" | ")
                    .append(one.state())
                    .append(" | ")
                    .append(Wording.duration(
                            one.up().durationMs() == null ? 0 : one.up().durationMs()))
                    .append(" | ")
                    .append(one.down() == null ? "" : one.down().verdict().sentence())
                    .append(" |\n");
        }
        if (!answer.masked().isEmpty()) {
            text.append("\nMasked in the copy: ")
                    .append(escaped(String.join(", ", answer.masked())))
                    .append('\n');
        }
        answer.migrations().forEach(this::migration);
        return text.length() <= MOST ? text.toString() : text.substring(0, MOST - CUT.length()) + CUT;
    }

    private void migration(RehearsedMigration one) {
        text.append("\n### ").append(escaped(one.name())).append("\n\n");
        if (one.up().error() != null) {
            text.append(escaped(one.upFailed() + ": " + one.up().error().shown()))
                    .append("\n\n");
        }
        one.changes().documents().forEach(this::collection);
        one.changes().definitions().forEach(change -> item(RehearsalAnswer.described(change)));
        if (one.verify() != null && one.verify().error() != null) {
            item("verify() failed: " + one.verify().error().shown());
        }
        undo("up() again", one.again(), "changes nothing");
        undo("down()", one.down(), "leads back to the same state");
        one.estimates().stream().filter(each -> each.documents() != null).forEach(each -> item(each.sentence()));
        one.findings().forEach(each -> item(RehearsalAnswer.described(each)));
    }

    private void undo(String what, Undo undo, String same) {
        if (undo != null) {
            item(what + " " + undo.verdict().sentence(same));
            if (undo.report() != null && undo.report().error() != null) {
                item(undo.report().error().shown());
            }
            if (undo.isFinding()) {
                undo.changes().documents().stream()
                        .filter(one -> !one.isEmpty())
                        .forEach(this::collection);
                undo.changes().definitions().forEach(change -> item(RehearsalAnswer.described(change)));
            }
        }
    }

    private void collection(CollectionChange change) {
        item(change.collection() + ": " + RehearsalAnswer.counted(change));
        for (Map.Entry<Shapes.Renamed, Long> one : change.shapes().renames().entrySet()) {
            text.append("  ");
            item("%s renamed to %s in %,d"
                    .formatted(one.getKey().from(), one.getKey().to(), one.getValue()));
        }
        for (Map.Entry<Shapes.FieldChange, Long> one : change.shapes().changes().entrySet()) {
            text.append("  ");
            item(RehearsalAnswer.described(one.getKey(), one.getValue()));
        }
    }

    private void item(String line) {
        text.append("- ").append(escaped(line)).append('\n');
    }

    /** Names and messages may contain what Markdown takes for markup. */
    private static String escaped(String text) {
        return Wording.visible(text).replaceAll("([\\\\`*_{}\\[\\]<>|#~])", "\\\\$1");
    }
}
