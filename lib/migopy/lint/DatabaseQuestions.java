package migopy.lint;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import migopy.MigopyException;
import migopy.files.MigrationSource;
import migopy.lint.PlannedCall.DroppedIndex;
import migopy.lint.PlannedCall.PlannedIndex;
import migopy.lint.PlannedCall.PlannedValidator;
import migopy.lint.PlannedCall.PlannedWrite;
import migopy.lint.RuleReport.CallSite;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.mongo.MongoErrors;
import migopy.report.Finding.Severity;

/** Asks the database about what migrations will do to it, one after the other. */
final class DatabaseQuestions {
    /**
     * What the database has said about a call. It replaces what the source alone has shown.
     *
     * @param finding or null if there is nothing to report
     */
    record DatabaseAnswer(CallSite site, LintRule rule, PlacedFinding finding) {
        /** Whether it is about the same as a finding of the source. */
        boolean replaces(PlacedFinding other) {
            return other.finding().rule().equals(rule.code()) && other.firstLine() == site.firstLine();
        }
    }

    final DatabaseState database;
    final LintRules rules;

    /** What was planned in this source and those before it. */
    private final List<PlannedCall> planned = new ArrayList<>();

    private final List<DatabaseAnswer> answers = new ArrayList<>();

    DatabaseQuestions(MongoDatabase database, LintRules rules) {
        this.database = new DatabaseState(database);
        this.rules = rules;
    }

    /**
     * Returns what the database says about a migration; those before it are expected to run first.
     *
     * @throws MongoException no answer from the server
     */
    List<DatabaseAnswer> ask(List<PlannedCall> calls) {
        answers.clear();
        planned.addAll(calls);
        IndexQuestions indexes = new IndexQuestions(this);
        DocumentQuestions documents = new DocumentQuestions(this);
        for (PlannedCall call : calls) {
            if (call.collection() == null) {
                continue;
            }
            if (call instanceof PlannedIndex index) {
                indexes.created(index);
            } else if (call instanceof DroppedIndex dropped) {
                indexes.dropped(dropped);
            } else if (call instanceof PlannedWrite write) {
                documents.written(write);
            } else if (call instanceof PlannedValidator validator) {
                documents.validated(validator);
            }
        }
        return List.copyOf(answers);
    }

    /** Asks a question that is answered with a finding or null. What the server refuses is reported as information. */
    void ask(LintRule rule, PlannedCall call, Supplier<PlacedFinding> question) {
        if (rules.isOff(rule.code())) {
            return;
        }
        PlacedFinding found;
        try {
            found = database.isCollection(call.collection()) ? question.get() : null;
        } catch (MongoCommandException | MongoExecutionTimeoutException e) {
            found = unanswered(rule, call, e);
        }
        answers.add(new DatabaseAnswer(call.site(), rule, found));
    }

    private static PlacedFinding unanswered(LintRule rule, PlannedCall call, MongoException e) {
        MigopyException why = MongoErrors.translate(e, "not checked");
        String hint = MongoErrors.missingRight(e) ? why.hint() : "Check it by hand before the migration is run";
        return call.site().finding(rule, why.getMessage(), hint).as(Severity.INFO);
    }

    /** Whether this migration or one before it may have changed documents of the collection by then. */
    boolean isWritten(PlannedCall by) {
        return before(by, PlannedWrite.class, write -> write != by);
    }

    /** Whether this migration or one before it drops indexes of the collection. */
    boolean dropsIndexes(PlannedCall by) {
        return before(by, DroppedIndex.class, one -> true);
    }

    /** Whether this migration or one before it creates a unique index in the collection. */
    boolean createsUnique(PlannedCall by) {
        return before(by, PlannedIndex.class, PlannedIndex::unique);
    }

    /** Whether this migration or one before it creates an index in the collection. */
    boolean createsIndexes(PlannedCall by) {
        return before(by, PlannedIndex.class, one -> true);
    }

    private <T extends PlannedCall> boolean before(PlannedCall by, Class<T> kind, Function<T, Boolean> test) {
        MigrationSource source = by.site().source();
        return planned.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(one -> by.collection().equals(one.collection())
                        || one.collection() == null && one.site().source() == source)
                .anyMatch(test::apply);
    }
}
