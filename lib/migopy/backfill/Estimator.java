package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;

import migopy.console.BackfillEstimate;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Counts, explains and times what one backfill would do. Keeps nothing of it. */
final class Estimator {
    /** A count without an index in a large collection takes minutes; a person waits for one. */
    private static final Duration COUNT_LIMIT = Duration.ofSeconds(60);

    private static final int TIMED_DOCUMENTS = 1_000;
    private static final Duration TIMED_LIMIT = Duration.ofSeconds(1);

    private final MongoClient client;
    private final MongoDatabase database;
    private final boolean transactions;
    private final boolean embedded;

    Estimator(MongoClient client, MongoDatabase database, boolean transactions, boolean embedded) {
        this.client = client;
        this.database = database;
        this.transactions = transactions;
        this.embedded = embedded;
    }

    private record Timed(int documents, long nanos) {}

    BackfillEstimate of(Job job) {
        List<String> notes = new ArrayList<>();
        MongoDatabase source = job.databaseOf(client, database);
        CollectionFacts facts = CollectionFacts.of(client, source, job.collection(), embedded);
        if (!facts.exists()) {
            notes.add("there is no such collection");
            return new BackfillEstimate(
                    job.shownName(), job.change().word(), 0L, null, 0, null, null, notes);
        }
        if (facts.sharded()) {
            notes.add("sharded by " + String.join(", ", facts.shardKey()));
        }
        if (job.once() && !transactions) {
            notes.add("would be refused: once() needs transactions, and this server has none");
        }
        Target target = new Target(source, job, embedded);
        Long documents = count(target, notes);
        Optional<Timed> timed = timed(job, target, facts, notes);
        return new BackfillEstimate(
                job.shownName(),
                job.change().word(),
                documents,
                plan(target),
                timed.map(Timed::documents).orElse(0),
                timed.map(one -> TimeUnit.NANOSECONDS.toMillis(one.nanos())).orElse(null),
                predicted(job, documents, timed),
                notes);
    }

    private static Long predicted(Job job, Long documents, Optional<Timed> timed) {
        if (documents == null || timed.isEmpty()) {
            return null;
        }
        double each = (double) timed.get().nanos() / timed.get().documents();
        double nanos = each * documents;
        if (job.maxRate() > 0) {
            nanos = Math.max(nanos, documents * 1e9 / job.maxRate());
        }
        return TimeUnit.NANOSECONDS.toMillis((long) nanos);
    }

    private static Long count(Target target, List<String> notes) {
        try {
            return target.where() == null ? target.estimate() : target.count(COUNT_LIMIT);
        } catch (MongoException e) {
            if (!Retry.tooSlow(e)) {
                throw e;
            }
            notes.add("not counted within %d s".formatted(COUNT_LIMIT.toSeconds()));
            return null;
        }
    }

    /** The index that finds the documents, or {@code COLLSCAN}. */
    private String plan(Target target) {
        if (embedded) {
            return null;
        }
        if (target.where() == null) {
            return "_id_";
        }
        Document find = new Document("find", target.name()).append("filter", target.where());
        Document explained =
                database.runCommand(
                        new Document("explain", find).append("verbosity", "queryPlanner"));
        return winner(explained.get("queryPlanner", new Document()));
    }

    private static String winner(Object plan) {
        if (plan instanceof Document node) {
            if (node.containsKey("indexName")) {
                return node.getString("indexName");
            }
            Object stage = node.get("stage");
            if ("COLLSCAN".equals(stage) || "IDHACK".equals(stage)) {
                return "COLLSCAN".equals(stage) ? "COLLSCAN" : "_id_";
            }
            for (String next :
                    List.of("winningPlan", "queryPlan", "inputStage", "inputStages", "shards")) {
                String found = winner(node.get(next));
                if (found != null) {
                    return found;
                }
            }
        }
        if (plan instanceof List<?> nodes) {
            return nodes.stream()
                    .map(Estimator::winner)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        return null;
    }

    private Optional<Timed> timed(
            Job job, Target target, CollectionFacts facts, List<String> notes) {
        if (!transactions) {
            notes.add("not timed: without transactions a batch could not be taken back");
            return Optional.empty();
        }
        try {
            List<BsonValue> ids = target.someIds(TIMED_DOCUMENTS, TIMED_LIMIT);
            return ids.isEmpty() ? Optional.empty() : Optional.of(timed(job, facts, ids));
        } catch (MongoException e) {
            notes.add(
                    Retry.tooSlow(e)
                            ? "not timed: a batch of %,d took longer than 1 s"
                                    .formatted(TIMED_DOCUMENTS)
                            : "not timed: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Timed timed(Job job, CollectionFacts facts, List<BsonValue> ids) {
        BsonDocument these = new BsonDocument("$in", new BsonArray(ids));
        Job some = job.of(new BsonDocument(Range.ID, these));
        Target target = new Target(job.databaseOf(client, database), some, embedded);
        Destination destination =
                job.change() instanceof Change.Insert insert
                        ? Destination.in(
                                Job.databaseOf(client, database, insert.database()),
                                insert,
                                job.options(),
                                target.registry())
                        : null;
        Batches batches = new Batches(target, destination, some, facts.shardKey(), embedded);
        try (ClientSession session = client.startSession()) {
            session.startTransaction(options());
            try {
                long start = System.nanoTime();
                List<RawBsonDocument> read = batches.reads() ? target.all(session) : List.of();
                Range whole = new Range(null, null);
                batches.write(session, new Stretch(whole, ids.size(), read, 0, true));
                return new Timed(ids.size(), System.nanoTime() - start);
            } finally {
                session.abortTransaction();
            }
        }
    }

    private static TransactionOptions options() {
        return TransactionOptions.builder()
                .readConcern(ReadConcern.SNAPSHOT)
                .writeConcern(WriteConcern.MAJORITY)
                .timeout(TIMED_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .build();
    }
}
