package migopy.rehearsal;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.StepReport.StepError;
import migopy.console.Wording;
import migopy.dump.CollectionCopy.Copied;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.Definition.DefinitionChange;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.PreImages.CollectionChange;
import migopy.rehearsal.RehearsedMigration.Estimate;
import migopy.rehearsal.RehearsedMigration.Undo;
import migopy.rehearsal.RehearsedMigration.Verdict;
import migopy.report.Finding;
import org.bson.BsonDocument;

/** A rehearsal as one HTML file that needs no script and no other file. */
final class ReportPage {
    /** In bytes, so that it can be attached to a message. */
    private static final int MOST = 480_000;

    /** How many rows a table or list has at most: the first number with which all migrations fit. */
    private static final List<Integer> ROWS = List.of(200, 50, 10);

    /** How many migrations the overview has at most. */
    private static final int OVERVIEW = 500;

    /** A validator can be long. */
    private static final int LONGEST = 2_000;

    private static final String STYLE = """
        :root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --back: #ffffff; --card: #f6f8fa;
          --line: #d1d9e0; --good: #116329; --bad: #a40e26; --warning: #7d4e00; --changed: #8250df;
          --inserted: #1a7f37; --deleted: #cf222e; --unchanged: #818b98; --code: #ffffff; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117;
          --card: #161b22; --line: #3d444d; --good: #56d364; --bad: #ff8e85; --warning: #e3b341; --changed: #ab7df8;
          --inserted: #3fb950; --deleted: #f85149; --unchanged: #767d87; --code: #0d1117; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem; color: var(--text); background: var(--back);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
        h2 { font-size: 1.15rem; margin: 0; display: inline; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
        p { margin: .25rem 0; } a { color: inherit; }
        .dim { color: var(--dim); } .good { color: var(--good); } .bad, .error { color: var(--bad); }
        .warning { color: var(--warning); } .result { font-size: 1.15rem; font-weight: 600; margin: .75rem 0; }
        .tag { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem;
          font-size: .8rem; font-weight: 600; white-space: nowrap; vertical-align: .1em; }
        section { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: 1rem;
          margin: 1rem 0; break-inside: avoid; }
        .counts { display: flex; flex-wrap: wrap; column-gap: .75rem; } .key { white-space: nowrap; font-weight: normal; }
        .key::before { content: ""; display: inline-block; width: .7em; height: .7em; border-radius: .15em;
          margin-right: .35em; background: var(--color); }
        .bar { display: flex; gap: 1px; height: .75rem; border-radius: .375rem; overflow: hidden; margin: .25rem 0; }
        .bar span { min-width: 3px; flex-basis: 0; background: var(--color); } .bar, .key { print-color-adjust: exact; }
        .changed { --color: var(--changed); } .inserted { --color: var(--inserted); }
        .deleted { --color: var(--deleted); } .unchanged { --color: var(--unchanged); }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .25rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
          border-bottom: 1px solid var(--line); }
        th { color: var(--dim); font-weight: normal; } .number { text-align: right; white-space: nowrap; padding-right: 0; }
        .time { white-space: nowrap; } .number + .number { padding-left: .75rem; }
        code, pre { font: .85rem/1.45 ui-monospace, SFMono-Regular, Consolas, monospace; }
        pre { white-space: pre-wrap; margin: .25rem 0; padding: .4rem .6rem; border: 1px solid var(--line);
          border-radius: .375rem; background: var(--code); }
        .minus { color: var(--bad); } .plus { color: var(--good); } pre.plus { border-color: currentColor; }
        .source { display: flex; gap: .5rem; } .source pre { flex: 1; min-width: 0; margin: 0; padding: 0; border: 0;
          background: none; } .what { min-width: 9rem; } .finding { border-left: .25rem solid var(--line); padding-left: .75rem; margin: .75rem 0; }
        @media (max-width: 40rem) { body { padding: 1rem .75rem; } section { padding: .75rem; }
          .name { flex-basis: 100%; } .what { min-width: 0; }
          thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
          tr { display: flex; flex-wrap: wrap; column-gap: .75rem; padding: .25rem 0; border-bottom: 1px solid var(--line); }
          td, .number + .number { border: 0; padding: 0; } td:first-child { flex-basis: 100%; }
          td:not(.number) + .number:last-child { margin-left: auto; }
          td[data-head]::before { content: attr(data-head) " "; color: var(--dim); } }
        """;

    private final int rows;
    private Html html = new Html();

    private ReportPage(int rows) {
        this.rows = rows;
    }

    /** Returns the page. What does not fit is left out, and the page says so. */
    static String of(RehearsalAnswer answer) {
        for (int rows : ROWS) {
            Html page = new ReportPage(rows).written(answer, Integer.MAX_VALUE);
            if (page.size() <= MOST) {
                return page.toString();
            }
        }
        return new ReportPage(ROWS.get(ROWS.size() - 1)).written(answer, MOST).toString();
    }

