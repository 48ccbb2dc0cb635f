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
 * The policy for what is handed to a migration. Closing the client has no effect, and a result that writes must be run. In
 * a transaction, the write concern is that of the transaction: the server rejects one in a command.
 *
 * @param transactional whether the migration as a whole is called in a transaction
 */
public record HandedOut(Observation observation, boolean transactional) implements Handles.Policy {
    /** The types that do nothing until one of their methods is called, as class files name them. */
    public static final List<String> LAZY = List.of(
            "com/mongodb/client/AggregateIterable",
            "com/mongodb/client/MapReduceIterable",
            "com/mongodb/client/MongoIterable");

    /** The type that a migration needs for a transaction of its own. */
    public static final String SESSION = "com/mongodb/client/ClientSession";

    private static final Set<String> RUNS =
            Set.of("iterator", "cursor", "first", "forEach", "into", "spliterator", "toCollection", "explain");

    @Override
    public Object make(Handles.DriverCall call) throws Throwable {
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

    private Object iterable(Handles.DriverCall call) throws Throwable {
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

    private Object withoutConcern(Handles.DriverCall call) throws Throwable {
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

    /**
     * Makes all calls in one session, so that code without sessions runs in a transaction. A call that has no variant with a
     * session is made unchanged.
     *
     * @param next decides on the call after that
     */
    public record InSession(ClientSession session, Handles.Policy next) implements Handles.Policy {
        @Override
        public Object make(Handles.DriverCall call) throws Throwable {
            Handles.DriverCall inSession = call.in(session);
            return next.make(inSession == null ? call : inSession);
        }
    }
}
