package migopy.files;

import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import migopy.MigopyException;
import migopy.Problem;

/**
 * The compiler inside of the JDK, from texts in memory to classes in memory. Touched only when
 * something is new.
 */
final class Javac implements AutoCloseable {
    /** How many errors javac lists: enough to know every file that has one. */
    private static final String ERROR_LIMIT = "100000";

    /** Joined texts by StringBuilder: the method handles of the other way are slow when cold. */
    private static final String PLAIN_TEXTS = "-XDstringConcat=inline";

    private static final List<String> OPTIONS = List.of(
            "-proc:none",
            "-implicit:none",
            "-g",
            "-parameters",
            "-nowarn",
            "-Xlint:none",
            PLAIN_TEXTS,
            "-Xmaxerrs",
            ERROR_LIMIT);

    private static final String TOO_DEEP = "an expression in it has too many parts for javac: split it";

    /**
     * The messages of the root are English; there are none for Locale.ENGLISH, whose fallback is
     * the user's.
     */
    static final Locale ENGLISH = Locale.ROOT;

    private final JavaCompiler compiler;
    private final StandardJavaFileManager files;

    /** A source to compile. Compared by identity, since two files may have the same text. */
    static final class Unit {
        private final MigrationSource source;
        private final List<Path> dependencies;
        private final Map<String, Path> resources;

        /** A unit without {@code //DEPS} and {@code //FILES}. */
        Unit(MigrationSource source) {
            this(source, List.of(), Map.of());
        }

        /**
         * @param dependencies the jars of its {@code //DEPS}
         * @param resources the files of its {@code //FILES}, by the names of resources
         */
        Unit(MigrationSource source, List<Path> dependencies, Map<String, Path> resources) {
            this.source = source;
            this.dependencies = List.copyOf(dependencies);
            this.resources = Map.copyOf(resources);
        }

        MigrationSource source() {
            return source;
        }

        List<Path> dependencies() {
            return dependencies;
        }

        Map<String, Path> resources() {
            return resources;
        }

        String name() {
            return source.file().name();
        }

        String fileName() {
            return source.file().fileName();
        }
    }

    /**
     * What javac made of some units.
     *
     * @param classes each unit's classes by name
     * @param errors each unit's errors in order, for those that have any
     * @param dropped each unit's first {@link DroppedFutures}, for those that have one
     * @param stray errors that belong to no unit, or javac's own failure; null if there are none
     */
    record Result(
            Map<Unit, Map<String, byte[]>> classes,
            Map<Unit, List<Diagnostic<? extends JavaFileObject>>> errors,
            Map<Unit, Problem> dropped,
            String stray) {
        boolean isGood() {
            return errors.isEmpty() && stray == null;
        }
    }