    private Html written(RehearsalAnswer answer, int most) {
        List<Html> sections = new ArrayList<>();
        for (RehearsedMigration one : answer.migrations()) {
            html = new Html();
            migration(one, sections.size());
            sections.add(html);
        }
        html = new Html();
        copied(answer);
        Html copied = html;
        html = new Html();
        head(answer);
        overview(answer.migrations());
        int size = html.size() + copied.size();
        int shown = 0;
        while (shown < sections.size() && size + sections.get(shown).size() <= most) {
            size += sections.get(shown).size();
            html.raw(sections.get(shown).toString());
            shown++;
        }
        html.left(sections.size() - shown, "migration");
        return html.raw(copied.toString()).raw("</body>\n</html>\n");
    }

    private void head(RehearsalAnswer answer) {
        String title = "Rehearsal of " + answer.source();
        html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .line("title", "", title)
                .raw("<style>\n" + STYLE + "</style>\n</head>\n<body>\n")
                .line("h1", "", title);
        String copy = "On a copy, %s, %s UTC. Fields are shown with their types, not with their values."
                .formatted(answer.scratch(), Wording.time(answer.startedAt(), ZoneOffset.UTC));
        html.line("p", "dim", copy);
        html.line("p", "result " + (answer.exitCode() == 0 ? "good" : "bad"), answer.summary());
    }

    private void overview(List<RehearsedMigration> migrations) {
        html.table(0, "Migration", "Result", "up()", "down()");
        for (int i = 0; i < Math.min(OVERVIEW, migrations.size()); i++) {
            RehearsedMigration one = migrations.get(i);
            html.raw("<tr><td><a href=\"#m" + i + "\">").text(one.name()).raw("</a></td><td>");
            tag(one);
            html.raw("</td>");
            html.cell("up()", "time", duration(one.up().durationMs()));
            html.cell(
                    "down()",
                    "",
                    one.down() == null ? "not called" : one.down().verdict().sentence());
            html.raw("</tr>\n");
        }
        html.endTable(migrations.size() - OVERVIEW, "migration");
    }

    private static String duration(Long ms) {
        return ms == null ? "not called" : Wording.duration(ms);
    }

    private void tag(RehearsedMigration one) {
        html.line("span", "tag " + (one.hasFinding() ? "bad" : "good"), one.state());
    }

    private void migration(RehearsedMigration one, int index) {
        html.raw("<section id=\"m" + index + "\">\n").line("h2", "", one.name());
        tag(one);
        String down = one.down() == null || one.down().report() == null
                ? ""
                : ", down() " + duration(one.down().report().durationMs());
        html.line("p", "dim", "up() " + duration(one.up().durationMs()) + down);
        if (one.up().error() != null) {
            failure(one.upFailed(), one.up().error());
        }
        if (one.verify() != null && one.verify().error() != null) {
            failure("verify() failed", one.verify().error());
        }
        one.findings().stream().limit(rows).forEach(this::finding);
        html.left(one.findings().size() - rows, "finding");
        changes(one.changes());
        undo("up() again", one.again(), "changes nothing");
        undo("down()", one.down(), "leads back to the same state");
        calls(one);
        estimates(one.estimates());
        html.raw("</section>\n");
    }

    private void failure(String what, StepError error) {
        html.line("p", "bad", what + ": " + error.shown());
        error.causes().forEach(cause -> html.line("p", "bad", "caused by: " + cause.shown()));
        html.code("", error.frames());
    }

    private void finding(Finding one) {
        html.raw("<div class=\"finding\">\n<p>")
                .line("span", "tag " + one.severity().word(), one.severity().word())
                .line("strong", "", one.rule())
                .text((one.line() == null ? "" : "line " + one.line() + ": ") + one.message())
                .raw("</p>\n");
        html.code("", one.code() == null ? List.of() : List.of(shortened(one.code())));
        html.code("plus", one.hint().lines().toList());
        if (!one.why().isEmpty()) {
            html.line("p", "dim", one.why());
        }
        html.raw("</div>\n");
    }

    private void changes(Changes changes) {
        changes.documents().stream().limit(rows).forEach(this::collection);
        html.left(changes.documents().size() - rows, "collection");
        if (!changes.definitions().isEmpty()) {
            html.line("h3", "", "Definitions").raw("<pre>");
            changes.definitions().stream().limit(rows).forEach(this::definition);
            html.raw("</pre>\n");
        }
        html.left(changes.definitions().size() - rows, "definition");
    }

    private void definition(DefinitionChange change) {
        String what = change.subject();
        if (change.was() != null) {
            html.line("span", "minus", "- " + what + details(change.was()));
        }
        if (change.is() != null) {
            html.line("span", "plus", "+ " + what + details(change.is()));
        }
    }

