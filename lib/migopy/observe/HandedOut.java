package migopy.observe;

import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import java.util.List;
import java.util.Set;

/**
 * The policy of what a migration is handed. The client is not the migration's to close, nor a
 * result that writes to be forgotten. In a transaction it is the transaction that has the write
 * concern: the server refuses one of a command.
 *
 * @param transactional whether the migration as a whole is called in a transaction
 */
public record HandedOut(Observation observation, boolean transactional) implements Handles.Policy {
    /** The types, as class files name them, that make nothing happen until something is called. */
    public static final List<String> LAZY = List.of(
            "com/mongodb/client/AggregateIterable",
            "com/mongodb/client/MapReduceIterable",
            "com/mongodb/client/MongoIterable");

    /** The type by which a migration makes a transaction of its own. */
    public static final String SESSION = "com/mongodb/client/ClientSession";

    private static final Set<String> RUNS =
            Set.of("iterator", "cursor", "first", "forEach", "into", "spliterator", "toCollection", "explain");

    @Override
    public Object make(Handles.Call call) throws Throwable {
        if (call.target() instanceof MongoIterable<?>) {
            return iterable(call);
        }
        if (call.name().equals("close") && call.target() instanceof MongoClient) {
            return null; // the run closes it
        }
        Object result = withoutConcern(call);
        if (result instanceof ClientSession session) {
            observation.started(session);
        }
        if (call.name().equals("aggregate") && call.endsInAWrite()) {
            observation.made(result, call.owner() + ".aggregate(...) with $out or $merge", "toCollection()", null);
        }
        return result;
    }

    private Object iterable(Handles.Call call) throws Throwable {
        if (RUNS.contains(call.name())) {
            observation.ran(call.target());
        }
        Object result = call.proceed();
        if (call.name().equals("map")) {
            observation.made(result, "map(...) on a query", "forEach()", call.target());
        } else if (call.name().equals("collectionName")) {
            observation.made(result, "mapReduce(...)", "toCollection()", null);
        }
        return result;
    }

    private Object withoutConcern(Handles.Call call) throws Throwable {
        ClientSession session = call.argument(ClientSession.class);
        if (session != null && session.hasActiveTransaction()) {
            if (call.target() instanceof MongoCollection<?> collection) {
                return call.on(collection.withWriteConcern(WriteConcern.ACKNOWLEDGED));
            }
            if (call.target() instanceof MongoDatabase database) {
                return call.on(database.withWriteConcern(WriteConcern.ACKNOWLEDGED));
            }
        }
        Object result = call.proceed();
        return transactional && call.name().equals("getDatabase")
                ? ((MongoDatabase) result).withWriteConcern(WriteConcern.ACKNOWLEDGED)
                : result;
    }
}
