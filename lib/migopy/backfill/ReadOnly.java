package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;

/**
 * Clients, databases and collections that let reads through and nothing else: what is not named
 * here as a read counts as a write, so that a method which a later driver adds is refused.
 */
final class ReadOnly {
    private static final Set<String> OF_ALL =
            Set.of(
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
            Set.of(
                    "getDatabase",
                    "listDatabases",
                    "listDatabaseNames",
                    "getClusterDescription",
                    "startSession");
    private static final Set<String> OF_DATABASE =
            Set.of("getName", "getCollection", "listCollections", "listCollectionNames");
    private static final Set<String> OF_COLLECTION =
            Set.of(
                    "getNamespace",
                    "getDocumentClass",
                    "withDocumentClass",
                    "find",
                    "distinct",
                    "countDocuments",
                    "estimatedDocumentCount",
                    "listIndexes",
                    "listSearchIndexes");
    private static final Set<String> COMMANDS =
            Set.of(
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
    private static final Set<String> WRITING_STAGES = Set.of("$out", "$merge");

    private String firstWrite;

    /** Thrown by the first write, and by every call after it. */
    static final class WriteRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private WriteRefused(String write) {
            super("an estimate ends before the first write: " + write);
        }
    }

    /** The first write that was tried, {@code users.insertOne}; null if there was none. */
    synchronized String firstWrite() {
        return firstWrite;
    }

    MongoClient client(MongoClient client) {
        return proxy(MongoClient.class, client, "client()", OF_CLIENT, client.getCodecRegistry());
    }

    MongoDatabase database(MongoDatabase database) {
        String name = "db()";
        return proxy(MongoDatabase.class, database, name, OF_DATABASE, database.getCodecRegistry());
    }

    private Object wrapped(Object result) {
        if (result instanceof MongoClient client) {
            return client(client);
        }
        if (result instanceof MongoCluster cluster) {
            CodecRegistry registry = cluster.getCodecRegistry();
            return proxy(MongoCluster.class, cluster, "client()", OF_CLIENT, registry);
        }
        if (result instanceof MongoDatabase database) {
            return database(database);
        }
        if (result instanceof MongoCollection<?> collection) {
            String name = collection.getNamespace().getCollectionName();
            CodecRegistry registry = collection.getCodecRegistry();
            return proxy(MongoCollection.class, collection, name, OF_COLLECTION, registry);
        }
        return result;
    }

    private <T> T proxy(
            Class<T> type, T target, String name, Set<String> reads, CodecRegistry registry) {
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() != Object.class
                            && !allowed(method, arguments, reads, registry)) {
                        throw refused(name + "." + described(method, arguments, registry));
                    }
                    return wrapped(call(target, method, arguments));
                };
        return type.cast(
                Proxy.newProxyInstance(
                        ReadOnly.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private synchronized WriteRefused refused(String write) {
        if (firstWrite == null) {
            firstWrite = write;
        }
        return new WriteRefused(firstWrite);
    }

    private boolean allowed(
            Method method, Object[] arguments, Set<String> reads, CodecRegistry registry) {
        if (firstWrite() != null) {
            return false; // A migration that caught the refusal does not go on behind it.
        }
        return switch (method.getName()) {
            case "aggregate" -> !writes(pipeline(arguments), registry);
            case "runCommand" -> readsOnly(command(arguments, registry));
            default -> OF_ALL.contains(method.getName()) || reads.contains(method.getName());
        };
    }

    private static List<?> pipeline(Object[] arguments) {
        for (Object argument : arguments) {
            if (argument instanceof List<?> stages) {
                return stages;
            }
        }
        return List.of();
    }

    private static boolean writes(List<?> stages, CodecRegistry registry) {
        return stages.stream()
                .filter(Bson.class::isInstance)
                .map(stage -> ((Bson) stage).toBsonDocument(Document.class, registry))
                .anyMatch(ReadOnly::isWritingStage);
    }

    private static boolean isWritingStage(BsonDocument stage) {
        return stage.keySet().stream().anyMatch(WRITING_STAGES::contains);
    }

    private static BsonDocument command(Object[] arguments, CodecRegistry registry) {
        for (Object argument : arguments) {
            if (argument instanceof Bson command) {
                return command.toBsonDocument(Document.class, registry);
            }
        }
        return new BsonDocument();
    }

    private static boolean readsOnly(BsonDocument command) {
        if (command.isEmpty() || !COMMANDS.contains(command.getFirstKey())) {
            return false;
        }
        BsonValue stages = command.get("pipeline");
        return stages == null
                || !stages.isArray()
                || stages.asArray().stream()
                        .noneMatch(
                                stage -> stage.isDocument() && isWritingStage(stage.asDocument()));
    }

    private static String described(Method method, Object[] arguments, CodecRegistry registry) {
        if (method.getName().equals("runCommand")) {
            BsonDocument command = command(arguments, registry);
            return command.isEmpty()
                    ? "runCommand"
                    : "runCommand {%s}".formatted(command.getFirstKey());
        }
        return method.getName();
    }
}
