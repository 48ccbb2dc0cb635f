package migopy.backfill;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.backfill.BatchWriter.FailureLocation;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;

/**
 * Reads a collection in batches along {@code _id}, always from the primary, each call with a time
 * limit.
 */
final class BatchReader {
    /** Less than a lease: the server ends a crashed run's batch before another run can take over. */
    static final Duration BATCH_LIMIT = Duration.ofSeconds(20);

    static final BsonDocument BY_ID = new BsonDocument(Range.ID, new BsonInt32(1));

    /** For documents that the client changes: each worker has two batches in memory. */
    private static final long MOST_BYTES = 16L << 20;

    private static final long LEAST_BYTES = 1L << 20;

    /** A batch may take a twelfth of the heap, with its updates and the command made of them. */
    private static final long HEAP_SHARE = 12;

    /** The size of a document {@code {_id: ...}} without its value: length, type, name, end. */
    private static final int BYTES_AROUND_ID = 10;

    private final MongoCollection<RawBsonDocument> collection;
    private final CodecRegistry registry;
    private final BsonDocument where;
    private final boolean embedded;
    private final long mostBytes;

    /** What is read of a batch's documents before the batch is written. */
    enum Read {
        NOTHING,
        IDS,
        DOCUMENTS
    }

    /**
     * A batch before it is written.
     *
     * @param visited how many documents are in the range, whether they match or not
     * @param documents those that match, as far as they were read
     * @param nanos how long it took to read
     * @param whole whether it has as many documents as requested, so that its duration is representative
     */
    record Batch(Range range, long visited, List<RawBsonDocument> documents, long nanos, boolean whole) {
        Set<BsonValue> ids() {
            return documents.stream().map(one -> one.get(Range.ID)).collect(Collectors.toSet());
        }
    }

