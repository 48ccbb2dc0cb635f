package migopy.files;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import migopy.Problem;
import migopy.Resumable;
import migopy.files.Javac.Unit;

/**
 * What of a file is called: {@code up} and {@code down} of one of its classes. Only classes that
 * are in no other one count, so that a helper inside of the class may have an {@code up} too.
 *
 * @param up the method of {@code up}
 * @param down the method of {@code down}, or null
 * @param resumable whether the class is marked with {@link Resumable}
 */
record MigrationMethods(Method up, Method down, boolean resumable) {
    private static final String TAKES = "It may take nothing, (MongoDatabase), or (MongoDatabase, ClientSession)";

    /** Either a shape or what is wrong with the file. */
    sealed interface Finding {
        record Good(MigrationMethods shape) implements Finding {}

        record Bad(Problem problem) implements Finding {}
    }

    /** Looks at a file's classes; initialises none of them. */
    static Finding find(Unit unit, List<Class<?>> classes) {
        List<Class<?>> outer = new ArrayList<>(classes);
        outer.removeIf(type -> type.getEnclosingClass() != null);
        List<Method> ups = callable(outer, "up");
        if (ups.size() != 1) {
            List<Class<?>> inner = new ArrayList<>(classes);
            inner.removeAll(outer);
            return ups.isEmpty() ? noUp(unit, outer, inner) : twoUps(unit, ups);
        }
        Method up = ups.get(0);
        Class<?> type = up.getDeclaringClass();
        List<Method> downs = callable(outer, "down");
        if (downs.size() > 1) {
            return noDown(unit, "has two down(): " + shown(downs), "Keep the one beside " + shown(up));
        }
        Optional<Method> wrong = named(List.of(type), "down").stream().findFirst();
        if (downs.isEmpty() && wrong.isPresent()) {
            return noDown(unit, "has a down() that cannot be called: " + why(wrong.get()), hint(wrong.get()));
        }
        Method down = downs.isEmpty() ? null : downs.get(0);
        if (down != null && down.getDeclaringClass() != type) {
            return noDown(
                    unit,
                    "has its down() in %s and its up() in %s"
                            .formatted(down.getDeclaringClass().getName(), type.getName()),
                    "Put both into " + type.getName());
        }
        return new Finding.Good(new MigrationMethods(up, down, type.isAnnotationPresent(Resumable.class)));
    }

    /** The methods of a name that could be called. */
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

    private static Finding noUp(Unit unit, List<Class<?>> outer, List<Class<?>> inner) {
        List<Method> wrong = named(outer, "up");
        if (!wrong.isEmpty()) {
            Method method = wrong.get(0);
            return noUp(unit, "has an up() that cannot be called: " + why(method), hint(method));
        }
        List<Method> hidden = callable(inner, "up");
        if (!hidden.isEmpty()) {
            return noUp(
                    unit,
                    "has its up() inside of another class: " + shown(hidden.get(0)),
                    "Move it into a class that is in no other");
        }
        return noUp(unit, "has no static up()", "Add one to its class: static void up() { ... }");
    }

    private static Finding twoUps(Unit unit, List<Method> ups) {
        boolean oneClass =
                ups.stream().map(Method::getDeclaringClass).distinct().count() == 1;
        return noUp(
                unit,
                "has more than one static up(): " + shown(ups),
                oneClass ? "Rename all but one of them" : "Keep one; one file is one migration");
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

    private static Finding noUp(Unit unit, String what, String hint) {
        return bad(unit, Problem.ProblemKind.NO_UP, what, hint);
    }

    private static Finding noDown(Unit unit, String what, String hint) {
        return bad(unit, Problem.ProblemKind.NO_DOWN, what, hint);
    }

    private static Finding bad(Unit unit, Problem.ProblemKind kind, String what, String hint) {
        return new Finding.Bad(new Problem(kind, unit.name(), unit.fileName() + " " + what, hint));
    }

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
}
