package migopy.observe;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;

/**
 * Proxies of the driver's objects. A {@link Policy} decides on every call; the result of a call is a proxy with the same
 * policy.
 *
 * <p>The first proxy of a JVM takes about 50 ms, so there is none for a migration that needs none.
 */
public final class Handles {
    private static final List<Class<?>> WRAPPED =
            List.of(MongoCluster.class, MongoDatabase.class, MongoCollection.class);

    private Handles() {}

    /** Decides on calls. */
    @FunctionalInterface
    public interface Policy {
        /**
         * Makes the call, replaces it, or refuses it.
         *
         * @return the result for the caller
         */
        Object make(DriverCall call) throws Throwable;
    }

    /**
     * A call of a method of the driver.
     *
     * @param type the interface of the proxy
     * @param target the object behind the proxy
     * @param arguments never null
     */
    public record DriverCall(Class<?> type, Object target, Method method, Object[] arguments) {
        /** Returns the method's name. */
        public String name() {
            return method.getName();
        }

        /** Makes it as it is. */
        public Object proceed() throws Throwable {
            return on(target);
        }

        /** Makes it on another object. */
        Object on(Object other) throws Throwable {
            try {
                return method.invoke(other, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Returns the same call with a session as its first argument, or null if there is none. */
        DriverCall in(ClientSession session) {
            Class<?>[] types = new Class<?>[arguments.length + 1];
            types[0] = ClientSession.class;
            System.arraycopy(method.getParameterTypes(), 0, types, 1, arguments.length);
            Object[] with = new Object[arguments.length + 1];
            with[0] = session;
            System.arraycopy(arguments, 0, with, 1, arguments.length);
            try {
                return new DriverCall(type, target, type.getMethod(name(), types), with);
            } catch (NoSuchMethodException e) {
                return null; // withCodecRegistry, getName, or a call that has a session already
            }
        }

        /** Returns the argument of this type, or null. */
        <T> T argument(Class<T> wanted) {
            for (Object argument : arguments) {
                if (wanted.isInstance(argument)) {
                    return wanted.cast(argument);
                }
            }
            return null;
        }

        /** Whether its pipeline writes. */
        boolean endsInAWrite() {
            List<?> stages = argument(List.class);
            CodecRegistry registry = registry();
            return stages != null
                    && stages.stream()
                            .filter(Bson.class::isInstance)
                            .map(stage -> ((Bson) stage).toBsonDocument(Document.class, registry))
                            .anyMatch(WriteCommand::writes);
        }

        CodecRegistry registry() {
            if (target instanceof MongoCollection<?> collection) {
                return collection.getCodecRegistry();
            }
            return target instanceof MongoDatabase database
                    ? database.getCodecRegistry()
                    : ((MongoCluster) target).getCodecRegistry();
        }

        /** Returns the object of the call, as a migration would write it. */
        String owner() {
            if (target instanceof MongoCollection<?> collection) {
                return collection.getNamespace().getCollectionName();
            }
            return target instanceof MongoDatabase ? "db()" : "client()";
        }
    }

    /** Returns a proxy. */
    public static <T> T of(Class<T> type, T target, Policy policy) {
        Object made = Proxy.newProxyInstance(
                Handles.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Object[] arguments = given == null ? new Object[0] : given;
                    DriverCall call = new DriverCall(type, target, method, arguments);
                    return method.getDeclaringClass() == Object.class
                            ? call.proceed()
                            : wrapped(method.getReturnType(), policy.make(call), policy);
                });
        return type.cast(made);
    }

    private static Object wrapped(Class<?> type, Object result, Policy policy) {
        boolean wrap = WRAPPED.contains(type) || MongoIterable.class.isAssignableFrom(type);
        return wrap && result != null && !Proxy.isProxyClass(result.getClass()) ? proxy(type, result, policy) : result;
    }

    private static <T> T proxy(Class<T> type, Object target, Policy policy) {
        return of(type, type.cast(target), policy);
    }
}
