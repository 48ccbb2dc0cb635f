package migopy.lint;

import static com.mongodb.client.model.Accumulators.first;
import static com.mongodb.client.model.Accumulators.last;
import static com.mongodb.client.model.Accumulators.sum;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import migopy.console.Wording;
import migopy.lint.PlannedCall.DroppedIndex;
import migopy.lint.PlannedCall.PlannedIndex;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding.Severity;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/** What is asked about indexes that migrations create or drop. */
final class IndexQuestions {
    /** A rarely used index may only have served a check like this one. */
    private static final long OFTEN = 100;

    private static final int MANY_INDEXES = 30;

    /** How many duplicate values are counted. */
    private static final int COUNTED = 100;

    /** What distinguishes indexes with the same keys; the server compares these, too. */
    private static final List<String> SIGNATURE =
            List.of("unique", "sparse", "partialFilterExpression", "collation", "expireAfterSeconds");

    private final DatabaseQuestions questions;
    private final DatabaseState database;

    IndexQuestions(DatabaseQuestions questions) {
        this.questions = questions;
        this.database = questions.database;
    }

    void created(PlannedIndex index) {
        if (index.keys() == null || index.options() == null) {
            return;
        }
        if (index.unique()) {
            questions.ask(DatabaseRules.DUPLICATES, index, () -> duplicates(index));
        }
        if (!index.resumable()) {
            questions.ask(DatabaseRules.LARGE, index, () -> large(index));
        }
        if (index.options().get("expireAfterSeconds") instanceof BsonInt64 seconds) {
            questions.ask(IndexRules.TTL, index, () -> expired(index, seconds.getValue()));
        }
        // The server stores the keys of a text index in another form.
        boolean comparable = index.keys().values().stream().noneMatch(new BsonString("text")::equals);
        if (comparable && !questions.dropsIndexes(index)) {
            questions.ask(DatabaseRules.SUPERFLUOUS, index, () -> superfluous(index));
            questions.ask(DatabaseRules.CONFLICT, index, () -> conflict(index));
        }
    }

    private PlacedFinding duplicates(PlannedIndex index) {
        boolean plain = index.keys().values().stream().allMatch(BsonValue::isNumber)
                && !index.keys().containsKey("_id")
                && !index.options().containsKey("collation");
        if (!plain || isBuilt(index)) {
            return null;
        }
        List<Bson> pipeline = new ArrayList<>();
        if (index.options().get("partialFilterExpression") instanceof BsonDocument partial) {
            pipeline.add(Aggregates.match(partial));
        }
        BsonDocument values = new BsonDocument();
        List<Bson> present = new ArrayList<>();
        for (String field : index.keys().keySet()) {
            // In an index, a field that is missing is null.
            BsonArray value = new BsonArray(List.of(new BsonString("$" + field), BsonNull.VALUE));
            values.append("k" + values.size(), new BsonDocument("$ifNull", value));
            present.add(Filters.exists(field));
        }
        if (PlannedCall.isTrue(index.options().get("sparse"))) {
            pipeline.add(Aggregates.match(Filters.or(present)));
        }
        pipeline.add(Aggregates.group(values, sum("documents", 1), first("one", "$_id"), last("another", "$_id")));
        pipeline.add(Aggregates.match(Filters.gt("documents", 1)));
        pipeline.add(Aggregates.limit(COUNTED + 1));
        List<BsonDocument> found = database.aggregate(index.collection(), pipeline);
        if (found.isEmpty()) {
            return null;
        }
        String fields = String.join(", ", index.keys().keySet());
        boolean written = questions.isWritten(index);
        PlacedFinding finding = index.site()
                .finding(
                        DatabaseRules.DUPLICATES,
                        "%s of %s is not unique: %s in several documents, as in those with _id %s and %s%s"
                                .formatted(
                                        fields,
                                        index.collection(),
                                        found.size() > COUNTED
                                                ? "more than " + COUNTED + " values are"
                                                : found.size() == 1 ? "1 value is" : found.size() + " values are",
                                        DatabaseState.json(found.get(0).get("one")),
                                        DatabaseState.json(found.get(0).get("another")),
                                        written ? ", unless what runs before changes that" : ""),
                        "Change or delete the others first. To see them:\n"
                                + "db().getCollection(\"%s\").aggregate(List.of(group(\"$%s\", sum(\"documents\", 1)),"
                                        .formatted(
                                                index.collection(), index.keys().getFirstKey())
                                + " match(gt(\"documents\", 1))))");
        return written ? finding.as(Severity.INFO) : finding;
    }

    /** Whether an index with the same keys and the same options exists. */
    private boolean isBuilt(PlannedIndex index) {
        return database.indexes(index.collection()).stream()
                .anyMatch(one -> sameKeys(one, index) && sameSignature(one, index));
    }

    private PlacedFinding large(PlannedIndex index) {
        long documents = database.estimate(index.collection());
        long limit = 100L * questions.rules.many();
        return documents <= limit || isBuilt(index)
                ? null
                : index.site()
                        .finding(
                                DatabaseRules.LARGE,
                                "%s has %s: the build may take minutes, and a run that is stopped meanwhile needs a manual decision"
                                        .formatted(index.collection(), Wording.count(documents, "document")),
                                "Put @Resumable before the class, so that the next run waits for the index");
    }

