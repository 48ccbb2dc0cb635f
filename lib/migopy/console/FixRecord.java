package migopy.console;

import org.bson.Document;

import java.time.Instant;

/**
 * One ad-hoc fix or shell, as it was recorded. Whatever is unknown is null.
 *
 * @param run the run's id
 * @param kind {@code java}, {@code jshell} or {@code shell}
 * @param file as it was typed; {@code -} for standard input
 * @param outcome {@code applied}, {@code failed}, {@code running} or {@code interrupted}
 * @param startedAt by the server's clock
 * @param finishedAt by the server's clock
 * @param durationMs in milliseconds
 * @param source the text; null in a list
 * @param output the last 64 kB that it printed; null in a list
 */
public record FixRecord(
        String run,
        String kind,
        String file,
        String outcome,
        String reason,
        Instant startedAt,
        Instant finishedAt,
        Long durationMs,
        String user,
        String host,
        Long pid,
        String migopy,
        StepError error,
        String checksum,
        String source,
        String output)
        implements Answer {

    String who() {
        return user == null ? "" : host == null ? user : user + "@" + host;
    }

    @Override
    public void words(Words out) {
        Table table =
                new Table(
                        out,
                        Table.Align.LEFT,
                        Table.Align.LEFT,
                        Table.Align.LEFT,
                        Table.Align.RIGHT,
                        Table.Align.LEFT);
        table.row(outcome, run, file, out.time(startedAt), out.duration(durationMs), who());
        table.print();
        if (reason != null) {
            out.gap();
            reason.lines().forEach(line -> out.line("reason: " + line));
        }
        section(out, "source", source);
        section(out, "output", output);
        if (error != null) {
            out.gap();
            out.failure(file, error);
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
        fix.append("outcome", outcome);
        Json.put(fix, "reason", reason);
        Json.put(fix, "startedAt", startedAt);
        Json.put(fix, "finishedAt", finishedAt);
        Json.put(fix, "durationMs", durationMs);
        Document by = new Document();
        Json.put(by, "user", user);
        Json.put(by, "host", host);
        Json.put(by, "pid", pid);
        Json.put(by, "migopy", migopy);
        Json.put(fix, "by", by.isEmpty() ? null : by);
        Json.put(fix, "error", error == null ? null : Json.failure(error));
        Json.put(fix, "checksum", checksum);
        Json.put(fix, "source", source);
        return Json.put(fix, "output", output);
    }
}
