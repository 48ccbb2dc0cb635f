package migopy.files;

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

/** The compiler of the JDK, from texts in memory to classes in memory. Loaded only if something is not cached. */
final class Javac implements AutoCloseable {
    /** The number of errors that javac reports: enough to know every file that has one. */
    private static final String ERROR_LIMIT = "100000";

    /** String concatenation by StringBuilder: the default, method handles, is slow in a cold JVM. */
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

    /** The name of a unit's own package, followed by its number. */
    static final String OWN_PACKAGE = "migopy$";

    private static final String TOO_DEEP = "an expression is too deep for javac: split it";

    /** The root messages are English. There are none for Locale.ENGLISH, which falls back to the user's locale. */
    static final Locale ENGLISH = Locale.ROOT;

    private final JavaCompiler compiler;
    private final StandardJavaFileManager files;

    /**
     * A source to compile.
     *
     * @param dependencies the jars of its {@code //DEPS}
     * @param resources the files of its {@code //FILES}, by the names of resources
     */
    record Unit(MigrationSource source, List<Path> dependencies, Map<String, Path> resources) {
        String name() {
            return source.file().name();
        }

        String fileName() {
            return source.file().fileName();
        }
    }

    /**
     * The result of one task.
     *
     * @param classes the classes of each unit by name
     * @param errors the errors of each unit that has any, in order
     * @param dropped the first dropped future of each unit that has one, see {@link DroppedResults}
     * @param stray an error that belongs to no unit, or javac's own failure; null if there is none
     */
    record CompilerResult(
            Map<Unit, Map<String, byte[]>> classes,
            Map<Unit, List<Diagnostic<? extends JavaFileObject>>> errors,
            Map<Unit, Problem> dropped,
            String stray) {
        boolean isSuccess() {
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
                    "Set JAVA_HOME to a JDK of version 17 or newer");
        }
        files = compiler.getStandardFileManager(null, ENGLISH, StandardCharsets.UTF_8);
        try {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath.entries());
            // Otherwise javac compiles the sources that it finds on the class path.
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("Setting a class path reads nothing", e);
        }
    }

    /** Returns the names of the classes on the class path that are in the unnamed package. */
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

    /**
     * Compiles units in one task.
     *
     * @param packages whether each is compiled in a package of its own, which its classes do not have
     *     afterwards; else their names must not clash
     * @param analysis receives the classes, or null
     */
    CompilerResult compile(List<Unit> units, boolean packages, SourceAnalysis analysis) {
        DiagnosticCollector<JavaFileObject> listener = new DiagnosticCollector<>();
        Outputs outputs = new Outputs(files);
        Map<Unit, Problem> dropped = new IdentityHashMap<>();
        String failure = failure(units, packages, listener, outputs, dropped, analysis);
        Map<Unit, List<Diagnostic<? extends JavaFileObject>>> errors = new IdentityHashMap<>();
        String stray = null;
        for (Diagnostic<? extends JavaFileObject> diagnostic : listener.getDiagnostics()) {
            if (diagnostic.getKind() != Diagnostic.Kind.ERROR) {
                continue;
            }
            if (diagnostic.getSource() instanceof SourceText source) {
                errors.computeIfAbsent(source.unit, unit -> new ArrayList<>()).add(diagnostic);
            } else {
                stray = diagnostic.getMessage(ENGLISH);
            }
        }
        if (stray == null && errors.isEmpty()) {
            stray = failure;
        }
        return new CompilerResult(outputs.classes, errors, dropped, stray);
    }

    /** Calls a task and returns why it failed, even if the listener received no error, or null. */
    private String failure(
            List<Unit> units,
            boolean packages,
            DiagnosticCollector<JavaFileObject> listener,
            Outputs outputs,
            Map<Unit, Problem> dropped,
            SourceAnalysis analysis) {
        JavacOutput printed = new JavacOutput();
        try {
            JavaCompiler.CompilationTask task = task(units, packages, listener, outputs, printed);
            if (units.stream().anyMatch(DroppedResults::mayBeIn)) {
                DroppedResults.watch(task, units, dropped);
            }
            if (analysis != null) {
                SourceAnalysis.watch(task, units, listener, analysis);
            }
            return task.call() ? null : printed.failure();
        } catch (StackOverflowError e) {
            return TOO_DEEP;
        } catch (IllegalStateException | AssertionError e) { // the first wraps what javac dies of
            return e.getCause() instanceof StackOverflowError ? TOO_DEEP : "javac failed: " + e;
        }
    }

    /** Returns a task that can be called, parsed or analyzed. */
    JavaCompiler.CompilationTask task(Unit unit, DiagnosticCollector<JavaFileObject> listener) {
        return task(List.of(unit), false, listener, new Outputs(files), Writer.nullWriter());
    }

    private JavaCompiler.CompilationTask task(
            List<Unit> units,
            boolean packages,
            DiagnosticCollector<JavaFileObject> listener,
            Outputs outputs,
            Writer printed) {
        List<SourceText> sources = new ArrayList<>(units.size());
        for (Unit unit : units) {
            sources.add(new SourceText(unit, sources.size(), packages));
        }
        JavaCompiler.CompilationTask task = compiler.getTask(printed, outputs, listener, OPTIONS, null, sources);
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

    /** The beginning of what javac prints in addition to its errors: the stack trace of a crash. */
    private static final class JavacOutput extends StringWriter {
        private static final int LIMIT = 64 * 1024;

        @Override
        public void write(String text) {
            write(text, 0, text.length());
        }

        @Override
        public void write(String text, int start, int length) {
            super.write(text, start, Math.min(length, remaining()));
        }

        @Override
        public void write(char[] text, int start, int length) {
            super.write(text, start, Math.min(length, remaining()));
        }

        private int remaining() {
            return Math.max(0, LIMIT - getBuffer().length());
        }

        String failure() {
            String all = toString();
            if (all.contains(StackOverflowError.class.getName())) {
                return TOO_DEEP;
            }
            return all.isBlank()
                    ? "javac failed without a message"
                    : "javac failed: " + all.strip().lines().findFirst().orElse("");
        }
    }

    /** A source as javac reads it. */
    static final class SourceText extends SimpleJavaFileObject {
        private final Unit unit;
        private final String packageName;

        SourceText(Unit unit, int index, boolean packaged) {
            super(uri(unit.fileName(), index), Kind.SOURCE);
            this.unit = unit;
            this.packageName = packaged ? OWN_PACKAGE + index : null;
        }

        /** Its last part is the file's name in stack traces; the number distinguishes equal names. */
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
            String text = unit.source().text();
            return packageName == null ? text : "package " + packageName + ";" + text; // the lines stay the same
        }

        /**
         * A public class need not have the file's name, since no class can be named 3_add_users. The
         * hyphen is in package-info and module-info.
         */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE && simpleName.indexOf('-') < 0;
        }
    }

    /** Collects the classes that javac writes, by unit. */
    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<Unit, Map<String, byte[]>> classes = new IdentityHashMap<>();

        Outputs(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            SourceText source = (SourceText) sibling;
            URI uri = URI.create("class:///" + classes.size());
            return new SimpleJavaFileObject(uri, kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() throws IOException {
                            put(source, className, toByteArray());
                        }
                    };
                }
            };
        }

        private void put(SourceText source, String className, byte[] bytes) throws IOException {
            Map<String, byte[]> own = classes.computeIfAbsent(source.unit, u -> new TreeMap<>());
            if (source.packageName == null) {
                own.put(className, bytes);
            } else {
                own.put(
                        className.substring(source.packageName.length() + 1),
                        MigrationLoader.withoutPackage(bytes, source.packageName));
            }
        }

        /** A package of a unit's own has no classes on the class path. */
        @Override
        public Iterable<JavaFileObject> list(
                Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
                throws IOException {
            return packageName.startsWith(OWN_PACKAGE) ? List.of() : super.list(location, packageName, kinds, recurse);
        }

        /** A text in memory is in none of javac's locations. */
        @Override
        public boolean contains(Location location, FileObject file) throws IOException {
            return !(file instanceof SourceText) && super.contains(location, file);
        }

        @Override
        public boolean isSameFile(FileObject a, FileObject b) {
            return a == b || a.toUri().equals(b.toUri());
        }

        /** The file manager is shared with the next task. */
        @Override
        public void close() {}
    }
}
