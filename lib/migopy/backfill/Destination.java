package migopy.backfill;

import com.mongodb.MongoCommandException;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
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

    /** A function may make many documents of one. */
    private static final long MOST_BYTES = 8L << 20;

    private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

    private final MongoCollection<RawBsonDocument> collection;
    private final CodecRegistry registry;
    private final BulkWriteOptions unordered;

    private Destination(MongoCollection<RawBsonDocument> collection, CodecRegistry registry, Job.WriteOptions options) {
        this.collection = collection;
        this.registry = registry;
        this.unordered = new BulkWriteOptions().ordered(false).bypassDocumentValidation(options.bypassValidation());
    }

    /** Finds it, and creates it where it is missing: a transaction may not be able to. */
    static Destination of(BackfillContext context, Job job, Change.Insert insert, CodecRegistry registry) {
        MongoDatabase database = Job.databaseOf(context.client(), context.database(), insert.database());
        String name = database.getName() + "." + insert.collection();
        MongoDatabase source = job.databaseOf(context.client(), context.database());
        if (name.equals(source.getName() + "." + job.collection())) {
            throw MigopyException.failed(
                    "backfill(\"%s\") cannot insert into the collection that it reads".formatted(job.shownName()),
                    "Insert into another collection, and rename it");
        }
        CollectionFacts facts = CollectionFacts.of(context.client(), database, insert.collection(), context.embedded());
        if (facts.exists()) {
            facts.refuse(name, false);
        } else {
            create(database, insert.collection());
        }
        return in(database, insert, job.options(), registry);
    }

    /** One that is there. */
    static Destination in(
            MongoDatabase database, Change.Insert insert, Job.WriteOptions options, CodecRegistry registry) {
        return new Destination(
                database.getCollection(insert.collection(), RawBsonDocument.class)
                        .withCodecRegistry(registry)
                        .withWriteConcern(WriteConcern.MAJORITY)
                        .withTimeout(BatchReader.BATCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS),
                registry,
                options);
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

    /** Inserts what the function makes of the documents. */
    BatchResult insert(
            ClientSession session,
            Function<Document, ? extends List<? extends Bson>> function,
            BatchReader source,
            List<RawBsonDocument> documents) {
        List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
        long bytes = 0;
        long inserted = 0;
        for (RawBsonDocument raw : documents) {
            for (Bson made : source.applied(function, raw)) {
                RawBsonDocument next = raw(made);
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

    private RawBsonDocument raw(Bson made) {
        return new RawBsonDocument(made.toBsonDocument(Document.class, registry), new BsonDocumentCodec());
    }

    private static WriteModel<RawBsonDocument> model(RawBsonDocument made) {
        return made.containsKey(Range.ID)
                ? new ReplaceOneModel<>(new BsonDocument(Range.ID, made.get(Range.ID)), made, UPSERT)
                : new InsertOneModel<>(made);
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
