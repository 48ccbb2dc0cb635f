package migopy.fix;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoIterable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * Runs JShell snippets in this JVM and in the calling thread, so that they share {@code db()}, their
 * output is captured, and they can be interrupted. By default JShell runs them in a second JVM.
 */
final class LocalExecution extends DirectExecutionControl {
    private final SnippetClasses classes;
    private final Way way;
    private final Consumer<Throwable> ended;
    private final Runnable stuck;
    private Thread running;
    private boolean interrupted;

    /** How a snippet is run. */
    enum Way {
        /** It is compiled only. */
        DRY,
        /** It is called; its value is shown, documents as JSON. */
        CALL,
        /** It is called; documents are printed, because JShell's prompt truncates long values. */
        PRINT
    }

    /**
     * @param ended receives after each snippet what it has thrown, or null
     * @param stuck called when a snippet is to be stopped a second time
     */
    LocalExecution(SnippetClasses classes, Way way, Consumer<Throwable> ended, Runnable stuck) {
        super(classes);
        this.classes = classes;
        this.way = way;
        this.ended = ended;
        this.stuck = stuck;
    }

    /** Makes the provider that a {@code JShell} is built with. */
    static ExecutionControlProvider provider(Way way, Consumer<Throwable> ended) {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "migopy";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new LocalExecution(new SnippetClasses(), way, ended, () -> {});
            }
        };
    }

    @Override
    protected String invoke(Method method) throws Exception {
        if (way == Way.DRY) {
            return "";
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes.loader());
        running(thread);
        try {
            String shown = shown(method.invoke(null));
            ended.accept(null);
            return shown;
        } catch (InvocationTargetException e) {
            ended.accept(e.getCause());
            throw e;
        } finally {
            running(null);
            thread.setContextClassLoader(before);
        }
    }

    private String shown(Object value) throws InvocationTargetException {
        try {
            String json = ShownValue.of(value);
            if (json == null) {
                return valueString(value);
            }
            if (way == Way.CALL) {
                return json;
            }
            System.out.println(json);
            return value.getClass().getSimpleName();
        } catch (RuntimeException e) {
            // A query is sent only when its results are read: its failure is the snippet's.
            throw new InvocationTargetException(e);
        }
    }

    private synchronized void running(Thread thread) {
        running = thread;
        interrupted = false;
    }

    /** Ctrl-C at the prompt: the first one interrupts the driver's calls, the second one stops a loop. */
    @Override
    public void stop() {
        if (interruptsFirst()) {
            return;
        }
        stuck.run();
    }

    private synchronized boolean interruptsFirst() {
        if (running == null || interrupted) {
            return running == null;
        }
        running.interrupt();
        interrupted = true;
        return true;
    }

    @Override
    public String varValue(String className, String name)
            throws RunException, EngineTerminationException, InternalException {
        return way == Way.DRY ? "" : super.varValue(className, name);
    }

    /** The classes that JShell makes of snippets. */
    static final class SnippetClasses implements LoaderDelegate {
        private final Loader loader = new Loader();

        private static final class Loader extends ClassLoader {
            private final Map<String, byte[]> classes = new HashMap<>();

            Loader() {
                super("migopy-snippets", SnippetClasses.class.getClassLoader());
            }

            @Override
            protected synchronized Class<?> findClass(String name) throws ClassNotFoundException {
                byte[] bytes = classes.get(name);
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }

            synchronized void put(ClassBytecodes[] made) {
                for (ClassBytecodes one : made) {
                    classes.put(one.name(), one.bytecodes());
                }
            }
        }

        ClassLoader loader() {
            return loader;
        }

        @Override
        public void load(ClassBytecodes[] made) throws ClassInstallException {
            loader.put(made);
            boolean[] installed = new boolean[made.length];
            try {
                for (int i = 0; i < made.length; i++) {
                    // Resolves the types of its methods, so that a missing one is reported here.
                    loader.loadClass(made[i].name()).getDeclaredMethods();
                    installed[i] = true;
                }
            } catch (ClassNotFoundException | LinkageError e) {
                throw new ClassInstallException(String.valueOf(e), installed);
            }
        }

        @Override
        public void classesRedefined(ClassBytecodes[] redefined) {
            loader.put(redefined);
        }

        @Override
        public void addToClasspath(String path) throws InternalException {
            throw new InternalException("The class path is that of migopy.java: add //DEPS there");
        }

        @Override
        public Class<?> findClass(String name) throws ClassNotFoundException {
            return loader.loadClass(name);
        }
    }

    /** The readable form of a snippet's result: documents as JSON, and only the first of many. */
    static final class ShownValue {
        /** The number of a query's documents that are read and shown. */
        static final int DOCUMENTS = 20;

        private static final JsonWriterSettings RELAXED =
                JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

        private ShownValue() {}

        /** Returns the text, or null for a value that JShell formats itself. */
        static String of(Object value) {
            if (value instanceof MongoIterable<?> query) {
                try (MongoCursor<?> cursor = query.iterator()) {
                    return many(cursor);
                }
            }
            if (value instanceof List<?> list && !list.isEmpty() && one(list.get(0)) != null) {
                return many(list.iterator());
            }
            return one(value);
        }

        private static String many(Iterator<?> values) {
            List<String> lines = new ArrayList<>();
            while (values.hasNext() && lines.size() < DOCUMENTS) {
                Object value = values.next();
                String json = one(value);
                lines.add(json == null ? String.valueOf(value) : json);
            }
            if (values.hasNext()) {
                lines.add("... the first " + DOCUMENTS + "; use skip() or a loop for more");
            }
            return lines.isEmpty() ? "no results" : String.join("\n", lines);
        }

        private static String one(Object value) {
            if (value instanceof Document document) {
                return document.toJson(RELAXED);
            }
            if (value instanceof Bson bson) {
                return bson.toBsonDocument().toJson(RELAXED);
            }
            if (value instanceof BsonValue bson) {
                String wrapped = new BsonDocument("v", bson).toJson(RELAXED);
                return wrapped.substring("{\"v\": ".length(), wrapped.length() - 1);
            }
            return null;
        }
    }
}
