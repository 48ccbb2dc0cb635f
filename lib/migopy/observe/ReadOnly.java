package migopy.observe;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The policy of code that may only read. What is not listed here as a read counts as a write, so that a method
 * which a later driver adds is refused.
 */
public final class ReadOnly implements Handles.Policy {
    private static final Set<String> OF_ALL = Set.of(
            "getCodecRegistry",
            "getReadPreference",
            "getWriteConcern",
            "getReadConcern",
            "getTimeout",
            "withCodecRegistry",
            "withReadPreference",
            "withWriteConcern",
            "withReadConcern",
            "withTimeout");
    private static final Set<String> OF_CLIENT =
            Set.of("getDatabase", "listDatabases", "listDatabaseNames", "getClusterDescription", "startSession");
    private static final Set<String> OF_DATABASE =
            Set.of("getName", "getCollection", "listCollections", "listCollectionNames");
    private static final Set<String> OF_COLLECTION = Set.of(
            "getNamespace",
            "getDocumentClass",
            "withDocumentClass",
            "find",
            "distinct",
            "countDocuments",
            "estimatedDocumentCount",
            "listIndexes",
            "listSearchIndexes");
    private static final Set<String> COMMANDS = Set.of(
            "aggregate",
            "buildInfo",
            "collStats",
            "connectionStatus",
            "count",
            "dbStats",
            "distinct",
            "explain",
            "find",
            "hello",
            "isMaster",
            "listCollections",
            "listDatabases",
            "listIndexes",
            "ping",
            "replSetGetStatus",
            "serverStatus");

    private final String refusal;
    private final Handles.Policy next;
    private String firstWrite;

    /** The policy of an estimate. */
    public ReadOnly() {
        this("an estimate ends before the first write", Handles.DriverCall::proceed);
    }

    /**
     * @param refusal what the refusal of a write says before it names the write
     * @param next makes the reads
     */
    public ReadOnly(String refusal, Handles.Policy next) {
        this.refusal = refusal;
        this.next = next;
    }

    /** Thrown by the first write, and by every call after it. */
    public static final class WriteRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private WriteRefused(String message) {
            super(message);
        }
    }

    /** Returns the first write that was tried, {@code users.insertOne}, or null. */
    public synchronized String firstWrite() {
        return firstWrite;
    }

    @Override
    public Object make(Handles.DriverCall call) throws Throwable {
        if (!(call.target() instanceof MongoIterable<?>) && !allowed(call)) {
            throw refused(call.owner() + "." + described(call));
        }
        return next.make(call);
    }

    private synchronized WriteRefused refused(String write) {
        if (firstWrite == null) {
            firstWrite = write;
        }
        return new WriteRefused(refusal + ": " + firstWrite);
    }

    private boolean allowed(Handles.DriverCall call) {
        if (firstWrite() != null) {
            return false; // a migration that caught the refusal must not continue
        }
        return switch (call.name()) {
            case "aggregate" -> !call.endsInAWrite();
            case "runCommand" -> readsOnly(command(call));
            default -> OF_ALL.contains(call.name()) || reads(call.target()).contains(call.name());
        };
    }

    private static Set<String> reads(Object target) {
        if (target instanceof MongoCollection<?>) {
            return OF_COLLECTION;
        }
        return target instanceof MongoDatabase ? OF_DATABASE : OF_CLIENT;
    }

    private static BsonDocument command(Handles.DriverCall call) {
        Bson command = call.argument(Bson.class);
        return command == null ? new BsonDocument() : command.toBsonDocument(Document.class, call.registry());
    }

    private static boolean readsOnly(BsonDocument command) {
        return !command.isEmpty()
                && COMMANDS.contains(command.getFirstKey())
                && !WriteCommand.endsInAWrite(command.get("pipeline"));
    }

    private static String described(Handles.DriverCall call) {
        if (call.name().equals("runCommand")) {
            BsonDocument command = command(call);
            return command.isEmpty() ? "runCommand" : "runCommand {%s}".formatted(command.getFirstKey());
        }
        return call.name();
    }
}
