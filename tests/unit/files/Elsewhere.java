package unit.files;

import com.mongodb.client.MongoDatabase;

/** A project's own code that a migration calls, whose body is not analyzed. */
public final class Elsewhere {
    private Elsewhere() {}

    /** Uses a collection that the call does not name. */
    public static void help(MongoDatabase database) {
        database.getCollection("hidden").drop();
    }
}