    BatchReader(MongoDatabase database, Job job, boolean embedded) {
        registry = CodecRegistries.fromRegistries(
                database.getCodecRegistry(), MongoClientSettings.getDefaultCodecRegistry());
        collection = database.getCollection(job.collection(), RawBsonDocument.class)
                .withCodecRegistry(registry)
                .withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.LOCAL)
                .withWriteConcern(WriteConcern.MAJORITY)
                .withTimeout(BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        where = job.where() == null ? null : job.where().toBsonDocument(Document.class, registry);
        this.embedded = embedded;
        long share = Runtime.getRuntime().maxMemory() / (HEAP_SHARE * job.parallel());
        mostBytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, share));
    }

    CodecRegistry registry() {
        return registry;
    }

    MongoCollection<RawBsonDocument> collection() {
        return collection;
    }

    /** The backfill's filter, or null: all documents. */
    BsonDocument where() {
        return where;
    }

    /** Calls the migration's function with a document. */
    <T> T applied(Function<Document, T> function, RawBsonDocument raw) {
        try {
            return function.apply(raw.decode(registry.get(Document.class)));
        } catch (RuntimeException e) {
            throw FailureLocation.document(e, raw.get(Range.ID));
        }
    }

    /** Returns the collection's number of documents, from its metadata. */
    long estimate() {
        return collection.estimatedDocumentCount();
    }

    /**
     * Reads the next batch: {@code documents} documents from {@code from}, fewer at {@code to}.
     *
     * @param session whose transaction reads, or null
     */
    Batch next(ClientSession session, BsonValue from, BsonValue to, int documents, Read read) {
        long start = System.nanoTime();
        BsonValue bound = bound(session, from, to, documents);
        Range range = new Range(from, bound == null ? to : bound);
        boolean whole = bound != null;
        List<RawBsonDocument> found = List.of();
        if (read != Read.NOTHING) {
            found = new ArrayList<>();
            BsonValue cut = read(session, range, documents, read, found);
            if (cut != null) {
                range = new Range(from, cut);
                whole = false;
            }
        }
        long visited = whole ? documents : count(session, range, null);
        return new Batch(range, visited, found, System.nanoTime() - start, whole);
    }

    private BsonValue bound(ClientSession session, BsonValue from, BsonValue to, int documents) {
        if (from != null && from.getBsonType() == BsonType.MAX_KEY) {
            return null; // No value sorts behind MaxKey, and min() rejects it.
        }
        FindIterable<RawBsonDocument> ids = embedded
                ? found(null, new Range(from, to).expression())
                : between(found(session, new BsonDocument()), from, to);
        RawBsonDocument first = ids.projection(BY_ID).skip(documents).limit(1).first();
        return first == null ? null : checked(first.get(Range.ID));
    }

    /** Reads what matches in the range; returns where it stopped at the memory limit, or null. */
    private BsonValue read(ClientSession session, Range range, int documents, Read read, List<RawBsonDocument> into) {
        long bytes = 0;
        FindIterable<RawBsonDocument> matching = matching(session, range);
        if (read == Read.IDS) {
            matching.projection(BY_ID);
        }
        try (MongoCursor<RawBsonDocument> cursor =
                matching.batchSize(documents + 1).cursor()) {
            while (cursor.hasNext()) {
                RawBsonDocument next = cursor.next();
                if (bytes >= mostBytes) {
                    return checked(next.get(Range.ID));
                }
                bytes += next.getByteBuffer().remaining();
                into.add(next);
            }
        }
        return null;
    }

    /** Returns whether a document in the range matches {@code where}. */
    boolean matchesIn(ClientSession session, Range range) {
        return matching(session, range).projection(BY_ID).limit(1).first() != null;
    }

    /** Returns whether one of these in the range matches {@code where}. */
    boolean matchesIn(Range range, Set<BsonValue> ids) {
        try (MongoCursor<RawBsonDocument> cursor =
                matching(null, range).projection(BY_ID).cursor()) {
            while (cursor.hasNext()) {
                if (ids.contains(cursor.next().get(Range.ID))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Counts the documents of the range that match {@code where}. */
    long countIn(Range range) {
        return count(null, range, where);
    }

    /** Counts the documents that match, along any index. */
    long count(Duration limit) {
        return collection
                .withTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .countDocuments(where == null ? new BsonDocument() : where);
    }

    /** Returns the {@code _id}s of some documents that match, in any order. */
    List<BsonValue> someIds(int documents, Duration limit) {
        return collection
                .withTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .find(where == null ? new BsonDocument() : where)
                .projection(BY_ID)
                .limit(documents)
                .map(found -> found.get(Range.ID))
                .into(new ArrayList<>());
    }

    /** Returns every document that matches; for a {@code where} that lists them by {@code _id}. */
    List<RawBsonDocument> all(ClientSession session) {
        return found(session, where).into(new ArrayList<>());
    }

    private long count(ClientSession session, Range range, BsonDocument filter) {
        CountOptions options = embedded ? new CountOptions() : new CountOptions().hint(BY_ID);
        return session == null
                ? collection.countDocuments(range.filter(filter), options)
                : collection.countDocuments(session, range.filter(filter), options);
    }

    private FindIterable<RawBsonDocument> matching(ClientSession session, Range range) {
        BsonDocument filter = where == null ? new BsonDocument() : where;
        if (embedded) {
            return found(null, Range.and(range.expression(), filter));
        }
        if (range.to() == null) {
            // min() without max() leaves out an _id that is MaxKey.
            return found(session, Range.and(range.expression(), filter)).hint(BY_ID);
        }
        return between(found(session, filter), range.from(), range.to());
    }

    private FindIterable<RawBsonDocument> found(ClientSession session, BsonDocument filter) {
        FindIterable<RawBsonDocument> all =
                session == null ? collection.find(filter) : collection.find(session, filter);
        return all.sort(BY_ID);
    }

    /** Bounds a query by min and max, which unlike comparisons cover values of all types. */
    private static FindIterable<RawBsonDocument> between(
            FindIterable<RawBsonDocument> found, BsonValue from, BsonValue to) {
        found.hint(BY_ID);
        if (from != null) {
            found.min(new BsonDocument(Range.ID, from));
        }
        if (to != null) {
            found.max(new BsonDocument(Range.ID, to));
        }
        return found;
    }

    /** Returns the {@code _id} if a checkpoint can store it. */
    BsonValue checked(BsonValue id) {
        BsonDocument alone = new BsonDocument(Range.ID, id);
        int bytes = new RawBsonDocument(alone, new BsonDocumentCodec())
                        .getByteBuffer()
                        .remaining()
                - BYTES_AROUND_ID;
        if (bytes > Checkpoint.LARGEST_ID) {
            throw MigopyException.failed(
                    "An _id of %s has %d bytes; a checkpoint can store at most %d"
                            .formatted(collection.getNamespace().getCollectionName(), bytes, Checkpoint.LARGEST_ID),
                    "Change this collection without backfill(), or set another batch(...) size, so that no batch"
                            + " starts at this _id");
        }
        return id;
    }
}
