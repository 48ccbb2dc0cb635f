package migopy.dump;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonBinaryReader;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.io.ByteBufferBsonInput;

/**
 * Inserts documents in unordered batches, and counts those whose {@code _id} already exists. Used by one
 * thread.
 */
final class Inserter {
    private static final int MOST_DOCUMENTS = 1_000;

    /** Larger batches are not faster, and need more memory. */
    private static final int MOST_BYTES = 4 << 20;

    /** The batch, the driver's message of it, and what is still in the driver's buffers. */
    private static final int COPIES = 3;

    private static final int DUPLICATE_KEY = 11000;
    private static final String OF_ID = " dup key: { _id: ";

    private final MongoCollection<RawBsonDocument> collection;
    private final InsertManyOptions options;
    private final boolean bypassValidation;
    private final boolean strict;
    private final List<RawBsonDocument> batch = new ArrayList<>(MOST_DOCUMENTS);
    private long batchBytes;
    private long read;
    private long duplicates;
    private long rejected;
    private String rejection;

    /**
     * @param bypassValidation whether the collection's validator is bypassed, because the documents may be
     * older than it
     * @param strict whether a duplicate key is an error
     */
    Inserter(MongoCollection<RawBsonDocument> collection, boolean bypassValidation, boolean strict) {
        this.collection = collection;
        this.bypassValidation = bypassValidation;
        this.strict = strict;
        this.options = new InsertManyOptions().ordered(false);
        if (bypassValidation) {
            options.bypassDocumentValidation(true);
        }
    }

    /** Returns the memory that it needs for documents of at most this size. */
    long memory(int largest) {
        return (long) COPIES * (MOST_BYTES + largest);
    }

    /** Adds a document; writes a batch if it is full, and returns how many documents it wrote. */
    int add(RawBsonDocument document) {
        int written = 0;
        if (batch.size() == MOST_DOCUMENTS || batchBytes + document.getByteLength() > MOST_BYTES) {
            written = flush();
        }
        batch.add(document);
        batchBytes += document.getByteLength();
        return written;
    }

    /** Writes the last batch, and returns how many documents it wrote. */
    int flush() {
        int size = batch.size();
        if (size == 0) {
            return 0;
        }
        Set<Integer> refused = new HashSet<>();
        try {
            collection.insertMany(batch, options);
        } catch (MongoBulkWriteException e) {
            for (BulkWriteError error : e.getWriteErrors()) {
                if (error.getCode() != DUPLICATE_KEY || strict) {
                    boolean wroteNothing = inserted() == 0 && e.getWriteResult().getInsertedCount() == 0;
                    throw refused(error, wroteNothing ? e : null);
                }
                refused.add(error.getIndex());
                if (!error.getMessage().contains(OF_ID)) {
                    rejected++;
                    rejection = rejection == null ? error.getMessage() : rejection;
                }
            }
            if (e.getWriteConcernError() != null) {
                throw e;
            }
        }
        duplicates += refused.size();
        restoreEmptyTimestamps(refused);
        read += size;
        batch.clear();
        batchBytes = 0;
        return size;
    }

    long inserted() {
        return read - duplicates;
    }

    /** Returns how many documents have an {@code _id} that already existed. */
    long duplicates() {
        return duplicates - rejected;
    }

    /** Returns how many documents a unique index rejected although their {@code _id} does not exist. */
    long rejected() {
        return rejected;
    }

    /** Returns the server's message about the first of these, or null. */
    String rejection() {
        return rejection;
    }

    /**
     * @param nothingWritten the exception if no document was written, which {@link Restore} then reports
     */
    private RuntimeException refused(BulkWriteError error, MongoBulkWriteException nothingWritten) {
        return DumpErrors.restore(
                "%s rejected document %d of the dump: %s"
                        .formatted(
                                collection.getNamespace().getFullName(),
                                read + error.getIndex() + 1,
                                error.getMessage()),
                error.getCode() == DUPLICATE_KEY
                        ? "Without --strict, existing documents are counted and" + " left unchanged."
                        : "To replace the collection, add --drop.",
                nothingWritten);
    }

    /** An insert replaces an empty timestamp by the server's time; a literal in a pipeline is not replaced. */
    private void restoreEmptyTimestamps(Set<Integer> refused) {
        for (int i = 0; i < batch.size(); i++) {
            RawBsonDocument document = batch.get(i);
            if (!refused.contains(i) && EmptyTimestamps.in(document)) {
                BsonDocument literal = new BsonDocument("$literal", document);
                collection.updateOne(
                        new BsonDocument("_id", new BsonDocument("$eq", document.get("_id"))),
                        List.of(new BsonDocument("$replaceWith", literal)),
                        new UpdateOptions().bypassDocumentValidation(bypassValidation));
            }
        }
    }

    /** Whether a document has {@code Timestamp(0, 0)} in a top-level field other than {@code _id}. */
    static final class EmptyTimestamps {
        private static final int ZEROS = Long.BYTES;

        private EmptyTimestamps() {}

        static boolean in(RawBsonDocument document) {
            if (!mayBeIn(document)) {
                return false;
            }
            try (BsonBinaryReader reader = new BsonBinaryReader(new ByteBufferBsonInput(document.getByteBuffer()))) {
                boolean id = false;
                boolean empty = false;
                reader.readStartDocument();
                while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                    boolean isId = reader.readName().equals("_id");
                    id |= isId;
                    if (reader.getCurrentBsonType() == BsonType.TIMESTAMP) {
                        empty |= reader.readTimestamp().getValue() == 0 && !isId;
                    } else {
                        reader.skipValue();
                    }
                }
                return id && empty;
            }
        }

        /**
         * A fast check: a timestamp's type byte anywhere, and eight zeros anywhere. Most documents do not
         * have both.
         */
        private static boolean mayBeIn(RawBsonDocument document) {
            byte[] bytes = document.getBackingArray();
            int end = document.getByteOffset() + document.getByteLength();
            int zeros = 0;
            boolean type = false;
            for (int i = document.getByteOffset() + Integer.BYTES; i < end; i++) {
                type |= bytes[i] == 0x11;
                zeros = bytes[i] == 0 ? zeros + 1 : 0;
                if (type && zeros >= ZEROS) {
                    return true;
                }
            }
            return false;
        }
    }
}
