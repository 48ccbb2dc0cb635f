package migopy.run;

import com.mongodb.MongoException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import migopy.command.HistoryAnswer;
import migopy.files.MigrationFile;
import migopy.journal.Attempt;
import migopy.journal.Attempt.NamedAttempt;
import migopy.journal.Entry;
import migopy.journal.State;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Situation;
import migopy.settings.Settings;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Reads what was ever attempted. */
public final class History {
    /** An attempt that never said when it was stands first. */
    private static final Comparator<NamedAttempt> BY_TIME =
            Comparator.comparing(one -> one.attempt().time(), Comparator.nullsFirst(Instant::compareTo));

    private History() {}

    /**
     * All attempts in the order of their times, the one that is under way included.
     *
     * @param name only this migration's: its name, its number or an unambiguous beginning; null for
     *     all
     * @throws migopy.MigopyException usage, if there is no such migration; unreachable, if nobody
     *     answers or a right is missing
     */
    public static HistoryAnswer read(Settings settings, Connection connection, String name) {
        Survey survey = name == null ? null : Survey.of(settings);
        Ledger ledger = Ledger.open(settings, connection);
        List<NamedAttempt> attempts = new ArrayList<>();
        try {
            List<BsonDocument> documents = ledger.journal().documents();
            if (documents.isEmpty()) {
                connection.refuseOtherCase();
            }
            Set<String> live = Set.of();
            if (documents.stream().anyMatch(document -> underWay(document).isPresent())) {
                // Between two looks at the lock: whoever had something under way held it then.
                live = new HashSet<>(JournalView.liveRuns(ledger.locks()));
                documents = ledger.journal().documents();
                live.addAll(JournalView.liveRuns(ledger.locks()));
            }
            String only = name == null ? null : resolve(name, documents, survey);
            for (BsonDocument document : documents) {
                String found = Entry.nameOf(document);
                if (only == null || only.equals(found)) {
                    Attempt.all(document).forEach(one -> attempts.add(new NamedAttempt(found, one)));
                    addUnderWay(found, document, live, attempts);
                }
            }
        } catch (MongoException e) {
            throw MongoErrors.translate(e, StatusReader.reading(settings));
        }
        attempts.sort(BY_TIME);
        return new HistoryAnswer(settings.database(), connection.server(), settings.migrationsCollection(), attempts);
    }

    /** The migration's name; what was rolled back and has no file any more counts as well. */
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

    /** One that has not ended is no attempt of the journal's yet. */
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
