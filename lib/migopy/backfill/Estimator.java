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
import java.util.concurrent.TimeUnit;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.EstimateAnswer.BackfillEstimate;
import migopy.console.Wording;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** Counts, explains and times what a backfill would do. Keeps nothing of it. */
record Estimator(MongoClient client, MongoDatabase database, boolean transactions, boolean embedded) {
    /** Without an index, a count in a large collection takes minutes. */
    private static final Duration COUNT_LIMIT = Duration.ofSeconds(60);

    private static final int TIMED_DOCUMENTS = 1_000;

    /** The waits of a batch and its checkpoint, measured on a replica set in the same network. */
    private static final Duration WAIT = Duration.ofMillis(10);

    /** As many as a large batch has. */
    private static final int WALKED_DOCUMENTS = 20_000;

    private static final Duration TIMED_LIMIT = Duration.ofSeconds(1);

    /** A timed batch. */
    private record Timed(int documents, long nanos) {}

    /**
     * @param documents how many match, or null
     * @param nanos how long counting them took
     */
    private record Counted(Long documents, long nanos) {}

    BackfillEstimate of(Job job) {
        List<String> notes = new ArrayList<>();
        MongoDatabase source = job.databaseOf(client, database);
        CollectionFacts facts = CollectionFacts.of(client, source, job.collection(), embedded);
        if (!facts.exists()) {
            notes.add("the collection does not exist");
            return new BackfillEstimate(job.shownName(), job.change().word(), 0L, null, 0, 0, null, null, notes);
        }
        if (facts.sharded()) {
            notes.add("sharded by " + String.join(", ", facts.shardKey()));
        }
        if (job.once() && !transactions) {
            notes.add("would be refused: once() needs transactions, which this server does not support");
        }
        BatchReader reader = new BatchReader(source, job, embedded);
        Counted counted = count(reader, notes);
        long visited = reader.estimate();
        if (reader.where() != null && counted.documents() != null && visited > counted.documents()) {
            notes.add("visits all %s documents of the collection to find them".formatted(Wording.number(visited)));
        }
        Timed timed = timed(job, reader, facts, notes);
        Long predicted = null;
        if (counted.documents() != null && timed != null) {
            predicted = predicted(job, counted, timed, walk(job, reader, visited));
        }
        return new BackfillEstimate(
                job.shownName(),
                job.change().word(),
                counted.documents(),
                embedded ? null : "_id_", // A backfill walks along _id, whatever other index there is.
                visited,
                timed == null ? 0 : timed.documents(),
                timed == null ? null : TimeUnit.NANOSECONDS.toMillis(timed.nanos()),
                predicted,
                notes);
    }

    private static Long predicted(Job job, Counted counted, Timed timed, double walk) {
        double nanos = (double) timed.nanos() / timed.documents() * counted.documents() + walk;
        if (job.where() != null) {
            nanos += counted.nanos(); // The remaining documents are counted at the end.
        }
        if (job.maxRate() > 0) {
            nanos = Math.max(nanos, counted.documents() * 1e9 / job.maxRate());
        }
        return TimeUnit.NANOSECONDS.toMillis((long) nanos);
    }

    /** Extrapolates from some documents how long it takes to visit all, without a change. */
    private static double walk(Job job, BatchReader reader, long documents) {
        long start = System.nanoTime();
        Batch some = reader.next(null, null, null, WALKED_DOCUMENTS, BatchReader.Read.NOTHING);
        long nanos = System.nanoTime() - start;
        if (reader.where() != null) {
            start = System.nanoTime();
            reader.countIn(some.range());
            // Once to change them, and once more to check whether a changed one matches again.
            int times = job.change() instanceof Change.Delete ? 1 : 2;
            nanos += times * (System.nanoTime() - start);
        }
        double walked = some.visited() == 0 ? 0 : (double) nanos / some.visited() * documents;
        return walked + waits(job, documents);
    }

    /** The waits for the majority, once a batch; the first batches are small. */
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

    private static Counted count(BatchReader reader, List<String> notes) {
        long start = System.nanoTime();
        try {
            long found = reader.where() == null ? reader.estimate() : reader.count(COUNT_LIMIT);
            return new Counted(found, System.nanoTime() - start);
        } catch (MongoException e) {
            if (!Retry.isTooSlow(e)) {
                throw e;
            }
            notes.add("not counted within %d s".formatted(COUNT_LIMIT.toSeconds()));
            return new Counted(null, 0);
        }
    }

    /** Times a batch in a transaction that is aborted; null if that is impossible. */
    private Timed timed(Job job, BatchReader reader, CollectionFacts facts, List<String> notes) {
        if (!transactions) {
            notes.add("not timed: without transactions a batch could not be rolled back");
            return null;
        }
        try {
            List<BsonValue> ids = reader.someIds(TIMED_DOCUMENTS, TIMED_LIMIT);
            return ids.isEmpty() ? null : timed(job, facts, ids);
        } catch (MongoException e) {
            notes.add(
                    Retry.isTooSlow(e)
                            ? "not timed: a batch of %s took longer than 1 s".formatted(Wording.number(TIMED_DOCUMENTS))
                            : "not timed: " + e.getMessage());
            return null;
        }
    }

    private Timed timed(Job job, CollectionFacts facts, List<BsonValue> ids) {
        Job some = job.of(new BsonDocument(Range.ID, new BsonDocument("$in", new BsonArray(ids))));
        BatchReader reader = new BatchReader(job.databaseOf(client, database), some, embedded);
        Destination destination = Destination.existing(client, database, job, reader.registry());
        BatchWriter writer = new BatchWriter(reader, destination, some, facts.shardKey(), embedded);
        try (ClientSession session = client.startSession()) {
            session.startTransaction(options());
            try {
                long start = System.nanoTime();
                List<RawBsonDocument> read = writer.readsDocuments() ? reader.all(session) : List.of();
                writer.write(session, new Batch(new Range(null, null), ids.size(), read, 0, true));
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
