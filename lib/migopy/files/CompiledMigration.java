package migopy.files;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.MigrationMethods.Signature;

/** A compiled migration, ready to be called. */
public final class CompiledMigration {
    /** The number of frames of an exception that are kept. */
    public static final int FRAME_LIMIT = 20;

    /** The number of causes that are followed, since they may form a cycle. */
    private static final int CAUSE_LIMIT = 50;

    private final MigrationSource source;
    private final MigrationMethods methods;
    private final MigrationLoader loader;
    private final Problem dropped;

    CompiledMigration(MigrationSource source, MigrationMethods methods, MigrationLoader loader, Problem dropped) {
        this.dropped = dropped;
        this.source = source;
        this.methods = methods;
        this.loader = loader;
        methods.up().setAccessible(true);
        for (Method method : new Method[] {methods.down(), methods.before(), methods.verify()}) {
            if (method != null) {
                method.setAccessible(true);
            }
        }
    }

    /** Returns what it was compiled from. */
    public MigrationSource source() {
        return source;
    }

    /**
     * Returns why it must not be executed although it compiles, or null: it drops a {@code Future}. What is applied can be
     * rolled back all the same.
     */
    public Problem dropped() {
        return dropped;
    }

    /** Returns its name, without {@code .java}. */
    public String name() {
        return source.file().name();
    }

    /** Whether its method for that direction takes a session, and so runs in a transaction. */
    public boolean transactional(Direction direction) {
        Method method = method(direction);
        return method != null && Signature.of(method).orElseThrow() == Signature.SESSION;
    }

    /** Whether it has a {@code down()}. */
    public boolean reversible() {
        return methods.down() != null;
    }

    /** Whether its {@code up()} may be called again after a crash. */
    public boolean resumable() {
        return methods.resumable();
    }

    /** A condition that a migration can have a method for, which only reads. */
    public enum Condition {
        BEFORE,
        VERIFY;

        /** Returns the method as it is written: {@code verify()}. */
        public String method() {
            return name().toLowerCase(Locale.ROOT) + "()";
        }
    }

    /** Whether it has a method for a condition at all. */
    public boolean hasConditions() {
        return methods.before() != null || methods.verify() != null;
    }

    /** Whether it has a method for this condition. */
    public boolean has(Condition condition) {
        return method(condition) != null;
    }

    private Method method(Condition condition) {
        return condition == Condition.BEFORE ? methods.before() : methods.verify();
    }

    /**
     * Whether its classes, or classes of the project that they use, name one of these types.
     *
     * @param types as class files write them: {@code com/mongodb/client/ClientSession}
     */
    public boolean names(List<String> types) {
        return new TypeSearch(loader, types).found();
    }

    private Method method(Direction direction) {
        return switch (direction) {
            case UP -> methods.up();
            case DOWN -> methods.down();
            case IGNORE -> null;
        };
    }

    /**
     * Calls {@code up} or {@code down} in this thread, with the migration's class loader as the
     * thread's.
     *
     * @param session for a transactional migration; otherwise ignored
     * @throws Throwable what the migration has thrown
     * @throws IllegalStateException if it has no method for that direction
     */
    public void call(Direction direction, MongoDatabase database, ClientSession session) throws Throwable {
        Method method = method(direction);
        if (method == null) {
            throw new IllegalStateException(name() + " has no " + direction.word() + "()");
        }
        invoke(method, Signature.of(method).orElseThrow().arguments(database, session));
    }

    /**
     * Calls the method of a condition, which it has, in the same way.
     *
     * @return false if the method has returned false
     * @throws Throwable what the method has thrown
     */
    public boolean holds(Condition condition, MongoDatabase database) throws Throwable {
        Method method = method(condition);
        Object[] arguments = method.getParameterCount() == 0 ? new Object[0] : new Object[] {database};
        return !Boolean.FALSE.equals(invoke(method, arguments));
    }