    private PlacedFinding expired(PlannedIndex index, long seconds) {
        if (isBuilt(index)) {
            return null;
        }
        int limit = 10 * questions.rules.many();
        String field = index.keys().getFirstKey();
        Bson past = Filters.lt(field, Date.from(Instant.now().minusSeconds(seconds)));
        return database.count(index.collection(), past, limit + 1) <= limit
                ? null
                : index.site()
                        .finding(
                                IndexRules.TTL,
                                "more than %s documents of %s are already past the index, and deleted at once"
                                        .formatted(Wording.number(limit), index.collection()),
                                IndexRules.deleteFirst(index.collection(), field));
    }

    private PlacedFinding superfluous(PlannedIndex index) {
        List<BsonDocument> existing = database.indexes(index.collection());
        if (SIGNATURE.stream().noneMatch(index.options()::containsKey)) {
            for (BsonDocument one : existing) {
                boolean serves = !PlannedCall.isTrue(one.get("sparse"))
                        && !PlannedCall.isTrue(one.get("hidden"))
                        && !one.containsKey("partialFilterExpression")
                        && !one.containsKey("collation");
                BsonDocument keys = one.getDocument("key");
                if (serves && keys.size() > index.keys().size() && isPrefix(index.keys(), keys)) {
                    String name = one.getString("name").getValue();
                    return index.site()
                            .finding(
                                    DatabaseRules.SUPERFLUOUS,
                                    "%s begins with the same fields and serves the same queries".formatted(name),
                                    "Leave the index out");
                }
            }
        }
        return existing.size() < MANY_INDEXES || isBuilt(index)
                ? null
                : index.site()
                        .finding(
                                DatabaseRules.SUPERFLUOUS,
                                "%s already has %s".formatted(index.collection(), (existing.size() + 1) + " indexes"),
                                "Drop those that are not used: db().getCollection(\"%s\").aggregate(List.of(indexStats()))"
                                        .formatted(index.collection()));
    }

    private PlacedFinding conflict(PlannedIndex index) {
        for (BsonDocument one : database.indexes(index.collection())) {
            String name = one.getString("name").getValue();
            boolean sameName = name.equals(index.name());
            boolean same = sameKeys(one, index) && sameSignature(one, index);
            if (sameName && !same) {
                return index.site()
                        .finding(
                                DatabaseRules.CONFLICT,
                                "the server refuses it: an index %s with other keys or options exists".formatted(name),
                                "Give it a name of its own, or drop the other first, in the same migration:\n"
                                        + "db().getCollection(\"%s\").dropIndex(\"%s\");"
                                                .formatted(index.collection(), name));
            }
            if (same && !sameName) {
                return index.site()
                        .finding(
                                DatabaseRules.CONFLICT,
                                "the server refuses it: the same index exists under the name " + name,
                                "Leave it out, or use that name: new IndexOptions().name(\"%s\")".formatted(name));
            }
        }
        return null;
    }

    void dropped(DroppedIndex dropped) {
        if (dropped.which() != null) {
            questions.ask(DestructiveRules.DROP_INDEX, dropped, () -> used(dropped));
        }
    }

    private PlacedFinding used(DroppedIndex dropped) {
        for (BsonDocument one : database.indexStats(dropped.collection())) {
            if (!dropped.which().equals(one.get("name")) && !dropped.which().equals(one.get("key"))) {
                continue;
            }
            BsonDocument accesses = one.getDocument("accesses");
            long times = accesses.getNumber("ops").longValue();
            Instant since = Instant.ofEpochMilli(accesses.getDateTime("since").getValue());
            PlacedFinding finding = dropped.site()
                    .finding(
                            DestructiveRules.DROP_INDEX,
                            "drops %s of %s, which this server has used %s since %s"
                                    .formatted(
                                            one.getString("name").getValue(),
                                            dropped.collection(),
                                            Wording.count(times, "time"),
                                            since.toString().substring(0, 10)),
                            DestructiveRules.hideFirst(
                                    dropped.collection(), one.getString("name").getValue()));
            return times > OFTEN ? finding.as(Severity.ERROR) : finding;
        }
        return questions.createsIndexes(dropped)
                ? null
                : dropped.site()
                        .finding(
                                DestructiveRules.DROP_INDEX,
                                "%s has no such index, so the server refuses to drop it"
                                        .formatted(dropped.collection()),
                                "Check its name: db().getCollection(\"%s\").listIndexes()"
                                        .formatted(dropped.collection()));
    }

    private static boolean sameKeys(BsonDocument existing, PlannedIndex index) {
        BsonDocument keys = existing.getDocument("key");
        return keys.size() == index.keys().size() && isPrefix(index.keys(), keys);
    }

    private static boolean isPrefix(BsonDocument prefix, BsonDocument keys) {
        Iterator<Map.Entry<String, BsonValue>> longer = keys.entrySet().iterator();
        for (Map.Entry<String, BsonValue> field : prefix.entrySet()) {
            if (!longer.hasNext()) {
                return false;
            }
            Map.Entry<String, BsonValue> other = longer.next();
            if (!field.getKey().equals(other.getKey()) || !equal(field.getValue(), other.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameSignature(BsonDocument existing, PlannedIndex index) {
        return SIGNATURE.stream()
                .allMatch(option -> equal(existing.get(option), index.options().get(option)));
    }

    /** Compares values as the server does: numbers by value, and what is missing is false. */
    private static boolean equal(BsonValue a, BsonValue b) {
        if ((a == null || a.isBoolean()) && (b == null || b.isBoolean())) {
            return PlannedCall.isTrue(a) == PlannedCall.isTrue(b);
        }
        if (a == null || b == null) {
            return false;
        }
        return a.isNumber() && b.isNumber()
                ? a.asNumber().doubleValue() == b.asNumber().doubleValue()
                : a.equals(b);
    }
}
