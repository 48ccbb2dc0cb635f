package migopy.command;

import com.mongodb.MongoException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.files.MigrationFile;
import migopy.fix.FixHistory;
import migopy.fix.FixRecord;
import migopy.journal.Attempt;
import migopy.journal.Attempt.NamedAttempt;
import migopy.journal.Entry;
import migopy.journal.State;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Situation;
import migopy.run.Ledger;
import migopy.run.Survey;
import migopy.run.Survey.LiveDocuments;
import migopy.settings.Settings;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history [NAME]}, {@code history --fixes} and {@code history RUN}. */
@Command(name = "history", description = "Lists every attempt: when, by whom, where, how long, with which outcome.")
final class History implements Action {
    /** Attempts without a time come first. */
    private static final Comparator<NamedAttempt> BY_TIME =
            Comparator.comparing(one -> one.attempt().time(), Comparator.nullsFirst(Instant::compareTo));

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "a migration; or the run ID of a fix, to show its source and output")
    private String name;

    @Option(names = "--fixes", description = "list ad-hoc fixes and shell sessions")
    private boolean fixes;

    @Override
    public int run(Session session) throws Exception {
        session.console().answer(answer(session.settings(), session.connection()));
        return 0;
    }

    private Answer answer(Settings settings, Connection connection) {
        if (fixes && name == null) {
            return FixHistory.read(settings, connection);
        }
        Optional<FixRecord> fix = name == null ? Optional.empty() : FixHistory.find(settings, connection, name);
        if (fix.isPresent()) {
            return fix.get();
        }
        if (fixes) {
            throw MigopyException.usage("No fix has the run ID " + name, "List the fixes: {migopy} history --fixes");
        }
        return read(settings, connection, name);
    }

    /**
     * Returns all attempts in chronological order, the running one included.
     *
     * @param name a migration's name, number or unambiguous prefix; null for all migrations
     * @throws MigopyException usage, if there is no such migration; unreachable, if the server does not respond
     *     or a right is missing
     */
    private static HistoryAnswer read(Settings settings, Connection connection, String name) {
        Survey survey = name == null ? null : Survey.of(settings);
        Ledger ledger = Ledger.open(settings, connection);
        List<NamedAttempt> attempts = new ArrayList<>();
        try {
            LiveDocuments found = LiveDocuments.read(
                    ledger.locks(),
                    ledger.journal()::documents,
                    document -> underWay(document).isPresent());
            List<BsonDocument> documents = found.documents();
            if (documents.isEmpty()) {
                connection.refuseOtherCase();
            }
            String only = name == null ? null : resolve(name, documents, survey);
            for (BsonDocument document : documents) {
                String each = Entry.nameOf(document);
                if (only == null || only.equals(each)) {
                    Attempt.all(document).forEach(one -> attempts.add(new NamedAttempt(each, one)));
                    addUnderWay(each, document, found.liveRuns(), attempts);
                }
            }
        } catch (MongoException e) {
            throw MongoErrors.translate(e, Status.reading(settings));
        }
        attempts.sort(BY_TIME);
        return new HistoryAnswer(settings.database(), connection.server(), settings.migrationsCollection(), attempts);
    }

    /** Returns the migration's name; a rolled back migration without a file counts, too. */
    private static String resolve(String typed, List<BsonDocument> documents, Survey survey) {
        Map<String, Situation> known = new LinkedHashMap<>();
        for (MigrationFile file : survey.listing().files()) {
            known.put(file.name(), named(file.name(), file.number()));
        }
        for (BsonDocument document : documents) {
            String name = Entry.nameOf(document);
            known.putIfAbsent(name, named(name, Entry.whole(document, "number")));
        }
        return NameResolver.resolve(typed, List.copyOf(known.values())).name();
    }

    private static Situation named(String name, Long number) {
        return new Situation(name, number, MigrationState.PENDING, null, null, null);
    }

    private static Optional<State> underWay(BsonDocument document) {
        BsonValue state = document.get("state");
        return state instanceof BsonString word ? State.of(word.getValue()).filter(State::underWay) : Optional.empty();
    }

    /** The journal lists an attempt only when it has ended. */
    private static void addUnderWay(String name, BsonDocument document, Set<String> live, List<NamedAttempt> attempts) {
        Optional<State> state = underWay(document);
        if (state.isEmpty()) {
            return;
        }
        String run = Entry.text(document, "run");
        BsonDocument begun = new BsonDocument("direction", new BsonString(state.get() == State.RUNNING ? "up" : "down"))
                .append(
                        "outcome",
                        new BsonString(
                                run != null && live.contains(run) ? state.get().word() : "interrupted"));
        for (String field : List.of("run", "startedAt", "by", "error")) {
            if (document.containsKey(field)) {
                begun.append(field, document.get(field));
            }
        }
        attempts.add(new NamedAttempt(name, Attempt.read(begun)));
    }
}
