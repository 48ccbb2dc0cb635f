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
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/**
 * The collection as a backfill reads it: along {@code _id}, always the primary, each call limited
 * in time.
 */
final class BatchReader {
    /**
     * The server ends a batch by itself after this, so that a dead run's batch is over before
     * another run can take a 30 s lease over.
     */
    static final Duration BATCH_LIMIT = Duration.ofSeconds(20);

    /** Of a batch that is changed in the client: two such batches are in memory for each worker. */
    private static final long MOST_BYTES = 16L << 20;

    private static final long LEAST_BYTES = 1L << 20;

    /**
     * What a batch may take of the heap: its documents, their updates, and the command made of
     * them.
     */
    private static final long HEAP_SHARE = 12;

    /** A document with nothing but an {@code _id}: length, type, name, end. */
    private static final int BYTES_AROUND_ID = 10;

    private static final BsonDocument BY_ID = new BsonDocument(Range.ID, new BsonInt32(1));

    private final MongoCollection<RawBsonDocument> collection;
    private final CodecRegistry registry;
    private final BsonDocument where;
    private final boolean embedded;
    private final long mostBytes;

    BatchReader(MongoDatabase database, Job job, boolean embedded) {
        registry = CodecRegistries.fromRegistries(
                database.getCodecRegistry(), MongoClientSettings.getDefaultCodecRegistry());
        collection = database.getCollection(job.collection(), RawBsonDocument.class)
                .withCodecRegistry(registry)
                .withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.LOCAL)
                .withWriteConcern(WriteConcern.MAJORITY)
                .withTimeout(BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        where = job.where() == null ? null : rendered(job.where());
        this.embedded = embedded;
        long share = Runtime.getRuntime().maxMemory() / (HEAP_SHARE * job.parallel());
        mostBytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, share));
    }

    CodecRegistry registry() {
        return registry;
    }

    /** What is read of the documents of a batch before it is written. */
    enum Read {
        NOTHING,
        IDS,
        DOCUMENTS
    }

    /** The collection's name. */
    String name() {
        return collection.getNamespace().getCollectionName();
    }

    MongoCollection<RawBsonDocument> collection() {
        return collection;
    }

    /** Which documents, or null: all. */
    BsonDocument where() {
        return where;
    }

    /** What the migration's function makes of a document. */
    <T> T applied(Function<Document, T> function, RawBsonDocument raw) {
        try {
            return function.apply(raw.decode(registry.get(Document.class)));
        } catch (RuntimeException e) {
            throw FailureLocation.document(e, raw.get(Range.ID));
        }
    }

    /** The document-for-all estimate that the server keeps. */
    long estimate() {
        return collection.estimatedDocumentCount();
    }

    /**
     * Finds the next batch's range, of {@code documents} documents from {@code from}.
     *
     * @param session whose transaction reads, or null
     * @param read what to read of the documents that match
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
        long visited = whole ? documents : count(session, range);
        return new Batch(range, visited, found, System.nanoTime() - start, whole);
    }

    private BsonValue bound(ClientSession session, BsonValue from, BsonValue to, int documents) {
        if (from != null && from.getBsonType() == BsonType.MAX_KEY) {
            return null; // Nothing lies behind it, and min() refuses it.
        }
        FindIterable<RawBsonDocument> ids = embedded
                ? found(null, new Range(from, to).expression())
                : between(found(session, new BsonDocument()), from, to);
        RawBsonDocument first = ids.projection(BY_ID).skip(documents).limit(1).first();
        return first == null ? null : checked(first.get(Range.ID));
    }

    /** Reads what matches in the range; returns where it stopped for want of memory, or null. */
    private BsonValue read(ClientSession session, Range range, int documents, Read read, List<RawBsonDocument> into) {
        long bytes = 0;
        FindIterable<RawBsonDocument> matching = along(session, range, where);
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

    /** Whether anything in the range still matches {@code where}. */
    boolean matchesIn(ClientSession session, Range range) {
        return along(session, range, where).projection(BY_ID).limit(1).first() != null;
    }

    /** Whether one of these in the range still matches {@code where}. */
    boolean matchesIn(Range range, Set<BsonValue> ids) {
        try (MongoCursor<RawBsonDocument> cursor =
                along(null, range, where).projection(BY_ID).cursor()) {
            while (cursor.hasNext()) {
                if (ids.contains(cursor.next().get(Range.ID))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** How many documents of the range match {@code where}. */
    long countIn(Range range) {
        CountOptions options = embedded ? new CountOptions() : new CountOptions().hint(BY_ID);
        return collection.countDocuments(range.filter(where), options);
    }

    /**
     * How many match, by whatever index the server finds, if that takes no longer than the limit.
     */
    long count(Duration limit) {
        return collection
                .withTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .countDocuments(where == null ? new BsonDocument() : where);
    }

    /** The {@code _id}s of some documents that match, whichever are found first. */
    List<BsonValue> someIds(int documents, Duration limit) {
        return collection
                .withTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .find(where == null ? new BsonDocument() : where)
                .projection(BY_ID)
                .limit(documents)
                .map(found -> found.get(Range.ID))
                .into(new ArrayList<>());
    }

    /** Every document that matches; for a filter that names them one by one. */
    List<RawBsonDocument> all(ClientSession session) {
        return found(session, where).into(new ArrayList<>());
    }

    private long count(ClientSession session, Range range) {
        CountOptions options = embedded ? new CountOptions() : new CountOptions().hint(BY_ID);
        return session == null
                ? collection.countDocuments(range.filter(null), options)
                : collection.countDocuments(session, range.filter(null), options);
    }

    private FindIterable<RawBsonDocument> along(ClientSession session, Range range, BsonDocument filter) {
        BsonDocument matching = filter == null ? new BsonDocument() : filter;
        if (embedded) {
            return found(null, both(range.expression(), matching));
        }
        if (range.to() == null) {
            // min() without max() leaves out an _id that is MaxKey.
            return found(session, both(range.expression(), matching)).hint(BY_ID);
        }
        return between(found(session, matching), range.from(), range.to());
    }

    private FindIterable<RawBsonDocument> found(ClientSession session, BsonDocument filter) {
        FindIterable<RawBsonDocument> all =
                session == null ? collection.find(filter) : collection.find(session, filter);
        return all.sort(BY_ID);
    }

    /** min and max, not comparisons: they go along the index, whatever types lie in it. */
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

    private static BsonDocument both(BsonDocument range, BsonDocument filter) {
        if (range.isEmpty()) {
            return filter;
        }
        return filter.isEmpty() ? range : new BsonDocument("$and", new BsonArray(List.of(range, filter)));
    }

    private BsonDocument rendered(Bson filter) {
        return filter.toBsonDocument(Document.class, registry);
    }

    /** The {@code _id}, if a checkpoint may keep it. */
    BsonValue checked(BsonValue id) {
        int bytes = bytesOf(id);
        if (bytes > Checkpoint.LARGEST_ID) {
            throw MigopyException.failed(
                    "An _id of %s has %d bytes, and a checkpoint keeps at most %d"
                            .formatted(name(), bytes, Checkpoint.LARGEST_ID),
                    "Change this collection without backfill(), or give batch() another size");
        }
        return id;
    }

    private static int bytesOf(BsonValue id) {
        BsonDocument alone = new BsonDocument(Range.ID, id);
        int size = new RawBsonDocument(alone, new BsonDocumentCodec())
                .getByteBuffer()
                .remaining();
        return size - BYTES_AROUND_ID;
    }

    /**
     * A batch, before it is written.
     *
     * @param visited how many documents lie in the range, whether they match or not
     * @param documents those that match, where the change is made in the client; their {@code _id}s
     *     alone, where it is of interest which ones they are; else empty
     * @param nanos how long it took to find
     * @param whole whether it has as many documents as were asked for, and not fewer for want of them
     */
    record Batch(Range range, long visited, List<RawBsonDocument> documents, long nanos, boolean whole) {
        /** The {@code _id}s of the documents. */
        Set<BsonValue> ids() {
            return documents.stream().map(one -> one.get(Range.ID)).collect(Collectors.toSet());
        }
    }
}
