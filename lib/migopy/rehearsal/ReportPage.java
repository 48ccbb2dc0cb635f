package migopy.rehearsal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.console.Wording;
import migopy.dump.CollectionCopy.Copied;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.Definition.DefinitionChange;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.rehearsal.RehearsedMigration.Estimate;
import migopy.rehearsal.RehearsedMigration.Undo;
import migopy.rehearsal.RehearsedMigration.Verdict;

/** A rehearsal as one HTML file that needs no script and no other file. */
final class ReportPage {
    private static final String STYLE = """
        :root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --back: #ffffff; --card: #f6f8fa;
          --line: #d1d9e0; --good: #1a7f37; --bad: #b3261e; --changed: #8250df; --inserted: #1a7f37;
          --deleted: #b3261e; --unchanged: #818b98; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117;
          --card: #161b22; --line: #3d444d; --good: #3fb950; --bad: #ff7b72; --changed: #ab7df8;
          --inserted: #3fb950; --deleted: #ff7b72; --unchanged: #656c76; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: var(--text); background: var(--back);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 0; display: inline; }
        p, ul { margin: .25rem 0; } .dim { color: var(--dim); }
        .good { color: var(--good); } .bad { color: var(--bad); }
        section { border: 1px solid var(--line); border-radius: .5rem; background: var(--card);
          padding: .75rem 1rem; margin: 1rem 0; }
        .bar { display: flex; height: .75rem; border-radius: .375rem; overflow: hidden; margin: .25rem 0; }
        .bar span { min-width: 2px; } .changed { background: var(--changed); } .inserted { background: var(--inserted); }
        .deleted { background: var(--deleted); } .unchanged { background: var(--unchanged); }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        a { color: inherit; } th, td { overflow-wrap: normal; text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--line); }
        td.number, th.number { text-align: right; white-space: nowrap; }
        code, pre { font: .85rem/1.4 ui-monospace, monospace; } pre { overflow-x: auto; margin: .25rem 0; white-space: pre-wrap; }
        """;

    /** The headings of columns of numbers. */
    private static final Set<String> NUMBERS = Set.of("Documents", "Of", "Line", "Calls", "Matched", "Time");

    private final StringBuilder page = new StringBuilder();

    private ReportPage() {}

    /** Returns the page. */
    static String of(RehearsalAnswer answer) {
        return new ReportPage().written(answer);
    }

    private String written(RehearsalAnswer answer) {
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(escaped("Rehearsal of " + answer.source()))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n");
        line("h1", "", "Rehearsal of " + answer.source());
        line(
                "p",
                "dim",
                "On a copy, %s, %s"
                        .formatted(
                                answer.scratch(), answer.startedAt().toString().replaceFirst("\\..*", "Z")));
        line("p", answer.exitCode() == 0 ? "good" : "bad", answer.summary());
        overview(answer);
        answer.migrations().forEach(this::migration);
        copied(answer.copied());
        if (!answer.masked().isEmpty()) {
            line("p", "dim", "Masked in the copy: " + String.join(", ", answer.masked()));
        }
        return page.append("</body>\n</html>\n").toString();
    }

    private void overview(RehearsalAnswer answer) {
        table("Migration", "Result", "up()", "down()");
        for (RehearsedMigration one : answer.migrations()) {
            String down = one.down() == null
                    ? "not called"
                    : one.down().verdict() == Verdict.NO_DOWN
                            ? "none"
                            : one.down().verdict().sentence();
            page.append("<tr><td><a href=\"#")
                    .append(escaped(one.name()))
                    .append("\">")
                    .append(escaped(one.name()))
                    .append("</a></td>");
            page.append("<td class=\"")
                    .append(one.hasFinding() ? "bad" : "good")
                    .append("\">")
                    .append(one.state())
                    .append("</td>");
            cell(
                    "",
                    Wording.duration(
                            one.up().durationMs() == null ? 0 : one.up().durationMs()));
            cell("", down);
            page.append("</tr>\n");
        }
        endTable();
    }

    private void migration(RehearsedMigration one) {
        page.append("<section id=\"").append(escaped(one.name())).append("\">\n");
        page.append("<h2>")
                .append(escaped(one.name()))
                .append("</h2> <span class=\"")
                .append(one.hasFinding() ? "bad" : "good")
                .append("\">")
                .append(one.state())
                .append("</span>\n");
        if (one.up().error() != null) {
            line("p", "bad", one.upFailed() + ": " + one.up().error().shown());
            one.up().error().frames().forEach(frame -> line("pre", "", frame));
        }
        changes(one.changes());
        if (one.verify() != null && one.verify().error() != null) {
            line("p", "bad", "verify() failed: " + one.verify().error().shown());
            one.verify().error().frames().forEach(frame -> line("pre", "", frame));
        }
        undo("up() again", one.again(), "changes nothing");
        undo("down()", one.down(), "leads back to the same state");
        one.estimates().stream()
                .filter(estimate -> estimate.documents() != null)
                .forEach(this::estimate);
        one.findings().forEach(each -> line("p", "bad", RehearsalAnswer.described(each)));
        calls(one);
        page.append("</section>\n");
    }

