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
import java.util.Set;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.MigrationMethods.Signature;

/** A migration that can be called. */
public final class CompiledMigration {
    /** So many frames are kept of an exception. */
    public static final int FRAME_LIMIT = 20;

    /** Causes of causes are followed so far: they may go in a circle. */
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
        if (methods.down() != null) {
            methods.down().setAccessible(true);
        }
    }

    /** What it was compiled from. */
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

    /** Its name, without {@code .java}. */
    public String name() {
        return source.file().name();
    }

    /** Whether it takes a session in that direction, and so runs in a transaction. */
    public boolean transactional(Direction direction) {
        Method method = method(direction);
        return method != null && Signature.of(method).orElseThrow() == Signature.SESSION;
    }

    /** Whether it has a {@code down()}. */
    public boolean reversible() {
        return methods.down() != null;
    }

    /** Whether its {@code up()} may be called again after any kill. */
    public boolean resumable() {
        return methods.resumable();
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
     * Calls {@code up} or {@code down}, in this thread and with the migration's own loader as the
     * thread's.
     *
     * @param session for a transactional one; otherwise not looked at
     * @throws Throwable what the migration has thrown, itself
     * @throws IllegalStateException when it has no method for that direction
     */
    public void call(Direction direction, MongoDatabase database, ClientSession session) throws Throwable {
        Method method = method(direction);
        if (method == null) {
            throw new IllegalStateException(name() + " has no " + direction.word() + "()");
        }
        Object[] arguments = Signature.of(method).orElseThrow().arguments(database, session);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // A library that finds its parts through the thread's loader finds those of the file's own
        // //DEPS.
        thread.setContextClassLoader(method.getDeclaringClass().getClassLoader());
        try {
            method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Whether a thread was started by this migration, or works for it now. A thread inherits the
     * context class loader of the one that starts it, so one that an earlier migration left behind
     * has another; a thread of a pool that all share is known by what it calls.
     *
     * @param thread null where it is not known
     */
    public boolean started(Thread thread, List<StackTraceElement> stack) {
        return thread != null && thread.getContextClassLoader() == loader
                || stack.stream().anyMatch(this::isOwn);
    }

    private boolean isOwn(StackTraceElement frame) {
        return loader.names().contains(frame.getClassName()) && loader.getName().equals(frame.getClassLoaderName());
    }

    /**
     * The frames of an exception and of its causes that lie in the migration's own file, as {@code
     * file:line} and what stands on that line, the innermost of each first; at most {@link
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
            // The exception's class may be the user's own, and its methods may fail in any way.
            return source.frames(lines);
        }
        return source.frames(lines);
    }

    /**
     * Searches the class files of a migration, and of the project's classes that it uses, for types of
     * the driver. Reads bytes, and loads nothing.
     */
    static final class TypeSearch {
        /** Of a project that has more, the answer is yes: it may be so. */
        private static final int MOST = 200;

        /** The JDK's, the library's and its dependencies': none of them gets what a migration makes. */
        private static final List<String> KNOWN =
                List.of("java/", "javax/", "jdk/", "sun/", "com/mongodb/", "org/bson/", "migopy/");

        private static final int UTF8 = 1;
        private static final int LONG = 5;
        private static final int DOUBLE = 6;
        private static final int CLASS = 7;

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
                        continue; // an array, or a class that is not there and so is never called
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
                return true; // what cannot be read may name them
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

        /** The classes in its constant pool that are the project's or its dependencies'. */
        private static List<String> classesOf(byte[] file) throws IOException {
            List<String> names = new ArrayList<>();
            try (var in = new DataInputStream(new ByteArrayInputStream(file))) {
                in.skipBytes(8); // magic number and version
                int size = in.readUnsignedShort();
                String[] texts = new String[size];
                int[] classes = new int[size];
                for (int i = 1; i < size; i++) {
                    int tag = in.readUnsignedByte();
                    switch (tag) {
                        case UTF8 -> texts[i] = in.readUTF();
                        case CLASS -> classes[i] = in.readUnsignedShort();
                        case 8, 16, 19, 20 -> in.skipBytes(2);
                        case 15 -> in.skipBytes(3);
                        case LONG, DOUBLE -> {
                            in.skipBytes(8);
                            i++; // such a constant takes two places
                        }
                        default -> in.skipBytes(4);
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
