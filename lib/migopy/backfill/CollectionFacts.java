package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What a backfill has to know about its collection.
 *
 * @param type {@code collection}, {@code view}, {@code timeseries}, or null if it does not exist
 * @param capped whether it is capped
 * @param shardKey the fields of its shard key; empty if it is not sharded, or that is unknown
 */
public record CollectionFacts(String type, boolean capped, List<String> shardKey) {
    private static final long LIMIT_SECONDS = 10;

    static CollectionFacts of(MongoClient client, MongoDatabase database, String collection, boolean embedded) {
        Document info = database.listCollections()
                .filter(Filters.eq("name", collection))
                .first();
        if (info == null) {
            return new CollectionFacts(null, false, List.of());
        }
        Document options = info.get("options", new Document());
        return new CollectionFacts(
                info.get("type", "collection"),
                Boolean.TRUE.equals(options.get("capped")),
                embedded ? List.of() : shardKey(client, database, collection));
    }

    boolean exists() {
        return type != null;
    }

    boolean sharded() {
        return !shardKey.isEmpty();
    }

    /**
     * Refuses a collection that cannot be changed in batches.
     *
     * @param readOnly whether its documents are only read
     */
    void ensureSupported(String name, boolean readOnly) {
        if (!"collection".equals(type)) {
            throw MigopyException.failed(
                    "%s is a %s; backfill() changes only collections".formatted(name, type),
                    type.equals("view") ? "Name the collection that the view reads" : "Change it with db()");
        }
        if (capped && !readOnly) {
            throw MigopyException.failed(
                    "%s is a capped collection, which backfill() cannot change".formatted(name),
                    "Copy it with into(...) to a collection that is not capped, or update it with db()");
        }
    }

    /** Returns the shard keys of the database's sharded collections, by the collection's name. */
    public static Map<String, List<String>> shardKeys(MongoClient client, MongoDatabase database) {
        String name = database.getName();
        // "/" follows "." in ASCII, so that these bounds enclose every name that begins with "app.".
        return shardKeys(client, name, Filters.and(Filters.gt("_id", name + "."), Filters.lt("_id", name + "/")));
    }

    private static List<String> shardKey(MongoClient client, MongoDatabase database, String collection) {
        String name = database.getName();
        return shardKeys(client, name, Filters.eq("_id", name + "." + collection))
                .getOrDefault(collection, List.of());
    }

    private static Map<String, List<String>> shardKeys(MongoClient client, String database, Bson which) {
        Map<String, List<String>> keys = new TreeMap<>();
        try {
            for (Document found : client.getDatabase("config")
                    .withTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .getCollection("collections")
                    .find(which)) {
                boolean sharded =
                        !found.getBoolean("dropped", false) && !found.getBoolean("unsplittable", false); // since 8.0
                if (sharded && found.get("key") instanceof Document key) {
                    String name = found.getString("_id").substring(database.length() + 1);
                    keys.put(name, List.copyOf(key.keySet()));
                }
            }
        } catch (MongoException e) {
            return Map.of(); // Not readable: a filter by _id alone reaches every shard, slower but correct.
        }
        return keys;
    }
}
