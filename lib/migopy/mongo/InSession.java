package migopy.mongo;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Clients, databases and collections all of whose calls are made in one session, so that code which
 * knows nothing of sessions runs in a transaction. A call that has no variant with a session is
 * made as it is.
 */
public final class InSession {
    private InSession() {}

    /** A client whose databases are in the session. */
    public static MongoClient of(MongoClient client, ClientSession session) {
        return proxy(MongoClient.class, client, session);
    }

    /** A database whose collections are in the session. */
    public static MongoDatabase of(MongoDatabase database, ClientSession session) {
        return proxy(MongoDatabase.class, database, session);
    }

    private static <T> T proxy(Class<T> type, T target, ClientSession session) {
        Object made =
                Proxy.newProxyInstance(
                        InSession.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                wrapped(call(type, target, method, arguments, session), session));
        return type.cast(made);
    }

    private static Object wrapped(Object result, ClientSession session) {
        if (result instanceof MongoCluster cluster) {
            return proxy(MongoCluster.class, cluster, session);
        }
        if (result instanceof MongoDatabase database) {
            return of(database, session);
        }
        if (result instanceof MongoCollection<?> collection) {
            return proxy(MongoCollection.class, collection, session);
        }
        return result;
    }

    private static Object call(
            Class<?> type, Object target, Method method, Object[] arguments, ClientSession session)
            throws Throwable {
        Object[] given = arguments == null ? new Object[0] : arguments;
        Class<?>[] types = new Class<?>[given.length + 1];
        types[0] = ClientSession.class;
        System.arraycopy(method.getParameterTypes(), 0, types, 1, given.length);
        try {
            Method inSession = variant(type, method.getName(), types);
            if (inSession == null) {
                return method.invoke(target, given);
            }
            Object[] with = new Object[given.length + 1];
            with[0] = session;
            System.arraycopy(given, 0, with, 1, given.length);
            return inSession.invoke(target, with);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Method variant(Class<?> type, String name, Class<?>[] types) {
        try {
            return type.getMethod(name, types);
        } catch (NoSuchMethodException e) {
            return null; // withCodecRegistry, getName, or a call that takes a session already
        }
    }
}
