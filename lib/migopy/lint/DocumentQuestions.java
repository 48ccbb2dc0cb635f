package migopy.lint;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import migopy.console.Wording;
import migopy.lint.PlannedCall.PlannedValidator;
import migopy.lint.PlannedCall.PlannedWrite;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding.Severity;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** What is asked about documents that migrations change or check. */
final class DocumentQuestions {
    private static final int SHOWN_IDS = 3;

    private static final Set<String> MANY = Set.of("updateMany", "deleteMany");

    private static final Set<String> ONE =
            Set.of("updateOne", "replaceOne", "deleteOne", "findOneAndUpdate", "findOneAndReplace", "findOneAndDelete");

    private final DatabaseQuestions questions;
    private final DatabaseState database;

    DocumentQuestions(DatabaseQuestions questions) {
        this.questions = questions;
        this.database = questions.database;
    }

    void written(PlannedWrite write) {
        if (write.filter() == null) {
            return;
        }
        if (MANY.contains(write.method()) && write.transactional()) {
            questions.ask(DatabaseRules.LARGE_TRANSACTION, write, () -> large(DatabaseRules.LARGE_TRANSACTION, write));
        } else if (MANY.contains(write.method())) {
            questions.ask(BulkRules.AT_ONCE, write, () -> large(BulkRules.AT_ONCE, write));
        }
        boolean upsert = write.options().contains("upsert(true)");
        if (ONE.contains(write.method())
                && !write.repeated()
                && !write.options().contains("sort(")) {
            questions.ask(DatabaseRules.SEVERAL_MATCH, write, () -> several(write));
        }
        if (upsert && !questions.createsUnique(write)) {
            questions.ask(DatabaseRules.UPSERT, write, () -> upsert(write));
        }
    }

    private PlacedFinding large(LintRule rule, PlannedWrite write) {
        int limit = questions.rules.many();
        if (database.count(write.collection(), write.filter(), limit + 1) <= limit) {
            return null;
        }
        boolean delete = write.method().equals("deleteMany");
        String what = write.transactional() ? "transaction, which may take at most 60 s" : "operation";
        PlacedFinding finding = write.site()
                .finding(
                        rule,
                        "%s more than %s documents of %s in one %s"
                                .formatted(
                                        delete ? "deletes" : "changes",
                                        Wording.number(limit),
                                        write.collection(),
                                        what),
                        "backfill(\"%s\").where(...).%s.run()"
                                .formatted(write.collection(), delete ? "delete()" : "update(...)"));
        return write.transactional() ? finding : finding.as(Severity.ERROR);
    }

    private PlacedFinding several(PlannedWrite write) {
        if (write.filter().containsKey("_id") || database.count(write.collection(), write.filter(), 2) < 2) {
            return null;
        }
        boolean delete = write.method().equals("deleteOne") || write.method().equals("findOneAndDelete");
        return write.site()
                .finding(
                        DatabaseRules.SEVERAL_MATCH,
                        "several documents of %s match, and any of them may be %s"
                                .formatted(write.collection(), delete ? "deleted" : "changed"),
                        "Filter by a unique field, such as _id, or change all of them: %s(...)"
                                .formatted(delete ? "deleteMany" : "updateMany"));
    }

    private PlacedFinding upsert(PlannedWrite write) {
        Set<String> fields = new TreeSet<>();
        equalities(write.filter(), fields);
        if (fields.isEmpty() || fields.contains("_id")) {
            return null;
        }
        boolean unique = database.indexes(write.collection()).stream()
                .anyMatch(index -> PlannedCall.isTrue(index.get("unique"))
                        && fields.containsAll(index.getDocument("key").keySet()));
        String list = String.join("\", \"", fields);
        return unique
                ? null
                : write.site()
                        .finding(
                                DatabaseRules.UPSERT,
                                "%s has no unique index on %s, so two upserts at once insert two documents"
                                        .formatted(write.collection(), Wording.some(List.copyOf(fields))),
                                "db().getCollection(\"%s\").createIndex(Indexes.ascending(\"%s\"), new IndexOptions().unique(true));"
                                        .formatted(write.collection(), list));
    }

    /** Adds the fields that a filter compares with a value. */
    private static void equalities(BsonDocument filter, Set<String> fields) {
        filter.forEach((key, value) -> {
            if (key.equals("$and") && value instanceof BsonArray parts) {
                parts.forEach(part -> equalities(part.asDocument(), fields));
            } else if (!key.startsWith("$") && !isOperator(value)) {
                fields.add(key);
            }
        });
    }

    private static boolean isOperator(BsonValue value) {
        return value instanceof BsonDocument document
                && !document.isEmpty()
                && document.getFirstKey().startsWith("$");
    }

    void validated(PlannedValidator validator) {
        questions.ask(DatabaseRules.INVALID, validator, () -> invalid(validator));
    }

    private PlacedFinding invalid(PlannedValidator validator) {
        BsonDocument others = new BsonDocument("$nor", new BsonArray(List.of(validator.validator())));
        String collection = validator.collection();
        List<String> ids = database.ids(collection, others, SHOWN_IDS);
        if (ids.isEmpty()) {
            return null;
        }
        int limit = questions.rules.many();
        int documents = database.count(collection, others, limit + 1);
        boolean written = questions.isWritten(validator);
        PlacedFinding finding = validator
                .site()
                .finding(
                        DatabaseRules.INVALID,
                        "%s of %s %s not match the validator, with _id %s%s%s"
                                .formatted(
                                        documents > limit
                                                ? "more than " + Wording.count(limit, "document")
                                                : Wording.count(documents, "document"),
                                        collection,
                                        documents == 1 ? "does" : "do",
                                        String.join(", ", ids),
                                        documents > ids.size() ? ", ..." : "",
                                        written ? ", unless what runs before changes that" : ""),
                        "Change these documents first, or leave them alone:\n"
                                + ".append(\"validationLevel\", \"moderate\")");
        return written ? finding.as(Severity.INFO) : finding;
    }
}
