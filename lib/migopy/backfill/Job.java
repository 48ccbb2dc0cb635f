package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.util.List;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/**
 * What a migration asked for.
 *
 * @param database of the collection; null for the configured one
 * @param name what distinguishes it from others of its migration, or null
 * @param where which documents, or null for all
 * @param options how it writes
 * @param speed how fast, and on how many threads
 */
record Job(
        String database, String collection, String name, Bson where, Change change, WriteOptions options, Speed speed) {

    /**
     * How documents are written.
     *
     * @param bypassValidation whether the collection's validator is not asked
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

    /**
     * How fast.
     *
     * @param batch documents a batch, or 0: by time
     * @param maxRate documents written a second at most, or 0: no limit
     * @param parallel how many workers
     * @param once whether each batch and its checkpoint are one transaction
     */
    record Speed(int batch, long maxRate, int parallel, boolean once) {}

    /** The same for other documents, on one thread. */
    Job of(Bson documents) {
        return new Job(database, collection, name, documents, change, options, new Speed(0, 0, 1, true));
    }

    int batch() {
        return speed.batch();
    }

    long maxRate() {
        return speed.maxRate();
    }

    int parallel() {
        return speed.parallel();
    }

    boolean once() {
        return speed.once();
    }

    /**
     * The collection as messages name it: with its database where that is not the configured one.
     */
    String shownName() {
        return database == null ? collection : database + "." + collection;
    }

    /** The database of the collection. */
    MongoDatabase databaseOf(MongoClient client, MongoDatabase configured) {
        return databaseOf(client, configured, database);
    }

    static MongoDatabase databaseOf(MongoClient client, MongoDatabase configured, String other) {
        return other == null || other.equals(configured.getName())
                ? configured
                : client.getDatabase(other).withCodecRegistry(configured.getCodecRegistry());
    }
}
