package migopy.backfill;

import com.mongodb.MongoCommandException;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import migopy.MigopyException;
import migopy.backfill.BatchWriter.BatchResult;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/** The collection that new documents go into. */
final class Destination {
    private static final int NAMESPACE_EXISTS = 48;

    /** Limits one command, since a function may return many documents for each. */
    private static final long MOST_BYTES = 8L << 20;

    private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

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
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
        long bytes = 0;
        long inserted = 0;
        for (RawBsonDocument raw : documents) {
            for (Bson returned : source.applied(function, raw)) {
                RawBsonDocument next =
                        new RawBsonDocument(returned.toBsonDocument(Document.class, registry), new BsonDocumentCodec());
                bytes += next.getByteBuffer().remaining();
                models.add(model(next));
                if (bytes > MOST_BYTES) {
                    inserted += write(session, models);
                    models.clear();
                    bytes = 0;
                }
            }
        }
        inserted += write(session, models);
        return new BatchResult(inserted, inserted);
    }

    private static WriteModel<RawBsonDocument> model(RawBsonDocument next) {
        return next.containsKey(Range.ID)
                ? new ReplaceOneModel<>(new BsonDocument(Range.ID, next.get(Range.ID)), next, UPSERT)
                : new InsertOneModel<>(next);
    }

    private long write(ClientSession session, List<WriteModel<RawBsonDocument>> models) {
        if (models.isEmpty()) {
            return 0;
        }
        if (session == null) {
            collection.bulkWrite(models, unordered);
        } else {
            collection.bulkWrite(session, models, unordered);
        }
        return models.size();
    }
}
