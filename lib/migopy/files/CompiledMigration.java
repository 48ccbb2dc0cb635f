package migopy.files;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import migopy.StepReport.Direction;

/** A migration that can be called. */
public final class CompiledMigration {
    /** So many frames are kept of an exception. */
    public static final int FRAME_LIMIT = 20;

    /** Causes of causes are followed so far: they may go in a circle. */
    private static final int CAUSE_LIMIT = 50;

    private final MigrationSource source;
    private final Shape shape;
    private final MigrationLoader loader;

    CompiledMigration(MigrationSource source, Shape shape, MigrationLoader loader) {
        this.source = source;
        this.shape = shape;
        this.loader = loader;
        shape.up().setAccessible(true);
        if (shape.down() != null) {
            shape.down().setAccessible(true);
        }
    }

    /** What it was compiled from. */
    public MigrationSource source() {
        return source;
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
        return shape.down() != null;
    }

    /** Whether its {@code up()} may be called again after any kill. */
    public boolean resumable() {
        return shape.resumable();
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
            case UP -> shape.up();
            case DOWN -> shape.down();
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
}
