package mongo.command;

import java.util.Date;
import org.bson.Document;
import support.MongoServer;

/** A lock as another owner would have written it. */
public final class Locks {
    private Locks() {}

    /**
     * Held by "owner-1" for so many seconds from now by the server's clock; fewer than 0: run out.
     */
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
