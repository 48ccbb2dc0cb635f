package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;

import org.bson.Document;

import java.util.List;

/**
 * What a backfill has to know of its collection.
 *
 * @param type {@code collection}, {@code view}, {@code timeseries}, or null if there is none
 * @param shardKey the fields of its shard key; empty if it is not sharded, or that is not told
 */
record CollectionFacts(String type, List<String> shardKey) {
    boolean exists() {
        return type != null;
    }

    boolean sharded() {
        return !shardKey.isEmpty();
    }

    static CollectionFacts of(
            MongoClient client, MongoDatabase database, String collection, boolean embedded) {
        Document info = database.listCollections().filter(Filters.eq("name", collection)).first();
        String type = info == null ? null : info.get("type", "collection");
        return new CollectionFacts(
                type, embedded ? List.of() : ShardKeys.of(client, database, collection));
    }
}
