package migopy.backfill;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.backfill.BatchWriter.BatchResult;
import migopy.backfill.BatchWriter.FailureLocation;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/** The collection that new documents go into. */
final class Destination {
    private static final int NAMESPACE_EXISTS = 48;
    private static final int DUPLICATE_KEY = 11000;

    /** Limits one command, since a function may return many documents for each. */
    private static final long MOST_BYTES = 8L << 20;

    private final MongoCollection<RawBsonDocument> collection;
    private final CodecRegistry registry;
    private final BulkWriteOptions unordered;

    private Destination(
            MongoDatabase database, Change.Insert insert, Job.WriteOptions options, CodecRegistry registry) {
        this.collection = database.getCollection(insert.collection(), RawBsonDocument.class)
                .withCodecRegistry(registry)
                .withWriteConcern(WriteConcern.MAJORITY)
                .withTimeout(BatchReader.BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        this.registry = registry;
        this.unordered = BatchWriter.unordered(options);
    }

    /**
     * Returns the job's destination, or null if it has none. Creates the collection if it is
     * missing, since that may be impossible in a transaction.
     */
    static Destination of(BackfillContext context, Job job, CodecRegistry registry) {
        if (!(job.change() instanceof Change.Insert insert)) {
            return null;
        }
        MongoDatabase database = Job.databaseOf(context.client(), context.database(), insert.database());
        String name = database.getName() + "." + insert.collection();
        MongoDatabase source = job.databaseOf(context.client(), context.database());
        if (name.equals(source.getName() + "." + job.collection())) {
            throw MigopyException.failed(
                    "backfill(\"%s\") cannot insert into the collection that it reads".formatted(job.shownName()),
                    "Insert into another collection, then rename that");
        }
        CollectionFacts facts = CollectionFacts.of(context.client(), database, insert.collection(), context.embedded());
        if (facts.exists()) {
            facts.ensureSupported(name, false);
        } else {
            create(database, insert.collection());
        }
        return new Destination(database, insert, job.options(), registry);
    }

    /** Returns the job's destination without creating it, or null if it has none. */
    static Destination existing(MongoClient client, MongoDatabase configured, Job job, CodecRegistry registry) {
        return job.change() instanceof Change.Insert insert
                ? new Destination(
                        Job.databaseOf(client, configured, insert.database()), insert, job.options(), registry)
                : null;
    }

    private static void create(MongoDatabase database, String collection) {
        try {
            database.createCollection(collection);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != NAMESPACE_EXISTS) {
                throw e;
            }
        }
    }

    /** Inserts what the function returns for each document. */
    BatchResult insert(
            ClientSession session,
            Function<Document, ? extends List<? extends Bson>> function,
            BatchReader source,
            List<RawBsonDocument> documents) {
        List<RawBsonDocument> next = new ArrayList<>();
        List<BsonValue> sources = new ArrayList<>();
        long bytes = 0;
        long inserted = 0;
        for (RawBsonDocument raw : documents) {
            for (Bson returned : source.applied(function, raw)) {
                next.add(new RawBsonDocument(
                        returned.toBsonDocument(Document.class, registry), new BsonDocumentCodec()));
                sources.add(raw.get(Range.ID));
                bytes += next.get(next.size() - 1).getByteBuffer().remaining();
                if (bytes > MOST_BYTES) {
                    inserted += write(session, next, sources);
                    next.clear();
                    sources.clear();
                    bytes = 0;
                }
            }
        }
        inserted += write(session, next, sources);
        return new BatchResult(inserted, inserted);
    }

    /**
     * @param sources of each document, the {@code _id} of the one it was made of
     * @return how many the server inserted
     */
    private long write(ClientSession session, List<RawBsonDocument> documents, List<BsonValue> sources) {
        if (documents.isEmpty()) {
            return 0;
        }
        List<InsertOneModel<RawBsonDocument>> models =
                documents.stream().map(one -> new InsertOneModel<>(one)).toList();
        try {
            BulkWriteResult result = session == null
                    ? collection.bulkWrite(models, unordered)
                    : collection.bulkWrite(session, models, unordered);
            return result.getInsertedCount();
        } catch (MongoBulkWriteException e) {
            if (e.getWriteErrors().isEmpty()) {
                throw e;
            }
            if (session != null && session.hasActiveTransaction()) {
                throw FailureLocation.firstOf(e, sources);
            }
            BulkWriteError refused = firstRefused(session, documents, e.getWriteErrors());
            if (refused != null) {
                throw FailureLocation.document(e, sources.get(refused.getIndex()));
            }
            if (e.getWriteConcernError() != null) {
                throw e;
            }
            return e.getWriteResult().getInsertedCount();
        }
    }

    /**
     * Returns the first error that does not come from repeating a batch, or null. A repeated batch
     * finds its own documents; of any other document with the same {@code _id} it is unknown which
     * of the two is right.
     */
    private BulkWriteError firstRefused(
            ClientSession session, List<RawBsonDocument> documents, List<BulkWriteError> errors) {
        BsonArray ids = new BsonArray();
        Set<RawBsonDocument> missing = new HashSet<>();
        for (BulkWriteError error : errors) {
            RawBsonDocument document = documents.get(error.getIndex());
            if (error.getCode() != DUPLICATE_KEY || !document.containsKey(Range.ID)) {
                return error;
            }
            ids.add(document.get(Range.ID));
            missing.add(document);
        }
        BsonDocument filter = new BsonDocument(Range.ID, new BsonDocument("$in", ids));
        MongoCollection<RawBsonDocument> primary =
                collection.withReadPreference(ReadPreference.primary()).withReadConcern(ReadConcern.LOCAL);
        (session == null ? primary.find(filter) : primary.find(session, filter)).forEach(missing::remove);
        return errors.stream()
                .filter(error -> missing.contains(documents.get(error.getIndex())))
                .findFirst()
                .orElse(null);
    }
}