    private static Object invoke(Method method, Object... arguments) throws Throwable {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Libraries that use the thread's loader find those of the file's own //DEPS.
        thread.setContextClassLoader(method.getDeclaringClass().getClassLoader());
        try {
            return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Whether a thread was started by this migration, or runs its code now. A thread inherits the
     * context class loader of the thread that starts it, so threads of earlier migrations have another
     * one. A thread of a shared pool is recognized by its stack.
     *
     * @param thread null if it is unknown
     */
    public boolean started(Thread thread, List<StackTraceElement> stack) {
        return thread != null && thread.getContextClassLoader() == loader
                || stack.stream().anyMatch(this::isOwn);
    }

    private boolean isOwn(StackTraceElement frame) {
        return loader.names().contains(frame.getClassName()) && loader.getName().equals(frame.getClassLoaderName());
    }

    /**
     * Returns the frames of an exception and of its causes that are in the migration's own file, as
     * {@code file:line} and the code on that line, the innermost of each first; at most {@link
     * #FRAME_LIMIT}.
     */
    public List<String> framesOf(Throwable thrown) {
        Set<Integer> lines = new LinkedHashSet<>();
        try {
            Throwable next = thrown;
            for (int i = 0; next != null && i < CAUSE_LIMIT; i++) {
                for (StackTraceElement frame : next.getStackTrace()) {
                    if (lines.size() < FRAME_LIMIT && loader.names().contains(frame.getClassName())) {
                        lines.add(frame.getLineNumber());
                    }
                }
                next = next.getCause();
            }
        } catch (Throwable e) {
            // The class may be the user's own, and its methods may fail in any way.
            return source.frames(lines);
        }
        return source.frames(lines);
    }

    /**
     * Searches the class files of a migration, and of the project's classes that it uses, for types of
     * the driver. Loads no classes.
     */
    static final class TypeSearch {
        /** With more classes than this, the types count as found. */
        private static final int MOST = 200;

        /** Packages of the JDK, this library and its dependencies, which are not searched. */
        private static final List<String> KNOWN =
                List.of("java/", "javax/", "jdk/", "sun/", "com/mongodb/", "org/bson/", "migopy/");

        private static final int CONSTANT_CLASS = 7;

        private final MigrationLoader loader;
        private final List<String> types;

        TypeSearch(MigrationLoader loader, List<String> types) {
            this.loader = loader;
            this.types = types;
        }

        boolean found() {
            Deque<String> next = new ArrayDeque<>(loader.names());
            Set<String> seen = new HashSet<>(next);
            try {
                while (!next.isEmpty()) {
                    byte[] file = loader.classFile(next.pop());
                    if (file == null) {
                        continue; // an array, or a missing class, which is never called
                    }
                    if (names(file)) {
                        return true;
                    }
                    for (String used : classesOf(file)) {
                        if (seen.add(used)) {
                            next.add(used);
                        }
                    }
                    if (seen.size() > MOST) {
                        return true;
                    }
                }
                return false;
            } catch (IOException e) {
                return true; // an unreadable class may name them
            }
        }

        private boolean names(byte[] file) {
            String text = new String(file, StandardCharsets.ISO_8859_1);
            for (String type : types) {
                if (text.contains(type)) {
                    return true;
                }
            }
            return false;
        }

        /** Returns the classes in its constant pool that are not in {@link #KNOWN} packages. */
        private static List<String> classesOf(byte[] file) throws IOException {
            List<String> names = new ArrayList<>();
            try (var in = new DataInputStream(new ByteArrayInputStream(file))) {
                in.skipBytes(8); // magic number and version
                int size = in.readUnsignedShort();
                String[] texts = new String[size];
                int[] classes = new int[size];
                for (int i = 1; i < size; i++) {
                    int tag = in.readUnsignedByte();
                    if (tag == MigrationLoader.CONSTANT_UTF8) {
                        texts[i] = in.readUTF();
                    } else if (tag == CONSTANT_CLASS) {
                        classes[i] = in.readUnsignedShort();
                    } else {
                        int length = MigrationLoader.lengthOfConstant(tag);
                        in.skipBytes(length);
                        i += length == Long.BYTES ? 1 : 0; // long and double take two entries
                    }
                }
                for (int index : classes) {
                    if (index != 0 && isUnknown(texts[index])) {
                        names.add(texts[index].replace('/', '.'));
                    }
                }
            }
            return names;
        }

        private static boolean isUnknown(String name) {
            for (String known : KNOWN) {
                if (name.startsWith(known)) {
                    return false;
                }
            }
            return !name.startsWith("[");
        }
    }
}
