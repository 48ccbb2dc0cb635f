package migopy.backfill;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import migopy.backfill.BatchReader.Batch;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/**
 * Writes one batch, in the server or document by document.
 *
 * @param destination where new documents go, or null
 * @param shardKey the fields of the collection's shard key; empty if it is not sharded
 */
record BatchWriter(BatchReader reader, Destination destination, Job job, List<String> shardKey, boolean embedded) {
    /**
     * What a batch did.
     *
     * @param matched documents that were written to
     * @param changed documents that are different now, or deleted
     */
    record BatchResult(long matched, long changed) {}

    /** Returns whether the documents have to be read before a batch is written. */
    boolean readsDocuments() {
        return job.change().readsDocuments();
    }

    /** Returns whether a changed document can match {@code where} again. */
    boolean mayStillMatch() {
        return mayExclude() && !(job.change() instanceof Change.Delete);
    }

    /** Returns whether a changed document may no longer match {@code where}. */
    boolean mayExclude() {
        return reader.where() != null && !(job.change() instanceof Change.Insert);
    }

    /**
     * Writes a batch.
     *
     * @param session the session that the write belongs to; null if the server has none
     */
    BatchResult write(ClientSession session, Batch batch) {
        try {
            if (job.change() instanceof Change.Update update) {
                return update(session, update.stages(), batch.range());
            }
            if (job.change() instanceof Change.Each each) {
                return each(session, each.code().function(), batch.documents());
            }
            if (job.change() instanceof Change.Insert insert) {
                return destination.insert(session, insert.code().function(), reader, batch.documents());
            }
            return delete(session, batch.range());
        } catch (RuntimeException e) {
            throw FailureLocation.batch(e, batch.range());
        }
    }

    private BatchResult update(ClientSession session, List<Bson> stages, Range range) {
        UpdateOptions byId = options(BatchReader.BY_ID);
        BsonDocument filter = range.filter(reader.where());
        MongoCollection<RawBsonDocument> all = reader.collection();
        UpdateResult result =
                session == null ? all.updateMany(filter, stages, byId) : all.updateMany(session, filter, stages, byId);
        return new BatchResult(result.getMatchedCount(), result.getModifiedCount());
    }

    private BatchResult delete(ClientSession session, Range range) {
        BsonDocument filter = range.filter(reader.where());
        MongoCollection<RawBsonDocument> all = reader.collection();
        DeleteOptions byId = embedded ? new DeleteOptions() : new DeleteOptions().hint(BatchReader.BY_ID);
        long deleted = (session == null ? all.deleteMany(filter, byId) : all.deleteMany(session, filter, byId))
                .getDeletedCount();
        return new BatchResult(deleted, deleted);
    }

    private BatchResult each(
            ClientSession session, Function<Document, Bson> function, List<RawBsonDocument> documents) {
        List<UpdateOneModel<RawBsonDocument>> updates = new ArrayList<>(documents.size());
        List<BsonValue> ids = new ArrayList<>(documents.size());
        // Without the hint, the planner compares _id with the index of where's fields for each document.
        boolean filtered = reader.where() != null && !embedded;
        UpdateOptions updateOptions = options(filtered ? BatchReader.BY_ID : null);
        for (RawBsonDocument raw : documents) {
            Bson update = reader.applied(function, raw);
            if (update != null) {
                updates.add(new UpdateOneModel<>(identity(raw), update, updateOptions));
                ids.add(raw.get(Range.ID));
            }
        }
        if (updates.isEmpty()) {
            return new BatchResult(0, 0);
        }
        MongoCollection<RawBsonDocument> all = reader.collection();
        BulkWriteOptions unordered = unordered(job.options());
        try {
            BulkWriteResult result =
                    session == null ? all.bulkWrite(updates, unordered) : all.bulkWrite(session, updates, unordered);
            return new BatchResult(result.getMatchedCount(), result.getModifiedCount());
        } catch (MongoBulkWriteException e) {
            throw FailureLocation.firstOf(e, ids);
        }
    }

    /** Unordered, so that a document's failure leaves the others changed, and nothing waits. */
    static BulkWriteOptions unordered(Job.WriteOptions options) {
        return new BulkWriteOptions().ordered(false).bypassDocumentValidation(options.bypassValidation());
    }

    private UpdateOptions options(BsonDocument hint) {
        Job.WriteOptions options = job.options();
        UpdateOptions updateOptions = new UpdateOptions();
        if (hint != null) {
            updateOptions.hint(hint);
        }
        if (options.bypassValidation()) {
            updateOptions.bypassDocumentValidation(true);
        }
        if (!options.arrayFilters().isEmpty()) {
            updateOptions.arrayFilters(options.arrayFilters());
        }
        return updateOptions;
    }

    /**
     * Returns the filter that finds this document if it still matches; with the shard key, so that
     * it goes to one shard.
     */
    private BsonDocument identity(RawBsonDocument raw) {
        BsonDocument filter = new BsonDocument(Range.ID, raw.get(Range.ID));
        for (String field : shardKey) {
            if (!field.equals(Range.ID)) {
                filter.append(field, valueAt(raw, field));
            }
        }
        return reader.where() == null || reader.where().isEmpty()
                ? filter
                : filter.append("$and", new BsonArray(List.of(reader.where())));
    }

    private static BsonValue valueAt(BsonDocument document, String path) {
        BsonValue value = document;
        for (String name : path.split("\\.")) {
            value = value.isDocument() ? value.asDocument().get(name) : null;
            if (value == null) {
                return BsonNull.VALUE; // A document without the field is in the shard of null.
            }
        }
        return value;
    }

    /**
     * Where a batch failed: attached to what was thrown, so that this remains the migration's own
     * exception, or the server's.
     */
    static final class FailureLocation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** In the details of a validator's error. */
        private static final String FAILING = "failingDocumentId";

        private FailureLocation(String location) {
            super(location, null, false, false);
        }

        /** Notes the document whose function or write failed. */
        static <E extends RuntimeException> E document(E thrown, BsonValue id) {
            thrown.addSuppressed(new FailureLocation("at the document with _id " + shown(id)));
            return thrown;
        }

        /**
         * Notes the first document whose write failed.
         *
         * @param ids of the documents that were written, in their order
         */
        static MongoBulkWriteException firstOf(MongoBulkWriteException thrown, List<BsonValue> ids) {
            return thrown.getWriteErrors().isEmpty()
                    ? thrown
                    : document(thrown, ids.get(thrown.getWriteErrors().get(0).getIndex()));
        }

        /** Notes the batch, and the document if the server names it. */
        static RuntimeException batch(RuntimeException thrown, Range range) {
            if (thrown instanceof MongoWriteException write
                    && write.getError().getDetails().containsKey(FAILING)) {
                document(thrown, write.getError().getDetails().get(FAILING));
            }
            String from = range.from() == null ? "the start" : "_id " + shown(range.from());
            String to = range.to() == null ? "the end" : "_id " + shown(range.to());
            thrown.addSuppressed(new FailureLocation("in the batch from %s to %s".formatted(from, to)));
            return thrown;
        }

        /** Returns all locations that were noted: {@code at the document with _id 7, in the batch ...}; or nothing. */
        static String of(Throwable thrown) {
            return Stream.of(thrown.getSuppressed())
                    .filter(FailureLocation.class::isInstance)
                    .map(Throwable::getMessage)
                    .collect(Collectors.joining(", "));
        }

        private static String shown(BsonValue id) {
            String json = new BsonDocument("v", id).toJson();
            return json.substring("{\"v\": ".length(), json.length() - 1);
        }
    }
}