    /**
     * @throws MigopyException usage: this Java has no compiler
     */
    Javac(ClassPath classPath) {
        compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw MigopyException.usage(
                    "The Java in %s has no compiler".formatted(System.getProperty("java.home")),
                    "Start it with a JDK of version 17 or newer: set JAVA_HOME");
        }
        files = compiler.getStandardFileManager(null, ENGLISH, StandardCharsets.UTF_8);
        try {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath.entries());
            // Otherwise javac looks for sources on the class path, and compiles what it finds.
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("Setting a class path reads nothing", e);
        }
    }

    /** The names of the classes on the class path that lie in no package. */
    Set<String> unnamedPackage() {
        Set<String> names = new HashSet<>();
        var kinds = Set.of(JavaFileObject.Kind.CLASS);
        try {
            for (var found : files.list(StandardLocation.CLASS_PATH, "", kinds, false)) {
                names.add(files.inferBinaryName(StandardLocation.CLASS_PATH, found));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The class path cannot be read", e);
        }
        return names;
    }

    /** Compiles units whose names do not clash, in one task. */
    Result compile(List<Unit> units) {
        DiagnosticCollector<JavaFileObject> listener = new DiagnosticCollector<>();
        Outputs outputs = new Outputs(files);
        Map<Unit, Problem> dropped = new IdentityHashMap<>();
        String failure = failure(units, listener, outputs, dropped);
        Map<Unit, List<Diagnostic<? extends JavaFileObject>>> errors = new IdentityHashMap<>();
        String stray = null;
        for (Diagnostic<? extends JavaFileObject> diagnostic : listener.getDiagnostics()) {
            if (diagnostic.getKind() != Diagnostic.Kind.ERROR) {
                continue;
            }
            if (diagnostic.getSource() instanceof Source source) {
                errors.computeIfAbsent(source.unit, unit -> new ArrayList<>()).add(diagnostic);
            } else {
                stray = diagnostic.getMessage(ENGLISH);
            }
        }
        if (stray == null && errors.isEmpty()) {
            stray = failure;
        }
        return new Result(outputs.classes, errors, dropped, stray);
    }

    /** Calls a task; why it failed, if it may not have said so to the listener, else null. */
    private String failure(
            List<Unit> units,
            DiagnosticCollector<JavaFileObject> listener,
            Outputs outputs,
            Map<Unit, Problem> dropped) {
        Said said = new Said();
        try {
            JavaCompiler.CompilationTask task = task(units, listener, outputs, said);
            if (units.stream().anyMatch(DroppedFutures::mayBeIn)) {
                findDropped((JavacTask) task, units, dropped);
            }
            return task.call() ? null : said.failure();
        } catch (StackOverflowError e) {
            return TOO_DEEP;
        } catch (IllegalStateException | AssertionError e) { // the first wraps what javac dies of
            return e.getCause() instanceof StackOverflowError ? TOO_DEEP : "javac failed: " + e;
        }
    }

    private static void findDropped(JavacTask task, List<Unit> units, Map<Unit, Problem> dropped) {
        task.addTaskListener(new TaskListener() {
            @Override
            public void finished(TaskEvent event) {
                if (event.getKind() != TaskEvent.Kind.ANALYZE) {
                    return;
                }
                Unit unit = units.get(Source.index(event.getSourceFile()));
                Problem problem = DroppedFutures.mayBeIn(unit) ? DroppedFutures.in(task, event, unit) : null;
                if (problem != null) {
                    dropped.putIfAbsent(unit, problem);
                }
            }
        });
    }

    /** A task for some units, ready to be called, parsed or analysed. */
    JavaCompiler.CompilationTask task(List<Unit> units, DiagnosticCollector<JavaFileObject> listener) {
        return task(units, listener, new Outputs(files), Writer.nullWriter());
    }

    private JavaCompiler.CompilationTask task(
            List<Unit> units, DiagnosticCollector<JavaFileObject> listener, Outputs outputs, Writer said) {
        List<Source> sources = new ArrayList<>(units.size());
        for (Unit unit : units) {
            sources.add(new Source(unit, sources.size()));
        }
        JavaCompiler.CompilationTask task = compiler.getTask(said, outputs, listener, OPTIONS, null, sources);
        task.setLocale(ENGLISH);
        return task;
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The class path's jars could not be closed", e);
        }
    }

    /** The beginning of what javac prints beside its errors: what it dies of, with the stack. */
    private static final class Said extends StringWriter {
        private static final int LIMIT = 64 * 1024;

        @Override
        public void write(String text) {
            write(text, 0, text.length());
        }

        @Override
        public void write(String text, int start, int length) {
            super.write(text, start, Math.min(length, room()));
        }

        @Override
        public void write(char[] text, int start, int length) {
            super.write(text, start, Math.min(length, room()));
        }

        private int room() {
            return Math.max(0, LIMIT - getBuffer().length());
        }

        String failure() {
            String all = toString();
            if (all.contains(StackOverflowError.class.getName())) {
                return TOO_DEEP;
            }
            return all.isBlank()
                    ? "javac failed and did not say why"
                    : "javac failed: " + all.strip().lines().findFirst().orElse("");
        }
    }

    /** A text that javac reads. */
    private static final class Source extends SimpleJavaFileObject {
        private final Unit unit;

        Source(Unit unit, int index) {
            super(uri(unit.fileName(), index), Kind.SOURCE);
            this.unit = unit;
        }

        /**
         * The last part becomes the file's name in stack traces; the number tells two of the same
         * name apart.
         */
        private static URI uri(String fileName, int index) {
            try {
                return new URI("migration", null, "/" + index + "/" + fileName, null);
            } catch (URISyntaxException e) {
                throw new IllegalStateException("A path in parts is always quoted", e);
            }
        }

        /** Returns the position in the task of a source, which javac may have wrapped. */
        static int index(JavaFileObject source) {
            String path = source.toUri().getPath();
            return Integer.parseInt(path.substring(1, path.indexOf('/', 1)));
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return unit.source().text();
        }

        /**
         * A public class need not be called like its file: no class can be called 3_add_users. The
         * two that javac asks for besides classes have a hyphen, and would be taken for what they
         * are not.
         */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE && simpleName.indexOf('-') < 0;
        }
    }

    /** Takes the classes that javac writes, and remembers from which unit each comes. */
    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<Unit, Map<String, byte[]>> classes = new IdentityHashMap<>();

        Outputs(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            Unit unit = ((Source) sibling).unit;
            URI uri = URI.create("class:///" + classes.size());
            return new SimpleJavaFileObject(uri, kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.computeIfAbsent(unit, u -> new TreeMap<>()).put(className, toByteArray());
                        }
                    };
                }
            };
        }

        /** A text in memory lies in none of the places that javac asks for. */
        @Override
        public boolean contains(Location location, FileObject file) throws IOException {
            return !(file instanceof Source) && super.contains(location, file);
        }

        @Override
        public boolean isSameFile(FileObject a, FileObject b) {
            return a == b || a.toUri().equals(b.toUri());
        }

        /** The shared manager lives on for the next task. */
        @Override
        public void close() {}
    }
}
