package migopy.files;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@code up} and {@code down} may take. */
enum Signature {
    NOTHING(),
    DATABASE(MongoDatabase.class),
    SESSION(MongoDatabase.class, ClientSession.class);

    private final List<Class<?>> parameters;

    Signature(Class<?>... parameters) {
        this.parameters = List.of(parameters);
    }

    static Optional<Signature> of(Method method) {
        List<Class<?>> given = Arrays.asList(method.getParameterTypes());
        return Arrays.stream(values())
                .filter(known -> known.parameters.equals(given))
                .findAny();
    }

    /** The arguments for a call. */
    Object[] arguments(MongoDatabase database, ClientSession session) {
        return switch (this) {
            case NOTHING -> new Object[0];
            case DATABASE -> new Object[] {database};
            case SESSION -> new Object[] {database, session};
        };
    }
}