    private static String details(BsonDocument definition) {
        return definition.isEmpty() ? "" : " " + shortened(definition.toJson());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }

    private void collection(CollectionChange change) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("changed", change.changed());
        counts.put("inserted", change.inserted());
        counts.put("deleted", change.deleted());
        counts.put("unchanged", change.unchanged());
        counts.values().removeIf(count -> count == 0);
        html.raw("<h3 class=\"counts\">").line("span", "name", change.collection());
        counts.forEach((name, count) -> html.line("span", "key " + name, Wording.number(count) + " " + name));
        html.raw("</h3>\n<div class=\"bar\" role=\"img\" aria-label=\"")
                .text(RehearsalAnswer.counted(change))
                .raw("\">");
        counts.forEach(
                (name, count) -> html.raw("<span class=\"" + name + "\" style=\"flex-grow:" + count + "\"></span>"));
        html.raw("</div>\n");
        fields(change.shapes());
    }

    private void fields(Shapes shapes) {
        Map<Shapes.Renamed, Long> renames = shapes.renames();
        Map<Shapes.FieldChange, Long> changes = shapes.changes();
        int all = renames.size() + changes.size();
        if (all == 0) {
            return;
        }
        html.table(1, "Field", "Change", "Documents");
        renames.entrySet().stream()
                .limit(rows)
                .forEach(one ->
                        row(one.getKey().from(), "renamed to " + one.getKey().to(), one.getValue()));
        changes.entrySet().stream().limit(Math.max(0, rows - renames.size())).forEach(one -> {
            Shapes.FieldChange field = one.getKey();
            row(field.path(), field.types("\u2192"), one.getValue());
        });
        html.endTable(all - rows, "field");
        if (shapes.others() > 0) {
            html.line("p", "dim", Wording.number(shapes.others()) + " more differences of other fields");
        }
    }

    private void row(String field, String change, long documents) {
        html.raw("<tr>")
                .line("td", "", field)
                .line("td", "", change)
                .line("td", "number", Wording.number(documents))
                .raw("</tr>\n");
    }

    private void undo(String what, Undo undo, String same) {
        if (undo == null) {
            return;
        }
        if (undo.verdict() == Verdict.FAILED) {
            failure(what + " failed", undo.report().error());
            return;
        }
        html.line(
                "p", undo.isFinding() ? "bad" : "", what + " " + undo.verdict().sentence(same));
        if (undo.verdict() == Verdict.DIFFERS) {
            html.raw("<div class=\"finding\">\n");
            changes(undo.changes());
            html.raw("</div>\n");
        }
    }

    private void estimates(List<Estimate> all) {
        List<Estimate> known =
                all.stream().filter(one -> one.documents() != null).toList();
        if (!known.isEmpty()) {
            html.line("h3", "", "Estimate");
            known.stream().limit(rows).forEach(one -> html.line("p", "", one.sentence()));
            html.left(known.size() - rows, "estimate");
        }
    }

    private void calls(RehearsedMigration migration) {
        List<ObservedCalls> calls =
                migration.calls().stream().filter(one -> one.line() > 0).toList();
        if (calls.isEmpty()) {
            return;
        }
        html.line("h3", "", "Calls");
        html.table(3, "Source", "Command", "Calls", "Matched", "Time");
        for (ObservedCalls one : calls.subList(0, Math.min(rows, calls.size()))) {
            html.raw("<tr><td><div class=\"source\">").line("span", "dim", Integer.toString(one.line()));
            html.code("", migration.statement(one.line()));
            html.raw("</div></td>").line("td", "what", one.command() + " " + one.collection());
            html.cell("calls", "number", Wording.number(one.calls()));
            html.cell("matched", "number", Wording.number(one.matched()));
            html.cell("in", "number", Wording.duration(one.nanos() / 1_000_000));
            html.raw("</tr>\n");
        }
        html.endTable(calls.size() - rows, "call");
    }

    private void copied(RehearsalAnswer answer) {
        List<Copied> copied = answer.copied();
        int shown = Math.min(ROWS.get(0), copied.size());
        html.line("h3", "", "The copy");
        html.table(3, "Collection", "Documents", "Of", "Indexes");
        for (Copied one : copied.subList(0, shown)) {
            html.raw("<tr>").line("td", "", one.collection());
            html.cell("documents", "number", Wording.number(one.documents()));
            html.cell("of", "number", Wording.number(one.total()));
            html.cell("indexes", "number", Wording.number(one.indexes()));
            html.raw("</tr>\n");
        }
        html.endTable(copied.size() - shown, "collection");
        if (!answer.masked().isEmpty()) {
            html.line("p", "dim", "Masked in the copy: " + String.join(", ", answer.masked()));
        }
    }
}
