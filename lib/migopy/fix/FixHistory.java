package migopy.fix;

import com.mongodb.MongoException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import migopy.console.Answer;
import migopy.console.Table;
import migopy.console.Words;
import migopy.journal.Actor;
import migopy.journal.Attempt;
import migopy.journal.Entry;
import migopy.journal.Fixes;
import migopy.journal.State;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.run.Ledger;
import migopy.run.Survey.LiveDocuments;
import migopy.settings.Settings;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;

/** Reads the records of ad-hoc fixes. */
public final class FixHistory {
    private FixHistory() {}

    /**
     * Returns all fixes, oldest first.
     *
     * @throws migopy.MigopyException unreachable, if no server answers or a right is missing
     */
    public static FixesAnswer read(Settings settings, Connection connection) {
        Ledger ledger = Ledger.open(settings, connection);
        return new FixesAnswer(
                settings.database(),
                connection.server(),
                Ledger.fixesCollection(settings),
                records(ledger, ledger.fixes()::documents));
    }

    /**
     * Returns a fix with source and output; empty if no fix has this run id.
     *
     * @throws migopy.MigopyException unreachable, if no server answers or a right is missing
     */
    public static Optional<FixRecord> find(Settings settings, Connection connection, String run) {
        Ledger ledger = Ledger.open(settings, connection);
        return records(ledger, () -> ledger.fixes().document(run).stream().toList()).stream()
                .findFirst();
    }

    private static List<FixRecord> records(Ledger ledger, Supplier<List<BsonDocument>> read) {
        try {
            LiveDocuments found = LiveDocuments.read(ledger.locks(), read, FixHistory::isRunning);
            return found.documents().stream()
                    .map(document -> record(document, found.liveRuns()))
                    .toList();
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Reading the fixes");
        }
    }

    private static boolean isRunning(BsonDocument document) {
        return State.RUNNING.word().equals(Entry.text(document, "outcome"));
    }

    private static FixRecord record(BsonDocument document, Set<String> live) {
        String run = document.get("_id") instanceof BsonString id ? id.getValue() : String.valueOf(document.get("_id"));
        Attempt read = Attempt.read(document);
        String kind = Entry.text(document, "kind");
        boolean dead =
                isRunning(document) && (Fixes.FixKind.SHELL.word().equals(kind) ? isGone(read) : !live.contains(run));
        String file = Entry.text(document, "file");
        return new FixRecord(
                run,
                kind == null ? "unknown" : kind,
                file == null ? "unknown" : file,
                dead ? "interrupted" : read.outcome(),
                read,
                BsonBoolean.TRUE.equals(document.get("transactional")),
                Entry.text(document, "checksum"),
                Entry.text(document, "source"),
                Entry.text(document, "output"));
    }

    /** A shell holds no lock: only its own host knows whether its process still exists. */
    private static boolean isGone(Attempt shell) {
        return Actor.thisProcess().host().equals(shell.by().host())
                && shell.by().pid() != null
                && ProcessHandle.of(shell.by().pid()).isEmpty();
    }

    /**
     * The recorded fixes and shells.
     *
     * @param database the name of the database
     * @param server its address, without secrets
     * @param collection the collection of the records
     * @param fixes oldest first
     */
    public record FixesAnswer(String database, String server, String collection, List<FixRecord> fixes)
            implements Answer {

        public FixesAnswer {
            fixes = List.copyOf(fixes);
        }

        @Override
        public void words(Words out) {
            out.line(database + " on " + server + ", " + collection);
            out.gap();
            if (fixes.isEmpty()) {
                out.line("No fixes recorded.");
                return;
            }
            Table table = FixRecord.table(out);
            for (FixRecord fix : fixes) {
                fix.into(table, out);
                if (fix.attempt().reason() != null) {
                    table.under(fix.attempt().reason());
                }
            }
            table.print();
            out.gap();
            out.line("Show source and output: {migopy} history RUN");
        }

        @Override
        public Document json() {
            return new Document("database", database)
                    .append("collection", collection)
                    .append("fixes", fixes.stream().map(FixRecord::json).toList());
        }
    }
}
