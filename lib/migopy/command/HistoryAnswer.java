package migopy.command;

import java.util.List;
import migopy.StepReport.StepError;
import migopy.console.Answer;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.journal.Attempt;
import migopy.journal.Attempt.NamedAttempt;
import org.bson.Document;

/**
 * The attempts in the journal.
 *
 * @param database the database's name
 * @param server the server's address, without secrets
 * @param collection the journal's collection
 * @param attempts oldest first
 */
public record HistoryAnswer(String database, String server, String collection, List<NamedAttempt> attempts)
        implements Answer {

    public HistoryAnswer {
        attempts = List.copyOf(attempts);
    }

    @Override
    public void words(Words out) {
        out.line(database + " on " + server + ", " + collection);
        out.gap();
        if (attempts.isEmpty()) {
            out.line("No attempts.");
            return;
        }
        Table table = new Table(
                out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT, Table.Align.LEFT);
        attempts.forEach(attempt -> row(attempt, table, out));
        table.print();
    }

    @Override
    public Document json() {
        return new Document("database", database)
                .append("collection", collection)
                .append("attempts", attempts.stream().map(NamedAttempt::json).toList());
    }

    private static void row(NamedAttempt named, Table table, Words out) {
        Attempt attempt = named.attempt();
        String word = switch (attempt.direction()) {
            case "repair" -> "repaired";
            case "adopt" -> "adopted";
            default -> attempt.outcome();
        };
        table.row(
                word,
                named.name(),
                out.time(attempt.time()),
                "ignore".equals(attempt.direction()) ? "" : out.duration(attempt.durationMs()),
                attempt.run() == null ? "" : attempt.run(),
                attempt.by().who());
        if (attempt.reason() != null) {
            table.under(attempt.reason());
        } else if (attempt.error() != null) {
            StepError error = attempt.error();
            table.under(Wording.shortened(error.shown()));
            Words.unsaid(error.message(), error.causes()).forEach(cause -> table.under(Words.causedBy(cause)));
        }
    }
}
