package migopy.dump;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import java.util.Set;
import migopy.mongo.MongoErrors;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;

/**
 * A point in time that all collections are read at. A session belongs to one thread, so each thread
 * opens its own and is told the time that the first one got from the server.
 */
final class Snapshot {
    /** The history that the server keeps does not reach back so far any more: 300 s by default. */
    static final int TOO_OLD = 239;

    /**
     * The collection cannot be read at that time: it is capped, or was created or indexed after it.
     */
    static final int UNAVAILABLE = 246;

    /** NamespaceNotFound, CursorNotFound, QueryPlanKilled. */
    private static final Set<Integer> GONE = Set.of(26, 43, 175);

    private final MongoClient client;
    private final BsonTimestamp time;

    private Snapshot(MongoClient client, BsonTimestamp time) {
        this.client = client;
        this.time = time;
    }

    /** The snapshot of now; the server names its time in the answer to a first read. */
    static Snapshot take(MongoClient client, MongoCollection<BsonDocument> any) {
        try (ClientSession session = client.startSession(options())) {
            any.find(session).projection(new BsonDocument()).limit(1).first();
            return new Snapshot(client, session.getSnapshotTimestamp());
        }
    }

    ClientSession session() {
        ClientSession session = client.startSession(options());
        session.setSnapshotTimestamp(time);
        return session;
    }

    private static ClientSessionOptions options() {
        return ClientSessionOptions.builder().snapshot(true).build();
    }

    /** Whether the server could not or no longer show the snapshot. */
    static boolean isLost(MongoException e) {
        return e.getCode() == TOO_OLD || e.getCode() == UNAVAILABLE || isGone(e);
    }

    /** Whether the collection was dropped or renamed while it was read. */
    static boolean isGone(MongoException e) {
        return GONE.contains(e.getCode());
    }

    /** The dump cannot go on in its snapshot. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String collection;
        private final boolean anotherMayDo;

        Lost(String collection, MongoException cause) {
            super(MongoErrors.words(cause), cause);
            this.collection = collection;
            this.anotherMayDo = cause.getCode() != TOO_OLD;
        }

        Lost(String collection, String why, boolean anotherMayDo) {
            super(why);
            this.collection = collection;
            this.anotherMayDo = anotherMayDo;
        }

        String collection() {
            return collection;
        }

        /** Whether another snapshot, taken now, may do. */
        boolean anotherMayDo() {
            return anotherMayDo;
        }
    }
}
