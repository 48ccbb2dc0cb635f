package unit.files;

import com.mongodb.client.MongoDatabase;

/** Stands for a project's own code, which a migration calls and whose body nobody looks into. */
public final class Elsewhere {
    private Elsewhere() {}

    /** Touches what nobody can see from the call. */
    public static void help(MongoDatabase database) {
        database.getCollection("hidden").drop();
    }
}
