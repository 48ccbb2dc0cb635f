package migopy.backfill;

import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Writes one batch, in the server or document by document. */
final class Batches {
    private static final BsonDocument BY_ID = new BsonDocument(Range.ID, new BsonInt32(1));

    /**
     * In any order: one document's failure leaves the others changed, and the server need not wait.
     */
    private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);

    private final Target target;
    private final Change change;
    private final List<String> shardKey;
    private final boolean embedded;

    /**
     * @param shardKey the fields of the collection's shard key; empty if it is not sharded
     */
    Batches(Target target, Change change, List<String> shardKey, boolean embedded) {
        this.target = target;
        this.change = change;
        this.shardKey = List.copyOf(shardKey);
        this.embedded = embedded;
    }

    /** Whether the documents have to be read before a batch is written. */
    boolean reads() {
        return change instanceof Change.Each;
    }

    /**
     * Writes a batch.
     *
     * @param session the session that the write belongs to, or null where there are none
     */
    Written write(ClientSession session, Stretch stretch) {
        if (change instanceof Change.Update update) {
            return update(session, update.stages(), stretch.range());
        }
        if (change instanceof Change.Each each) {
            return each(session, each.function(), stretch.documents());
        }
        return delete(session, stretch.range());
    }

    private Written update(ClientSession session, List<Bson> stages, Range range) {
        UpdateOptions options = new UpdateOptions().hint(BY_ID);
        BsonDocument filter = range.filter(target.where());
        MongoCollection<RawBsonDocument> all = target.collection();
        UpdateResult result =
                session == null
                        ? all.updateMany(filter, stages, options)
                        : all.updateMany(session, filter, stages, options);
        return new Written(result.getMatchedCount(), result.getModifiedCount());
    }

    private Written delete(ClientSession session, Range range) {
        BsonDocument filter = range.filter(target.where());
        MongoCollection<RawBsonDocument> all = target.collection();
        DeleteOptions options = embedded ? new DeleteOptions() : new DeleteOptions().hint(BY_ID);
        long deleted =
                (session == null
                                ? all.deleteMany(filter, options)
                                : all.deleteMany(session, filter, options))
                        .getDeletedCount();
        return new Written(deleted, deleted);
    }

    private Written each(
            ClientSession session,
            Function<Document, Bson> function,
            List<RawBsonDocument> documents) {
        List<UpdateOneModel<RawBsonDocument>> updates = new ArrayList<>(documents.size());
        for (RawBsonDocument raw : documents) {
            Bson update = function.apply(target.decoded(raw));
            if (update != null) {
                updates.add(new UpdateOneModel<>(identity(raw), update));
            }
        }
        if (updates.isEmpty()) {
            return new Written(0, 0);
        }
        MongoCollection<RawBsonDocument> all = target.collection();
        BulkWriteResult result =
                session == null
                        ? all.bulkWrite(updates, UNORDERED)
                        : all.bulkWrite(session, updates, UNORDERED);
        return new Written(result.getMatchedCount(), result.getModifiedCount());
    }

    /**
     * The filter that finds this document again; with the shard key, so that one shard is asked.
     */
    private BsonDocument identity(RawBsonDocument raw) {
        BsonDocument filter = new BsonDocument(Range.ID, raw.get(Range.ID));
        for (String field : shardKey) {
            if (!field.equals(Range.ID)) {
                filter.append(field, valueAt(raw, field));
            }
        }
        return filter;
    }

    private static BsonValue valueAt(BsonDocument document, String path) {
        BsonValue value = document;
        for (String name : path.split("\\.")) {
            value = value.isDocument() ? value.asDocument().get(name) : null;
            if (value == null) {
                return BsonNull.VALUE; // A missing field lies in the shard where null lies.
            }
        }
        return value;
    }
}
