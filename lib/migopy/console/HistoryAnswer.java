package migopy.console;

import java.time.Instant;
import java.util.List;
import org.bson.Document;

/**
 * Every attempt that the journal knows of.
 *
 * @param database the database's name
 * @param server where it is, without secrets
 * @param collection the journal's collection
 * @param attempts oldest first
 */
public record HistoryAnswer(String database, String server, String collection, List<Attempt> attempts)
        implements Answer {

    /**
     * One attempt. Directions and outcomes are the journal's own words, so that one of a newer
     * version is shown too.
     *
     * @param name the migration, without {@code .java}
     * @param direction {@code up}, {@code down}, {@code ignore} or {@code repair}
     * @param outcome {@code applied}, {@code failed}, ...; {@code running} while it is under way
     * @param run the run's id, or null
     * @param startedAt by the server's clock, or null
     * @param finishedAt by the server's clock, or null
     * @param durationMs in milliseconds, or null
     * @param user who, or null
     * @param host where, or null
     * @param pid the process there, or null
     * @param migopy the version of Migopy, or null
     * @param reason what a person gave as the reason of a repair, or null
     * @param error why it failed, or null
     */
    public record Attempt(
            String name,
            String direction,
            String outcome,
            String run,
            Instant startedAt,
            Instant finishedAt,
            Long durationMs,
            String user,
            String host,
            Long pid,
            String migopy,
            String reason,
            StepError error) {

        private void into(Table table, Words out) {
            String word = "repair".equals(direction) ? "repaired" : outcome;
            table.row(
                    word,
                    name,
                    out.time(startedAt == null ? finishedAt : startedAt),
                    "ignore".equals(direction) ? "" : out.duration(durationMs),
                    run == null ? "" : run,
                    who());
            if (reason != null) {
                table.under(reason);
            } else if (error != null) {
                table.under(Wording.shortened(error.shown()));
                error.causes().forEach(cause -> table.under("caused by: " + Wording.shortened(cause.shown())));
            }
        }

        String who() {
            return user == null ? "" : host == null ? user : user + "@" + host;
        }

        private Document json() {
            Document attempt =
                    new Document("name", name).append("direction", direction).append("outcome", outcome);
            return facts(Json.put(attempt, "run", run));
        }

        /** When, how long, by whom, why and why not. */
        Document facts(Document attempt) {
            Json.put(attempt, "startedAt", startedAt);
            Json.put(attempt, "finishedAt", finishedAt);
            Json.put(attempt, "durationMs", durationMs);
            Document by = new Document();
            Json.put(by, "user", user);
            Json.put(by, "host", host);
            Json.put(by, "pid", pid);
            Json.put(by, "migopy", migopy);
            Json.put(attempt, "by", by.isEmpty() ? null : by);
            Json.put(attempt, "reason", reason);
            return Json.put(attempt, "error", error == null ? null : Json.failure(error));
        }
    }

    public HistoryAnswer {
        attempts = List.copyOf(attempts);
    }

    @Override
    public void words(Words out) {
        out.line(database + " on " + server + ", " + collection);
        out.gap();
        if (attempts.isEmpty()) {
            out.line("Nothing was ever attempted.");
            return;
        }
        Table table = new Table(
                out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT, Table.Align.LEFT);
        attempts.forEach(attempt -> attempt.into(table, out));
        table.print();
    }

    @Override
    public Document json() {
        return new Document("database", database)
                .append("collection", collection)
                .append("attempts", attempts.stream().map(Attempt::json).toList());
    }
}
