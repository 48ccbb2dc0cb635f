package migopy.rehearsal;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import migopy.dump.CollectionCopy.Copied;
import migopy.observe.CallLog.ObservedCalls;
import migopy.rehearsal.RehearsedMigration.CollectionScan;
import migopy.rehearsal.RehearsedMigration.Estimate;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Asks the source how many documents each call with a filter would match there, by which plan, and how long that would take.
 * The plan is not that of the copy, whose collections are small.
 *
 * @param scratch has the indexes that the migrations have created
 * @param copied what was copied, to scale by
 */
record SourceEstimator(MongoDatabase source, MongoDatabase scratch, List<Copied> copied) {
    /** A count without an index could take minutes. */
    private static final long COUNT_SECONDS = 10;

    private static final String SCAN = "COLLSCAN";

    List<Estimate> of(List<ObservedCalls> calls) {
        List<Estimate> estimates = new ArrayList<>();
        for (ObservedCalls one : calls) {
            boolean writes = one.command().equals("update") || one.command().equals("delete");
            if (!writes || one.matched() == 0 || one.filter() == null) {
                continue;
            }
            if (one.calls() == 1 && one.line() > 0) {
                estimates.add(once(one));
            } else if (one.aim() != null) {
                estimates.add(repeated(one));
            } else if (one.byIds()) {
                estimates.add(scaled(one));
            }
        }
        return estimates;
    }

    /** Of a loop, or a backfill: their filters differ in {@code _id} only, which chooses their plan. */
    private Estimate repeated(ObservedCalls call) {
        try {
            return timed(call, count(call.collection(), call.aim()), null, null);
        } catch (MongoException e) {
            return new Estimate(call.line(), call.collection(), null, null, null, null);
        }
    }

    /** Of what chooses documents by {@code _id} alone, or all: as many of the source as of the copy, in proportion. */
    private Estimate scaled(ObservedCalls call) {
        for (Copied one : copied) {
            if (one.collection().equals(call.collection()) && one.documents() > 0) {
                double share = (double) Math.max(one.total(), one.documents()) / one.documents();
                return timed(call, Math.round(call.matched() * share), null, null);
            }
        }
        return timed(call, call.matched(), null, null);
    }

    private long count(String collection, BsonDocument filter) {
        return source.getCollection(collection)
                .countDocuments(filter, new CountOptions().maxTime(COUNT_SECONDS, TimeUnit.SECONDS));
    }

    private static Estimate timed(ObservedCalls call, long documents, String plan, CollectionScan scan) {
        long ms = TimeUnit.NANOSECONDS.toMillis((long) ((double) call.nanos() / call.matched() * documents));
        return new Estimate(call.line(), call.collection(), documents, plan, ms, scan);
    }

    private Estimate once(ObservedCalls call) {
        Set<String> fields = new TreeSet<>();
        addFields(call.filter(), fields);
        String plan = plan(call);
        boolean scans = SCAN.equals(plan) && !isIndexed(call.collection(), fields);
        if (SCAN.equals(plan) && !scans) {
            plan = null; // not what it will be
        }
        boolean judged = scans && call.filter().equals(call.aim());
        CollectionScan scan = judged
                ? new CollectionScan(
                        source.getCollection(call.collection()).estimatedDocumentCount(), List.copyOf(fields))
                : null;
        try {
            return timed(call, count(call.collection(), call.filter()), plan, scan);
        } catch (MongoException e) {
            return new Estimate(call.line(), call.collection(), null, plan, null, scan);
        }
    }

    /** Whether an index of the copy begins with one of the fields: one that this migration or an earlier one creates. */
    private boolean isIndexed(String collection, Set<String> fields) {
        Definition definition = Definition.of(scratch, collection);
        return definition != null
                && definition.indexes().values().stream()
                        .anyMatch(index ->
                                fields.contains(index.getDocument("key").getFirstKey()));
    }

    private static void addFields(BsonDocument filter, Set<String> fields) {
        filter.forEach((field, value) -> {
            if (field.equals("$and") && value.isArray()) {
                value.asArray().forEach(part -> addFields(part.asDocument(), fields));
            } else if (!field.startsWith("$")) {
                fields.add(field);
            }
        });
    }

    /** Returns {@code COLLSCAN}, or the indexes: {@code IXSCAN name_1}; null if the server does not say. */
    private String plan(ObservedCalls call) {
        BsonDocument find = new BsonDocument("find", new BsonString(call.collection())).append("filter", call.filter());
        BsonDocument explain = new BsonDocument("explain", find)
                .append("verbosity", new BsonString("queryPlanner"))
                .append("maxTimeMS", new BsonInt64(TimeUnit.SECONDS.toMillis(COUNT_SECONDS)));
        try {
            BsonDocument planner =
                    source.runCommand(explain, BsonDocument.class).getDocument("queryPlanner", new BsonDocument());
            Set<String> steps = new TreeSet<>();
            addSteps(planner.get("winningPlan", new BsonInt32(0)), steps);
            return steps.contains(SCAN) ? SCAN : steps.isEmpty() ? null : String.join(", ", steps);
        } catch (MongoException e) {
            return null; // of a server that explains nothing
        }
    }

    /** Stages are nested in different fields by versions and topologies: each that reads names its index, or is a scan. */
    private static void addSteps(BsonValue plan, Set<String> steps) {
        if (plan.isArray()) {
            plan.asArray().forEach(one -> addSteps(one, steps));
        } else if (plan.isDocument()) {
            BsonDocument stage = plan.asDocument();
            String name = stage.getString("stage", new BsonString("")).getValue();
            if (stage.containsKey("indexName")) {
                steps.add("IXSCAN " + stage.getString("indexName").getValue());
            } else if (name.equals(SCAN)) {
                steps.add(SCAN);
            } else if (name.startsWith("IDHACK") || name.startsWith("CLUSTERED") || name.startsWith("EXPRESS")) {
                steps.add("IXSCAN _id_");
            }
            stage.values().forEach(one -> addSteps(one, steps));
        }
    }
}
