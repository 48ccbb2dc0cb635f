package migopy.dump;

import com.mongodb.client.MongoClient;
import java.nio.file.Path;
import java.util.Set;
import migopy.MigopyException;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.json.JsonParseException;

/**
 * What to dump, and to where.
 *
 * @param client the connection; closed by whoever opened it
 * @param database the database's name
 * @param folder the folder that the dump becomes; it must not exist yet. {@link DumpFolder#next}
 *     names one
 * @param collections their names; empty: all
 * @param mustExist whether a name that the database does not have is refused, or passed over
 * @param gzip whether each file is packed
 * @param query a filter as Extended JSON, for {@code collections}; null: all documents
 * @param requireSnapshot whether the dump fails where it cannot show one point in time
 * @param run the run's id, for the manifest
 * @param tool what writes it, for the manifest: {@code migopy 0.1.0}
 * @param lockCollection the collection that the lock lies in, which is never dumped
 */
public record DumpRequest(
        MongoClient client,
        String database,
        Path folder,
        Set<String> collections,
        boolean mustExist,
        boolean gzip,
        String query,
        boolean requireSnapshot,
        String run,
        String tool,
        String lockCollection) {
    public DumpRequest {
        collections = Set.copyOf(collections);
    }

    /**
     * The documents that are asked for.
     *
     * @throws MigopyException usage, when {@code query} is not one document
     */
    BsonDocument filter() {
        if (query == null) {
            return new BsonDocument();
        }
        if (collections.isEmpty()) {
            throw MigopyException.usage(
                    "--query needs the collections that it is for",
                    "Name them: {migopy} dbdump --collection NAME --query JSON");
        }
        try {
            // In an array, since the driver's reader ignores what follows a document.
            BsonArray filters = BsonArray.parse("[" + query + "]");
            if (filters.size() == 1 && filters.get(0).isDocument()) {
                return filters.get(0).asDocument();
            }
            throw wrongQuery("it must be one document", null);
        } catch (JsonParseException e) {
            throw wrongQuery(e.getMessage(), e);
        }
    }

    private static MigopyException wrongQuery(String why, Exception cause) {
        return new MigopyException(
                MigopyException.Kind.USAGE,
                "--query is not a JSON document: " + why,
                "Write it like '{\"name\": \"Ada\"}', in single quotes for the shell.",
                cause);
    }
}
