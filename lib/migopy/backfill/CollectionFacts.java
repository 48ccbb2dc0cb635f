package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;

import org.bson.Document;

import java.util.List;

/**
 * What a backfill has to know of its collection.
 *
 * @param type {@code collection}, {@code view}, {@code timeseries}, or null if there is none
 * @param mongos whether the server is a sharded cluster's router
 * @param shardKey the fields of its shard key; empty if it is not sharded, or that is not told
 */
record CollectionFacts(String type, boolean mongos, List<String> shardKey) {
    boolean exists() {
        return type != null;
    }

    static CollectionFacts of(
            MongoClient client, MongoDatabase database, String collection, boolean embedded) {
        Document info = database.listCollections().filter(Filters.eq("name", collection)).first();
        String type = info == null ? null : info.get("type", "collection");
        boolean mongos =
                !embedded
                        && "isdbgrid"
                                .equals(database.runCommand(new Document("hello", 1)).get("msg"));
        return new CollectionFacts(
                type,
                mongos,
                mongos ? shardKey(client, database.getName() + "." + collection) : List.of());
    }

    private static List<String> shardKey(MongoClient client, String namespace) {
        try {
            Document found =
                    client.getDatabase("config")
                            .getCollection("collections")
                            .find(Filters.eq("_id", namespace))
                            .first();
            return found == null || found.getBoolean("dropped", false)
                    ? List.of()
                    : List.copyOf(found.get("key", Document.class).keySet());
        } catch (MongoException e) {
            return List
                    .of(); // Not readable: by _id alone every shard is asked, slower and as right.
        }
    }
}
