package migopy.journal;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Projections;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/**
 * The server sessions that records name: that of a transactional step, and those in the checkpoints
 * of backfills. A transaction in one of them may have written its record already, and then holds up
 * every other write to it.
 */
final class OpenSessions {
    private static final int UUID_BYTES = 16;

    private OpenSessions() {}

    /**
     * @param underWay which records
     */
    static List<BsonDocument> of(MongoCollection<BsonDocument> collection, Bson underWay) {
        List<BsonDocument> sessions = new ArrayList<>();
        collection
                .find(underWay)
                .projection(Projections.include("session", "checkpoints"))
                .forEach(record -> add(record, sessions));
        return sessions;
    }

    private static void add(BsonDocument record, List<BsonDocument> sessions) {
        if (isSession(record.get("session"))) {
            sessions.add(record.getDocument("session"));
        }
        BsonDocument none = new BsonDocument();
        BsonDocument checkpoints = record.isDocument("checkpoints") ? record.getDocument("checkpoints") : none;
        for (BsonValue each : checkpoints.values()) {
            BsonDocument checkpoint = each.isDocument() ? each.asDocument() : none;
            BsonArray ids = checkpoint.isArray("sessions") ? checkpoint.getArray("sessions") : new BsonArray();
            for (BsonValue id : ids) {
                BsonDocument session = new BsonDocument("id", id);
                if (isSession(session)) {
                    sessions.add(session);
                }
            }
        }
    }

    /** Whether the server can be asked to end it: its {@code id} is a UUID. */
    static boolean isSession(BsonValue value) {
        return value instanceof BsonDocument session
                && session.get("id") instanceof BsonBinary id
                && BsonBinarySubType.isUuid(id.getType())
                && id.getData().length == UUID_BYTES
                && (!session.containsKey("uid") || session.isBinary("uid"));
    }
}
