package migopy.run;

import com.mongodb.MongoException;

import migopy.console.FixRecord;
import migopy.console.FixesAnswer;
import migopy.console.HistoryAnswer.Attempt;
import migopy.journal.Fixes;
import migopy.journal.State;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.settings.Settings;

import org.bson.BsonDocument;
import org.bson.BsonString;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the records of ad-hoc fixes. */
public final class FixHistory {
    private FixHistory() {}

    /**
     * All of them, oldest first.
     *
     * @throws migopy.MigopyException unreachable, if nobody answers or a right is missing
     */
    public static FixesAnswer read(Settings settings, Connection connection) {
        Ledger ledger = Ledger.open(settings, connection);
        try {
            List<BsonDocument> documents = ledger.fixes().documents();
            Set<String> live = Set.of();
            if (documents.stream().anyMatch(FixHistory::underWay)) {
                // Between two looks at the lock, as for migrations.
                live = new HashSet<>(JournalView.liveRuns(ledger.locks()));
                documents = ledger.fixes().documents();
                live.addAll(JournalView.liveRuns(ledger.locks()));
            }
            Set<String> holders = live;
            return new FixesAnswer(
                    settings.database(),
                    connection.server(),
                    Ledger.fixesCollection(settings),
                    documents.stream().map(document -> record(document, holders)).toList());
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Reading the fixes");
        }
    }

    /**
     * One of them, with source and output; empty if no fix has that run's id.
     *
     * @throws migopy.MigopyException unreachable, if nobody answers or a right is missing
     */
    public static Optional<FixRecord> find(Settings settings, Connection connection, String run) {
        Ledger ledger = Ledger.open(settings, connection);
        try {
            Set<String> live = new HashSet<>(JournalView.liveRuns(ledger.locks()));
            Optional<BsonDocument> document = ledger.fixes().document(run);
            if (document.filter(FixHistory::underWay).isPresent()) {
                live.addAll(JournalView.liveRuns(ledger.locks()));
                document = ledger.fixes().document(run);
            }
            return document.map(one -> record(one, live));
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Reading the fixes");
        }
    }

    private static boolean underWay(BsonDocument document) {
        return State.RUNNING.word().equals(AttemptReader.text(document, "outcome"));
    }

    private static FixRecord record(BsonDocument document, Set<String> live) {
        String run =
                document.get("_id") instanceof BsonString id
                        ? id.getValue()
                        : String.valueOf(document.get("_id"));
        Attempt read = AttemptReader.attempt(run, document);
        String kind = AttemptReader.text(document, "kind");
        // A shell holds no lock, so that nobody can tell whether it is still open.
        boolean dead =
                underWay(document) && !Fixes.Kind.SHELL.word().equals(kind) && !live.contains(run);
        String file = AttemptReader.text(document, "file");
        return new FixRecord(
                run,
                kind == null ? "unknown" : kind,
                file == null ? "unknown" : file,
                dead ? "interrupted" : read.outcome(),
                read.reason(),
                read.startedAt(),
                read.finishedAt(),
                read.durationMs(),
                read.user(),
                read.host(),
                read.pid(),
                read.migopy(),
                read.error(),
                AttemptReader.text(document, "checksum"),
                AttemptReader.text(document, "source"),
                AttemptReader.text(document, "output"));
    }
}
