package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.EstimateAnswer.BackfillEstimate;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** Counts, explains and times what one backfill would do. Keeps nothing of it. */
final class Estimator {
    /** A count without an index in a large collection takes minutes; a person waits for one. */
    private static final Duration COUNT_LIMIT = Duration.ofSeconds(60);

    private static final int TIMED_DOCUMENTS = 1_000;

    /** What a batch and its checkpoint wait for the server, as measured on a replica set nearby. */
    private static final Duration WAIT = Duration.ofMillis(10);

    /** As many as a large batch has. */
    private static final int WALKED_DOCUMENTS = 20_000;

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

    private record Timed(int documents, long nanos) {
        double each() {
            return (double) nanos / documents;
        }
    }

    /** How many match, or null; and how long that took to count. */
    private record Counted(Long documents, long nanos) {}

    BackfillEstimate of(Job job) {
        List<String> notes = new ArrayList<>();
        MongoDatabase source = job.databaseOf(client, database);
        CollectionFacts facts = CollectionFacts.of(client, source, job.collection(), embedded);
        if (!facts.exists()) {
            notes.add("there is no such collection");
            return new BackfillEstimate(job.shownName(), job.change().word(), 0L, null, 0, 0, null, null, notes);
        }
        if (facts.sharded()) {
            notes.add("sharded by " + String.join(", ", facts.shardKey()));
        }
        if (job.once() && !transactions) {
            notes.add("would be refused: once() needs transactions, and this server has none");
        }
        BatchReader target = new BatchReader(source, job, embedded);
        Counted counted = count(target, notes);
        long visited = target.estimate();
        if (target.where() != null && counted.documents() != null) {
            noteVisits(visited, counted.documents(), notes);
        }
        Optional<Timed> timed = timed(job, target, facts, notes);
        Long predicted = null;
        if (counted.documents() != null && timed.isPresent()) {
            predicted = predicted(job, counted, timed.get(), walk(job, target, visited));
        }
        return new BackfillEstimate(
                job.shownName(),
                job.change().word(),
                counted.documents(),
                embedded ? null : "_id_", // It goes along _id, whatever other index there is.
                visited,
                timed.map(Timed::documents).orElse(0),
                timed.map(one -> TimeUnit.NANOSECONDS.toMillis(one.nanos())).orElse(null),
                predicted,
                notes);
    }

    private static void noteVisits(long visited, long documents, List<String> notes) {
        if (visited > documents) {
            notes.add("visits all %,d documents of the collection to find them".formatted(visited));
        }
    }

    private static Long predicted(Job job, Counted counted, Timed timed, double walk) {
        double nanos = timed.each() * counted.documents() + walk;
        if (job.where() != null) {
            nanos += counted.nanos(); // The count of what is left, at the end.
        }
        if (job.maxRate() > 0) {
            nanos = Math.max(nanos, counted.documents() * 1e9 / job.maxRate());
        }
        return TimeUnit.NANOSECONDS.toMillis((long) nanos);
    }

    /**
     * How long it takes to go along all documents, without a change: that of some, extrapolated.
     */
    private static double walk(Job job, BatchReader target, long documents) {
        long start = System.nanoTime();
        Batch some = target.next(null, null, null, WALKED_DOCUMENTS, BatchReader.Read.NOTHING);
        long nanos = System.nanoTime() - start;
        if (target.where() != null) {
            start = System.nanoTime();
            target.countIn(some.range());
            // Once to change them, and once more to check whether a changed one matches again.
            int times = job.change() instanceof Change.Delete ? 1 : 2;
            nanos += times * (System.nanoTime() - start);
        }
        double walked = some.visited() == 0 ? 0 : (double) nanos / some.visited() * documents;
        return walked + waits(job, documents);
    }

    /** For the majority, once a batch: the first ones are small. */
    private static double waits(Job job, long documents) {
        BatchSize size = new BatchSize(job.batch(), job.maxRate());
        long batches = 1;
        long first = size.documents();
        for (long left = documents - first; left > 0; left -= size.documents()) {
            if (job.batch() > 0 || job.maxRate() > 0 || size.documents() == BatchSize.MOST) {
                batches += left / size.documents() + 1;
                break;
            }
            size.took(1);
            batches++;
        }
        return batches * (double) WAIT.toNanos();
    }

    private static Counted count(BatchReader target, List<String> notes) {
        long start = System.nanoTime();
        try {
            long found = target.where() == null ? target.estimate() : target.count(COUNT_LIMIT);
            return new Counted(found, System.nanoTime() - start);
        } catch (MongoException e) {
            if (!Retry.tooSlow(e)) {
                throw e;
            }
            notes.add("not counted within %d s".formatted(COUNT_LIMIT.toSeconds()));
            return new Counted(null, 0);
        }
    }

    private Optional<Timed> timed(Job job, BatchReader target, CollectionFacts facts, List<String> notes) {
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
                            ? "not timed: a batch of %,d took longer than 1 s".formatted(TIMED_DOCUMENTS)
                            : "not timed: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Timed timed(Job job, CollectionFacts facts, List<BsonValue> ids) {
        BsonDocument these = new BsonDocument("$in", new BsonArray(ids));
        Job some = job.of(new BsonDocument(Range.ID, these));
        BatchReader target = new BatchReader(job.databaseOf(client, database), some, embedded);
        Destination destination = job.change() instanceof Change.Insert insert
                ? Destination.in(
                        Job.databaseOf(client, database, insert.database()), insert, job.options(), target.registry())
                : null;
        BatchWriter batches = new BatchWriter(target, destination, some, facts.shardKey(), embedded);
        try (ClientSession session = client.startSession()) {
            session.startTransaction(options());
            try {
                long start = System.nanoTime();
                List<RawBsonDocument> read = batches.reads() ? target.all(session) : List.of();
                Range whole = new Range(null, null);
                batches.write(session, new Batch(whole, ids.size(), read, 0, true));
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
