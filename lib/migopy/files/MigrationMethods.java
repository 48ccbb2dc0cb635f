package migopy.files;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import migopy.Problem;
import migopy.Resumable;
import migopy.files.SourceCompiler.InvalidSource;

/**
 * The methods of a migration: {@code up}, {@code down}, {@code before} and {@code verify} of one of its top-level
 * classes. A nested class may have methods of these names, too.
 *
 * @param up the method {@code up}
 * @param down the method {@code down}, or null
 * @param before the method {@code before}, or null
 * @param verify the method {@code verify}, or null
 * @param resumable whether the class is annotated with {@link Resumable}
 */
record MigrationMethods(Method up, Method down, Method before, Method verify, boolean resumable) {
    private static final String TAKES = "Use no parameters, (MongoDatabase), or (MongoDatabase, ClientSession)";

    private static final String JOIN = "Make it void, and wait for the result in it: join(), get() or forEach(...)";

    private static final Set<String> UNFINISHED = Set.of(
            "java.util.concurrent.Future",
            "java.util.concurrent.CompletionStage",
            "java.util.concurrent.Flow$Publisher",
            "java.util.stream.BaseStream",
            "org.reactivestreams.Publisher",
            "com.mongodb.client.MongoIterable");

    /**
     * Finds the methods in a file's classes, without initializing one.
     *
     * @throws InvalidSource if the file has no {@code up}, several, or a {@code down} that does not fit
     */
    static MigrationMethods find(List<Class<?>> classes) throws InvalidSource {
        List<Class<?>> outer = new ArrayList<>(classes);
        outer.removeIf(type -> type.getEnclosingClass() != null);
        List<Method> ups = callable(outer, "up");
        if (ups.size() != 1) {
            List<Class<?>> inner = new ArrayList<>(classes);
            inner.removeAll(outer);
            throw ups.isEmpty() ? noUp(outer, inner) : twoUps(ups);
        }
        Method up = ups.get(0);
        Class<?> type = up.getDeclaringClass();
        List<Method> downs = callable(outer, "down");
        if (downs.size() > 1) {
            throw noDown("has two down(): " + shown(downs), "Keep the one in the class of " + shown(up));
        }
        Optional<Method> wrong = named(List.of(type), "down").stream().findFirst();
        if (downs.isEmpty() && wrong.isPresent()) {
            throw noDown("has a down() that cannot be called: " + why(wrong.get()), hint(wrong.get()));
        }
        Method down = downs.isEmpty() ? null : downs.get(0);
        if (returnsWork(up.getReturnType())) {
            throw noUp("has an up() whose result would be lost: " + returned(up), JOIN);
        }
        if (down != null && returnsWork(down.getReturnType())) {
            throw noDown("has a down() whose result would be lost: " + returned(down), JOIN);
        }
        if (down != null && down.getDeclaringClass() != type) {
            throw noDown(
                    "has its down() in %s and its up() in %s"
                            .formatted(down.getDeclaringClass().getName(), type.getName()),
                    "Put both into " + type.getName());
        }
        return new MigrationMethods(
                up, down, check(type, "before"), check(type, "verify"), type.isAnnotationPresent(Resumable.class));
    }

    /**
     * Returns the method that checks a condition, or null. One of that name with other parameters is a helper of the
     * migration; one with these that cannot be called is refused, because its author relies on it.
     */
    private static Method check(Class<?> type, String name) throws InvalidSource {
        for (Method method : type.getDeclaredMethods()) {
            if (!method.getName().equals(name) || method.isSynthetic()) {
                continue;
            }
            List<Class<?>> given = List.of(method.getParameterTypes());
            if (!given.isEmpty() && !given.get(0).equals(MongoDatabase.class)) {
                continue;
            }
            boolean returns = method.getReturnType() == void.class || method.getReturnType() == boolean.class;
            if (given.size() > 1 || !returns || !Modifier.isStatic(method.getModifiers())) {
                throw new InvalidSource(
                        Problem.ProblemKind.NOT_COMPILABLE,
                        "has a %s() that cannot be called: %s".formatted(name, shown(method)),
                        "Declare it as: static void %s(MongoDatabase db), or rename it".formatted(name),
                        List.of());
            }
            return method;
        }
        return null;
    }

    /** Whether it stands for work that may continue, fail or not even start after the method has returned. */
    private static boolean returnsWork(Class<?> type) {
        return type != null
                && (UNFINISHED.contains(type.getName())
                        || returnsWork(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(MigrationMethods::returnsWork));
    }

    private static String returned(Method method) {
        return shown(method) + " returns a " + method.getReturnType().getSimpleName();
    }

    /** Returns the methods of a name that can be called. */
    private static List<Method> callable(List<Class<?>> classes, String name) {
        List<Method> methods = new ArrayList<>(named(classes, name));
        methods.removeIf(method -> !Modifier.isStatic(method.getModifiers())
                || Signature.of(method).isEmpty());
        return methods;
    }

    private static List<Method> named(List<Class<?>> classes, String name) {
        List<Method> methods = new ArrayList<>();
        for (Class<?> type : classes) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isSynthetic()) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static InvalidSource noUp(List<Class<?>> outer, List<Class<?>> inner) {
        List<Method> wrong = named(outer, "up");
        if (!wrong.isEmpty()) {
            Method method = wrong.get(0);
            return noUp("has an up() that cannot be called: " + why(method), hint(method));
        }
        List<Method> hidden = callable(inner, "up");
        if (!hidden.isEmpty()) {
            return noUp("has its up() in a nested class: " + shown(hidden.get(0)), "Move it into a top-level class");
        }
        return noUp("has no static up()", "Add one to its class: static void up() { ... }");
    }

    private static InvalidSource twoUps(List<Method> ups) {
        boolean oneClass =
                ups.stream().map(Method::getDeclaringClass).distinct().count() == 1;
        return noUp(
                "has more than one static up(): " + shown(ups),
                oneClass ? "Rename all but one of them" : "Move the others into files of their own");
    }

    private static String why(Method method) {
        return Modifier.isStatic(method.getModifiers())
                ? shown(method) + " takes other parameters"
                : shown(method) + " is not static";
    }

    private static String hint(Method method) {
        return Modifier.isStatic(method.getModifiers())
                ? TAKES
                : "Make it static: static void %s()".formatted(method.getName());
    }

    private static String shown(List<Method> methods) {
        return methods.stream().map(MigrationMethods::shown).sorted().collect(Collectors.joining(", "));
    }

    private static String shown(Method method) {
        String parameters = Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", "));
        return "%s.%s(%s)".formatted(method.getDeclaringClass().getName(), method.getName(), parameters);
    }

    private static InvalidSource noUp(String what, String hint) {
        return new InvalidSource(Problem.ProblemKind.NO_UP, what, hint, List.of());
    }

    private static InvalidSource noDown(String what, String hint) {
        return new InvalidSource(Problem.ProblemKind.NO_DOWN, what, hint, List.of());
    }

    /** The parameters that {@code up} and {@code down} can have. */
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

        /** Returns the arguments for a call. */
        Object[] arguments(MongoDatabase database, ClientSession session) {
            return switch (this) {
                case NOTHING -> new Object[0];
                case DATABASE -> new Object[] {database};
                case SESSION -> new Object[] {database, session};
            };
        }
    }
}
