package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/**
 * What a dump has to know of the server.
 *
 * @param version as the server writes it: {@code 6.0.5}
 * @param snapshots whether a session of it can read several collections at one point in time
 * @param renames whether a collection can take the place of another by its name: not on a mongos,
 *     and the embedded server forgets it when it ends
 */
record ServerFacts(String version, boolean snapshots, boolean renames) {
    private static final int FIRST_WITH_SNAPSHOTS = 5;

    static ServerFacts of(MongoClient client) {
        MongoDatabase admin = client.getDatabase("admin");
        BsonDocument build = admin.runCommand(new BsonDocument("buildInfo", new BsonInt32(1)), BsonDocument.class);
        String version = build.getString("version", new BsonString("0")).getValue();
        BsonDocument hello = hello(admin);
        boolean sharded =
                hello.get("msg") instanceof BsonString msg && msg.getValue().equals("isdbgrid");
        boolean set = sharded || hello.containsKey("setName");
        return new ServerFacts(version, set && major(version) >= FIRST_WITH_SNAPSHOTS, !sharded && !hello.isEmpty());
    }

    /** The reason, where there are no {@link #snapshots}. */
    String whyNoSnapshots() {
        return major(version) < FIRST_WITH_SNAPSHOTS
                ? "MongoDB %s has no snapshots of several collections".formatted(version)
                : "A server that is no replica set has no snapshots";
    }

    private static BsonDocument hello(MongoDatabase admin) {
        try {
            return admin.runCommand(new BsonDocument("hello", new BsonInt32(1)), BsonDocument.class);
        } catch (MongoCommandException e) {
            return new BsonDocument(); // the embedded server, or one that is older than 5.0
        }
    }

    private static int major(String version) {
        String digits = version.split("\\.", 2)[0];
        return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : 0;
    }
}
