package migopy.mongo;

import java.time.Duration;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Something that the server is doing for a run, or an open transaction that waits for it.
 *
 * @param opid what killOp wants; null for an idle session
 * @param what the kind of operation: {@code update}, {@code command}, {@code getmore}
 * @param namespace database and collection: {@code app.users}
 * @param running how long so far, by the server's clock
 * @param lsid its session, or null
 * @param indexes the names of the indexes that it builds; empty for every other operation
 */
public record ServerOperation(
        BsonValue opid, String what, String namespace, Duration running, BsonDocument lsid, List<String> indexes) {
    public ServerOperation {
        indexes = List.copyOf(indexes);
    }

    /** For a message: {@code update of app.users, opid 4711, for 12 s}. */
    public String describe() {
        String number = opid == null ? "no opid" : "opid " + shown(opid);
        return "%s of %s, %s, for %d s"
                .formatted(
                        buildsIndexes() ? "index build " + String.join(", ", indexes) : what,
                        namespace,
                        number,
                        running.toSeconds());
    }

    /**
     * Whether it builds indexes. The server finishes that without its client; ending the operation
     * would undo the build on all members.
     */
    public boolean buildsIndexes() {
        return !indexes.isEmpty();
    }

    /** What to type in mongosh to stop the building of its indexes. */
    public String dropIndexes() {
        int dot = namespace.indexOf('.');
        BsonArray names = new BsonArray(indexes.stream().map(BsonString::new).toList());
        BsonDocument drop = new BsonDocument("dropIndexes", new BsonString(namespace.substring(dot + 1)))
                .append("index", names.size() == 1 ? names.get(0) : names);
        return "db.getSiblingDB(%s).runCommand(%s)"
                .formatted("'" + namespace.substring(0, Math.max(dot, 0)) + "'", drop.toJson());
    }

    private static String shown(BsonValue opid) {
        return opid.isNumber()
                ? Long.toString(opid.asNumber().longValue())
                : opid.asString().getValue();
    }
}
