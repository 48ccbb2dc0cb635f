package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/**
 * What a migration requests of a backfill.
 *
 * @param database of the collection; null for the configured one
 * @param name what distinguishes it from others of its migration, or null
 * @param where which documents, or null for all
 * @param batch documents a batch, or 0: by time
 * @param maxRate documents written a second at most, or 0: no limit
 * @param parallel how many workers
 * @param once whether each batch and its checkpoint are one transaction
 */
record Job(
        String database,
        String collection,
        String name,
        Bson where,
        Change change,
        WriteOptions options,
        int batch,
        long maxRate,
        int parallel,
        boolean once) {

    /**
     * How documents are written.
     *
     * @param bypassValidation whether the collection's validator is bypassed
     * @param arrayFilters which elements {@code $[name]} means in the updates of {@code each()}
     */
    record WriteOptions(boolean bypassValidation, List<Bson> arrayFilters) {
        WriteOptions {
            arrayFilters = List.copyOf(arrayFilters);
        }

        Document described(CodecRegistry registry) {
            return new Document("bypassValidation", bypassValidation)
                    .append(
                            "arrayFilters",
                            arrayFilters.stream()
                                    .map(one -> one.toBsonDocument(Document.class, registry))
                                    .toList());
        }
    }

    /** Returns the same for other documents, in one transaction. */
    Job of(Bson documents) {
        return new Job(database, collection, name, documents, change, options, 0, 0, 1, true);
    }

    /** The collection as messages name it: with its database unless that is the configured one. */
    String shownName() {
        return database == null ? collection : database + "." + collection;
    }

    MongoDatabase databaseOf(MongoClient client, MongoDatabase configured) {
        return databaseOf(client, configured, database);
    }

    static MongoDatabase databaseOf(MongoClient client, MongoDatabase configured, String other) {
        return other == null || other.equals(configured.getName())
                ? configured
                : client.getDatabase(other).withCodecRegistry(configured.getCodecRegistry());
    }
}
