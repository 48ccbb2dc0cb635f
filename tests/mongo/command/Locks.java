package mongo.command;

import java.util.Date;
import org.bson.Document;
import support.MongoServer;

/** Writes locks of other owners. */
public final class Locks {
    private Locks() {}

    /** Writes a lock of "owner-1" whose lease ends in so many seconds by the server's clock; negative: expired. */
    public static Document heldFor(MongoServer server, long seconds) {
        return new Document("_id", "lock")
                .append("owner", "owner-1")
                .append("run", "run-1")
                .append("host", "elsewhere")
                .append("pid", 4711L)
                .append("token", 7L)
                .append("acquiredAt", Date.from(server.time()))
                .append("expiresAt", Date.from(server.time().plusSeconds(seconds)));
    }
}
