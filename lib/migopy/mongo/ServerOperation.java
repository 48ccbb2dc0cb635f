package migopy.mongo;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import java.time.Duration;

/**
 * Something that the server is doing for a run, or an open transaction that waits for it.
 *
 * @param opid what killOp wants; null for an idle session
 * @param what the kind of operation: {@code update}, {@code command}, {@code getmore}
 * @param namespace database and collection: {@code app.users}
 * @param running how long so far, by the server's clock
 * @param lsid its session, or null
 */
public record ServerOperation(
        BsonValue opid, String what, String namespace, Duration running, BsonDocument lsid) {

    /** For a message: {@code update of app.users, opid 4711, for 12 s}. */
    public String describe() {
        String number = opid == null ? "no opid" : "opid " + shown(opid);
        return "%s of %s, %s, for %d s".formatted(what, namespace, number, running.toSeconds());
    }

    private static String shown(BsonValue opid) {
        return opid.isNumber()
                ? Long.toString(opid.asNumber().longValue())
                : opid.asString().getValue();
    }
}
