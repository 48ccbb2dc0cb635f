package migopy.fix;

import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Words;
import migopy.journal.Attempt;
import org.bson.Document;

/**
 * The record of a fix or a shell. What is unknown is null.
 *
 * @param run the id of its run
 * @param kind {@code java}, {@code jshell} or {@code shell}
 * @param file as it was typed; {@code -} for standard input
 * @param outcome {@code applied}, {@code failed}, {@code running} or {@code interrupted}
 * @param attempt when, by whom and why
 * @param transactional whether it ran in one transaction
 * @param source its text; null in a list
 * @param output the last 64 kB of its output; null in a list
 */
public record FixRecord(
        String run,
        String kind,
        String file,
        String outcome,
        Attempt attempt,
        boolean transactional,
        String checksum,
        String source,
        String output)
        implements Answer {

    static Table table(Words out) {
        return new Table(
                out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT);
    }

    void into(Table table, Words out) {
        table.row(
                outcome,
                run,
                file,
                out.time(attempt.startedAt()),
                out.duration(attempt.durationMs()),
                attempt.by().who());
    }

    @Override
    public void words(Words out) {
        Table table = table(out);
        into(table, out);
        table.print();
        if (attempt.reason() != null) {
            out.gap();
            attempt.reason().lines().forEach(line -> out.line("reason: " + line));
        }
        if (transactional) {
            out.line("in one transaction");
        }
        section(out, "source", source);
        section(out, "output", output);
        if (attempt.error() != null) {
            out.gap();
            out.failure(file, attempt.error());
        }
    }

    private static void section(Words out, String title, String text) {
        if (text == null || text.isBlank()) {
            return;
        }
        out.gap();
        out.line(title + ":");
        text.lines().forEach(line -> out.line("    " + line.replace("\t", "    ")));
    }

    @Override
    public Document json() {
        Document fix = new Document("run", run).append("kind", kind).append("file", file);
        attempt.facts(fix.append("outcome", outcome));
        Json.put(fix, "transactional", transactional ? true : null);
        Json.put(fix, "checksum", checksum);
        Json.put(fix, "source", source);
        return Json.put(fix, "output", output);
    }
}
