package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;

/** What a dead run's backfills may have left at work in the server. */
public final class LeftBehind {
    private static final long LIMIT_SECONDS = 10;

    private LeftBehind() {}

    /**
     * Ends it: batches and open transactions. To be called by who takes over, before it writes to
     * the migration's record, because such a transaction may hold that record.
     *
     * @param checkpoint as it was kept, or null
     * @return why that was not possible, one line, or empty
     */
    public static Optional<String> end(MongoClient client, BsonDocument checkpoint) {
        if (checkpoint == null || !checkpoint.isArray("sessions")) {
            return Optional.empty();
        }
        List<BsonValue> ids = checkpoint.getArray("sessions").getValues();
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        List<Document> named = ids.stream().map(id -> new Document("id", id)).toList();
        try {
            client.getDatabase("admin")
                    .withTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .runCommand(new Document("killSessions", named));
            return Optional.empty();
        } catch (MongoException e) {
            return Optional.of(e.getMessage());
        }
    }
}
