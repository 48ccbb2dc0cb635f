package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.util.List;
import migopy.MigopyException;
import org.bson.Document;

/**
 * What a backfill has to know of its collection.
 *
 * @param type {@code collection}, {@code view}, {@code timeseries}, or null if there is none
 * @param capped whether it is capped
 * @param shardKey the fields of its shard key; empty if it is not sharded, or that is not told
 */
record CollectionFacts(String type, boolean capped, List<String> shardKey) {
    boolean exists() {
        return type != null;
    }

    boolean sharded() {
        return !shardKey.isEmpty();
    }

    /**
     * Refuses what cannot be changed in batches.
     *
     * @param reads whether its documents are only read
     */
    void refuse(String name, boolean reads) {
        if (!"collection".equals(type)) {
            throw MigopyException.failed(
                    "%s is a %s: backfill() changes collections".formatted(name, type),
                    "Name the collection behind it");
        }
        if (capped && !reads) {
            throw MigopyException.failed(
                    "%s is a capped collection: backfill() cannot change it".formatted(name),
                    "Copy it with into(...) to a collection that is not capped, or update it with" + " db()");
        }
    }

    static CollectionFacts of(MongoClient client, MongoDatabase database, String collection, boolean embedded) {
        Document info = database.listCollections()
                .filter(Filters.eq("name", collection))
                .first();
        String type = info == null ? null : info.get("type", "collection");
        Document options = info == null ? new Document() : info.get("options", new Document());
        return new CollectionFacts(
                type,
                Boolean.TRUE.equals(options.get("capped")),
                embedded ? List.of() : ShardKeys.of(client, database, collection));
    }
}