    private void changes(Changes changes) {
        changes.documents().forEach(this::collection);
        if (!changes.definitions().isEmpty()) {
            page.append("<ul>\n");
            for (DefinitionChange one : changes.definitions()) {
                line("li", "", RehearsalAnswer.described(one));
            }
            page.append("</ul>\n");
        }
    }

    private void collection(CollectionChange change) {
        line("p", "", change.collection() + ": " + RehearsalAnswer.counted(change));
        page.append("<div class=\"bar\" role=\"img\" aria-label=\"")
                .append(escaped(RehearsalAnswer.counted(change)))
                .append("\">");
        bar("changed", change.changed());
        bar("inserted", change.inserted());
        bar("deleted", change.deleted());
        bar("unchanged", change.unchanged());
        page.append("</div>\n");
        if (change.shapes().changes().isEmpty() && change.shapes().renames().isEmpty()) {
            return;
        }
        table("Field", "Before", "After", "Documents");
        for (Map.Entry<Shapes.Renamed, Long> one : change.shapes().renames().entrySet()) {
            row(one.getKey().from(), "", "renamed to " + one.getKey().to(), one.getValue());
        }
        for (Map.Entry<Shapes.FieldChange, Long> one : change.shapes().changes().entrySet()) {
            row(
                    one.getKey().path(),
                    RehearsalAnswer.shown(one.getKey().was()),
                    RehearsalAnswer.shown(one.getKey().is()),
                    one.getValue());
        }
        endTable();
    }

    private void row(String first, String second, String third, long count) {
        page.append("<tr>");
        cell("", first);
        cell("", second);
        cell("", third);
        cell("number", "%,d".formatted(count));
        page.append("</tr>\n");
    }

    private void bar(String name, long count) {
        if (count > 0) {
            page.append("<span class=\"")
                    .append(name)
                    .append("\" style=\"flex:")
                    .append(count)
                    .append("\"></span>");
        }
    }

    private void undo(String what, Undo undo, String same) {
        if (undo == null) {
            return;
        }
        line("p", undo.isFinding() ? "bad" : "dim", what + " " + undo.verdict().sentence(same));
        if (undo.verdict() == Verdict.FAILED) {
            line("p", "bad", undo.report().error().shown());
        } else if (undo.verdict() == Verdict.DIFFERS) {
            changes(undo.changes());
        }
    }

    private void estimate(Estimate one) {
        line("p", "dim", one.sentence());
    }

    private void calls(RehearsedMigration migration) {
        List<ObservedCalls> calls =
                migration.calls().stream().filter(one -> one.line() > 0).toList();
        if (calls.isEmpty()) {
            return;
        }
        page.append("<details><summary>Calls</summary>\n");
        table("Line", "Source", "Command", "Calls", "Matched", "Time");
        for (ObservedCalls one : calls) {
            page.append("<tr>");
            cell("number", String.valueOf(one.line()));
            page.append("<td><code>")
                    .append(escaped(migration.sourceLine(one.line())))
                    .append("</code></td>");
            cell("", one.command() + " " + one.collection());
            cell("number", "%,d".formatted(one.calls()));
            cell("number", "%,d".formatted(one.matched()));
            cell("number", Wording.duration(one.nanos() / 1_000_000));
            page.append("</tr>\n");
        }
        endTable();
        page.append("</details>\n");
    }

    private void copied(List<Copied> copied) {
        table("Copied", "Documents", "Of");
        for (Copied one : copied) {
            page.append("<tr>");
            cell("", one.collection());
            cell("number", "%,d".formatted(one.documents()));
            cell("number", "%,d".formatted(one.total()));
            page.append("</tr>\n");
        }
        endTable();
    }

    private void table(String... heads) {
        page.append("<div class=\"scroll\"><table>\n<tr>");
        for (String head : heads) {
            page.append(NUMBERS.contains(head) ? "<th class=\"number\">" : "<th>")
                    .append(escaped(head))
                    .append("</th>");
        }
        page.append("</tr>\n");
    }

    private void endTable() {
        page.append("</table></div>\n");
    }

    private void cell(String style, String text) {
        line("td", style, text);
    }

    private void line(String element, String style, String text) {
        page.append('<').append(element);
        if (!style.isEmpty()) {
            page.append(" class=\"").append(style).append('"');
        }
        page.append('>').append(escaped(text)).append("</").append(element).append(">\n");
    }

    private static String escaped(String text) {
        return Wording.visible(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
