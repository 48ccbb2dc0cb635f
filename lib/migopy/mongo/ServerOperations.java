package migopy.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.mongo.Connection.Topology;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Finds and kills the operations that run on the server under a run's application name. They continue after
 * their client has crashed. Each call is limited to 10 s.
 */
public final class ServerOperations {
    /** The limit of one query. A later query finds the rest. */
    private static final int LIMIT = 1000;

    /**
     * The result of a query.
     *
     * @param complete false if operations of other users are missing, since they could not be seen
     */
    public record FoundOperations(List<ServerOperation> operations, boolean complete) {
        public FoundOperations {
            operations = List.copyOf(operations);
        }
    }

    private final Connection connection;

    public ServerOperations(Connection connection) {
        this.connection = connection;
    }

    /** Returns the operations of a run, as far as they can be seen. */
    public List<ServerOperation> ofRun(String runId) {
        return find(runId).operations();
    }

    /**
     * Finds the operations of a run: first those of this user, which needs no privilege, then those of all
     * users.
     *
     * @throws migopy.MigopyException if the query fails, except for a missing privilege
     */
    public FoundOperations find(String runId) {
        if (connection.topology() == Topology.EMBEDDED) {
            return new FoundOperations(List.of(), true); // it ends with its client, and has no $currentOp
        }
        Map<String, ServerOperation> found = new LinkedHashMap<>();
        query(runId, false, found);
        boolean complete = query(runId, true, found);
        return new FoundOperations(new ArrayList<>(found.values()), complete);
    }

    /** Kills these operations, except index builds. Operations that have ended are ignored. */
    public void kill(List<ServerOperation> operations) {
        for (ServerOperation operation : operations) {
            if (operation.buildsIndexes()) {
                continue;
            }
            if (operation.opid() == null) {
                killSession(operation.lsid());
            } else {
                command(
                        new BsonDocument("killOp", new BsonInt32(1)).append("op", operation.opid()),
                        "Ending opid " + operation.opid());
            }
        }
    }

    /**
     * Kills a session with its operations, and thereby aborts its transaction.
     *
     * @param lsid its id, with the hash of its user if that may be another one
     */
    public void killSession(BsonDocument lsid) {
        // With the id alone it is a session of this user, which needs no privilege.
        BsonDocument session = new BsonDocument("id", lsid.get("id"));
        BsonDocument kill = new BsonDocument("killSessions", new BsonArray(List.of(session)));
        command(kill, "Ending the session of a run");
        if (lsid.containsKey("uid")) {
            killForeignSession(lsid);
        }
    }

    private void killForeignSession(BsonDocument lsid) {
        BsonDocument pattern = new BsonDocument("lsid", lsid);
        try {
            connection
                    .admin()
                    .runCommand(new BsonDocument("killAllSessionsByPattern", new BsonArray(List.of(pattern))));
        } catch (MongoException e) {
            // Without this privilege the session was either this user's, killed above, or cannot be killed.
            if (!MongoErrors.missingRight(e)) {
                throw MongoErrors.translate(e, "Ending the session of a run");
            }
        }
    }

    /** Returns false if the query was not authorized. */
    private boolean query(String runId, boolean allUsers, Map<String, ServerOperation> into) {
        List<BsonDocument> pipeline = List.of(
                new BsonDocument(
                        "$currentOp",
                        new BsonDocument("allUsers", BsonBoolean.valueOf(allUsers))
                                .append("idleSessions", BsonBoolean.TRUE)),
                new BsonDocument("$match", new BsonDocument("appName", new BsonString(Connection.appName(runId)))),
                new BsonDocument("$limit", new BsonInt32(LIMIT)));
        try {
            for (BsonDocument each : connection.admin().aggregate(pipeline, BsonDocument.class)) {
                if (isWork(each)) {
                    into.putIfAbsent(key(each), operation(each));
                }
            }
            return true;
        } catch (MongoCommandException e) {
            if (MongoErrors.missingRight(e)) {
                return false;
            }
            throw MongoErrors.translate(e, "Finding the operations of run " + runId);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Finding the operations of run " + runId);
        }
    }

    private static boolean isWork(BsonDocument each) {
        BsonDocument command = each.getDocument("command", new BsonDocument());
        String first = command.isEmpty() ? "" : command.getFirstKey();
        boolean monitor = List.of("hello", "isMaster", "ismaster").contains(first);
        boolean idle = each.containsKey("opid") ? !active(each) : !each.containsKey("lsid");
        return !monitor && !idle;
    }

    private static boolean active(BsonDocument each) {
        return each.getBoolean("active", BsonBoolean.TRUE).getValue();
    }

    private static String key(BsonDocument each) {
        return each.containsKey("opid")
                ? each.get("opid").toString()
                : each.get("lsid").toString();
    }

    private static ServerOperation operation(BsonDocument each) {
        BsonValue micros = each.get("microsecs_running");
        long running = micros != null && micros.isNumber() ? micros.asNumber().longValue() : 0;
        String what = each.containsKey("opid") ? text(each, "op") : "open transaction";
        return new ServerOperation(
                each.get("opid"),
                what,
                namespace(each),
                Duration.ofNanos(running * 1000),
                each.getDocument("lsid", null),
                indexes(each));
    }

    /** While {@code createIndexes} waits for another build, its {@code ns} has only the database. */
    private static String namespace(BsonDocument each) {
        BsonDocument command = each.getDocument("command", new BsonDocument());
        return command.isString("createIndexes") && command.isString("$db")
                ? text(command, "$db") + "." + text(command, "createIndexes")
                : text(each, "ns");
    }

    private static List<String> indexes(BsonDocument each) {
        BsonDocument command = each.getDocument("command", new BsonDocument());
        List<String> names = new ArrayList<>();
        if (each.containsKey("opid") && command.isString("createIndexes") && command.isArray("indexes")) {
            for (BsonValue index : command.getArray("indexes")) {
                names.add(index.isDocument() ? text(index.asDocument(), "name") : "?");
            }
        }
        return names;
    }

    private static String text(BsonDocument each, String name) {
        return each.getString(name, new BsonString("?")).getValue();
    }

    private void command(BsonDocument command, String doingWhat) {
        try {
            connection.admin().runCommand(command);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, doingWhat);
        }
    }

    /**
     * An operation of a run on the server, or an idle session with an open transaction.
     *
     * @param opid for {@code killOp}; null for an idle session
     * @param what the kind of operation: {@code update}, {@code command}, {@code getmore}
     * @param namespace database and collection: {@code app.users}
     * @param running how long it has been running
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
         * Whether it builds indexes. The server finishes a build without its client; killing it would undo
         * the build on all members.
         */
        public boolean buildsIndexes() {
            return !indexes.isEmpty();
        }

        /** The mongosh command that stops its index build. */
        public String dropIndexes() {
            int dot = namespace.indexOf('.');
            BsonArray names =
                    new BsonArray(indexes.stream().map(BsonString::new).toList());
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
}
