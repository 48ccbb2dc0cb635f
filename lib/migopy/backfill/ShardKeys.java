package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.conversions.Bson;

/** By which fields collections are sharded, as the cluster's {@code config} database tells. */
public final class ShardKeys {
    private static final long LIMIT_SECONDS = 10;

    private ShardKeys() {}

    /** From the name of each sharded collection of the database to the fields of its shard key. */
    public static Map<String, List<String>> of(MongoClient client, MongoDatabase database) {
        String name = database.getName();
        // All names that begin with "app." lie between that and "app/".
        return read(client, name, Filters.and(Filters.gt("_id", name + "."), Filters.lt("_id", name + "/")));
    }

    /** The fields of one collection's shard key; empty if it is not sharded. */
    static List<String> of(MongoClient client, MongoDatabase database, String collection) {
        String name = database.getName();
        return read(client, name, Filters.eq("_id", name + "." + collection)).getOrDefault(collection, List.of());
    }

    private static Map<String, List<String>> read(MongoClient client, String database, Bson which) {
        Map<String, List<String>> keys = new TreeMap<>();
        try {
            for (Document found : client.getDatabase("config")
                    .withTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .getCollection("collections")
                    .find(which)) {
                boolean sharded =
                        !found.getBoolean("dropped", false) && !found.getBoolean("unsplittable", false); // from 8.0 on
                if (sharded && found.get("key") instanceof Document key) {
                    String name = found.getString("_id").substring(database.length() + 1);
                    keys.put(name, List.copyOf(key.keySet()));
                }
            }
        } catch (MongoException e) {
            return Map.of(); // Not readable: by _id alone every shard is asked, slower and as right.
        }
        return keys;
    }
}
