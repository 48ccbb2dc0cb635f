package migopy.files;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import migopy.Problem;
import migopy.files.Directives.Resources;
import migopy.files.Javac.Unit;

/**
 * Compiles sources to migrations, and caches the classes. Writes only into the cache directory. Used
 * by one thread at a time; closing it waits until the classes are written.
 */
public final class SourceCompiler implements AutoCloseable {
    /** The number of attempts to compile the valid files of a group together, before each is compiled separately. */
    private static final int SHARED_TRIES = 5;

    private final Dependencies dependencies;
    private final ClassLoader parent = SourceCompiler.class.getClassLoader();
    private final ClassPath classPath = ClassPath.ofThisJvm();
    private final ClassCache cache;
    private final Map<MigrationSource, CompiledMigration> loaded = new IdentityHashMap<>();

    /**
     * @param home the project's folder, which may contain {@code ./jbang}
     * @param cacheDirectory where classes are cached; may be read-only
     * @param environment the variables of this process
     */
    public SourceCompiler(Path home, Path cacheDirectory, Map<String, String> environment) {
        this.dependencies = new Dependencies(home, cacheDirectory, environment);
        this.cache =
                new ClassCache(cacheDirectory, System.getProperty("java.version") + "\n" + classPath.fingerprint());
    }

    /**
     * Compiles all sources and finds their methods, without initializing a class.
     *
     * @param sources texts with or without a file, even of the same name
     * @throws migopy.MigopyException usage: this Java has no compiler
     */
    public Compilation compile(List<MigrationSource> sources) {
        return new CompilerRun(null).compile(sources);
    }

    /**
     * Compiles all sources as {@link #compile}, none of them from the cache, and analyzes them meanwhile.
     *
     * @throws migopy.MigopyException usage: this Java has no compiler
     */
    public Compilation analyze(List<MigrationSource> sources, SourceAnalysis analysis) {
        return new CompilerRun(analysis).compile(sources);
    }

    /**
     * Compiles all sources with a new compiler, and waits until their classes are cached.
     *
     * @throws migopy.MigopyException usage: this Java has no compiler
     */
    public static Compilation compileOnce(
            Path home, Path cacheDirectory, Map<String, String> environment, List<MigrationSource> sources) {
        try (var compiler = new SourceCompiler(home, cacheDirectory, environment)) {
            return compiler.compile(sources);
        }
    }

    /**
     * Loads the classes of a source if they are cached, for a later {@link #compile}. Compiles and
     * resolves nothing, and reports no problem: {@code compile} does.
     */
    public void loadAhead(MigrationSource source) {
        if (Directives.of(source.text()).plain()) {
            new CompilerRun(null).loadAhead(new Unit(source, List.of(), Map.of()));
        }
    }

    /** Waits until the compiled classes are cached. */
    @Override
    public void close() {
        cache.close();
    }

    /** Returns the class path of migrations, for the option {@code -classpath} of a compiler. */
    public static String classPath() {
        return ClassPath.ofThisJvm().entries().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the collections that a source names in its calls; empty if they cannot be determined. */
    public Optional<Set<String>> collectionsTouched(MigrationSource source) {
        return touched(source).all();
    }

    /** Returns the collections that a source names as constants in calls of {@code backfill(...)}. */
    public Set<String> collectionsBackfilled(MigrationSource source) {
        return touched(source).backfilled();
    }

    private TouchedCollections.Touched touched(MigrationSource source) {
        Directives directives = Directives.of(source.text());
        try {
            List<Path> jars = dependencies.resolve(directives, folder(source));
            try (Javac javac = new Javac(classPath.with(jars))) {
                return TouchedCollections.in(javac, new Unit(source, jars, Map.of()));
            }
        } catch (InvalidSource e) {
            return TouchedCollections.Touched.NOTHING;
        }
    }

    private static Path folder(MigrationSource source) {
        return source.file().path().toAbsolutePath().getParent();
    }

    /** The state of one call of {@link #compile(List)}. */
    private final class CompilerRun {
        private final SourceAnalysis analysis;
        private final Map<Unit, Map<String, byte[]>> classes = new IdentityHashMap<>();
        private final Map<Unit, String> keys = new IdentityHashMap<>();
        private final Map<MigrationSource, Problem> problems = new IdentityHashMap<>();
        private final Map<Unit, Problem> dropped = new IdentityHashMap<>();

        /** With an analysis, or null. */
        CompilerRun(SourceAnalysis analysis) {
            this.analysis = analysis;
        }

        Compilation compile(List<MigrationSource> sources) {
            List<Unit> units = new ArrayList<>(sources.size());
            List<Unit> fresh = new ArrayList<>();
            for (MigrationSource source : sources) {
                if (analysis == null && loaded.containsKey(source)) {
                    continue;
                }
                try {
                    Unit unit = unit(source);
                    units.add(unit);
                    if (!isCached(unit)) {
                        fresh.add(unit);
                    }
                } catch (InvalidSource e) {
                    problems.put(source, e.problem(new Unit(source, List.of(), Map.of())));
                }
            }
            if (!fresh.isEmpty()) {
                compileFresh(fresh);
                cache.cleanUp(sources.size());
            } else if (!sources.isEmpty()) {
                cache.touch();
            }
            List<MigrationSource> compiled = new ArrayList<>(units.size());
            for (Unit unit : units) {
                if (classes.containsKey(unit)) {
                    load(unit);
                    if (unit.source().file() != null) {
                        compiled.add(unit.source());
                    }
                }
            }
            cache.compiled(compiled);
            List<CompiledMigration> migrations = new ArrayList<>(sources.size());
            List<Problem> inOrder = new ArrayList<>();
            for (MigrationSource source : sources) {
                if (problems.containsKey(source)) {
                    inOrder.add(problems.get(source));
                } else if (loaded.containsKey(source)) {
                    migrations.add(loaded.get(source));
                }
            }
            return new Compilation(migrations, inOrder);
        }

        void loadAhead(Unit unit) {
            if (isCached(unit)) {
                load(unit);
            }
        }

        private boolean isCached(Unit unit) {
            keys.put(unit, cache.key(unit));
            if (analysis != null) {
                return false;
            }
            Optional<Map<String, byte[]>> cached = cache.get(keys.get(unit));
            cached.ifPresent(found -> classes.put(unit, found));
            return cached.isPresent();
        }

        /** Returns the unit of a source, with its jars and files. */
        private Unit unit(MigrationSource source) throws InvalidSource {
            Directives directives = Directives.of(source.text());
            if (directives.plain()) {
                return new Unit(source, List.of(), Map.of());
            }
            if (directives.refused() != null) {
                throw invalid(
                        "has " + directives.refused().line(),
                        directives.refused().hint());
            }
            if (directives.java() > 0) {
                throw invalid(
                        "has //JAVA %d, but this is Java %d"
                                .formatted(directives.java(), Runtime.version().feature()),
                        "Set JAVA_HOME to a JDK of that version");
            }
            List<Path> jars = dependencies.resolve(directives, folder(source));
            return new Unit(source, jars, Resources.of(directives.resources(), folder(source)));
        }

        private static InvalidSource invalid(String what, String hint) {
            return new InvalidSource(Problem.ProblemKind.NOT_COMPILABLE, what, hint, List.of());
        }

        private void compileFresh(List<Unit> fresh) {
            List<Unit> plain = new ArrayList<>(fresh);
            plain.removeIf(unit -> !unit.dependencies().isEmpty());
            if (!plain.isEmpty()) {
                try (Javac javac = new Javac(classPath)) {
                    for (Groups.Group group : Groups.of(plain, javac.unnamedPackage())) {
                        compileGroup(javac, group);
                    }
                }
            }
            for (Unit unit : fresh) {
                if (!unit.dependencies().isEmpty()) {
                    try (Javac javac = new Javac(classPath.with(unit.dependencies()))) {
                        compileAlone(javac, unit);
                    }
                }
            }
        }

        /**
         * Compiles a group in one task. Only the errors of a separate task are reported, since those
         * of a shared one may be caused by another file.
         */
        private void compileGroup(Javac javac, Groups.Group group) {
            List<Unit> together = new ArrayList<>(group.units());
            List<Unit> alone = new ArrayList<>();
            for (int tries = 0; together.size() > 1; tries++) {
                Javac.CompilerResult result = javac.compile(together, group.packages(), analysis);
                if (result.isSuccess()) {
                    together.forEach(unit -> keep(unit, result));
                    together.clear();
                } else if (result.errors().isEmpty() || tries >= SHARED_TRIES) {
                    alone.addAll(together);
                    together.clear();
                } else {
                    alone.addAll(result.errors().keySet());
                    together.removeAll(result.errors().keySet());
                }
            }
            alone.addAll(together);
            alone.forEach(unit -> compileAlone(javac, unit));
        }

        private void compileAlone(Javac javac, Unit unit) {
            Javac.CompilerResult result = javac.compile(List.of(unit), false, analysis);
            if (result.isSuccess()) {
                keep(unit, result);
            } else {
                problems.put(unit.source(), CompilerMessages.problem(unit, result));
            }
        }

        private void keep(Unit unit, Javac.CompilerResult result) {
            Map<String, byte[]> made = result.classes().getOrDefault(unit, Map.of());
            classes.put(unit, made);
            Problem problem = result.dropped().get(unit);
            if (problem == null) {
                cache.put(keys.get(unit), made);
            } else {
                dropped.put(unit, problem); // not cached, since only the compiler finds it
            }
        }

        private void load(Unit unit) {
            MigrationLoader loader = new MigrationLoader(unit, classes.get(unit), parent);
            List<Class<?>> types = new ArrayList<>();
            try {
                for (String name : loader.names()) {
                    types.add(Class.forName(name, false, loader));
                }
                CompiledMigration migration =
                        new CompiledMigration(unit.source(), MigrationMethods.find(types), loader, dropped.get(unit));
                loaded.put(unit.source(), migration);
            } catch (InvalidSource e) {
                problems.put(unit.source(), e.problem(unit));
            } catch (ClassNotFoundException | LinkageError e) {
                List<String> details = Arrays.stream(e.getStackTrace())
                        .limit(3)
                        .map(String::valueOf)
                        .toList();
                problems.put(
                        unit.source(),
                        CompilerMessages.of(
                                Problem.ProblemKind.NOT_COMPILABLE,
                                unit,
                                " cannot be loaded: " + e,
                                "Check its //DEPS, and the class path of migopy.java",
                                details));
            }
        }
    }

    /** Thrown for a source that cannot become a migration, other than for errors of the compiler. */
    static final class InvalidSource extends Exception {
        private static final long serialVersionUID = 1L;

        private final Problem.ProblemKind kind;
        private final String hint;
        private final transient List<String> details;

        /**
         * @param what what is wrong, after the name of the file: {@code has no static up()}
         */
        InvalidSource(Problem.ProblemKind kind, String what, String hint, List<String> details) {
            super(what, null, false, false);
            this.kind = kind;
            this.hint = hint;
            this.details = details;
        }

        String hint() {
            return hint;
        }

        Problem problem(Unit unit) {
            return CompilerMessages.of(kind, unit, " " + getMessage(), hint, details);
        }
    }

    /**
     * The result of a compilation.
     *
     * @param migrations those that can be called, in the order of the sources
     * @param problems why the others cannot, in the same order
     */
    public record Compilation(List<CompiledMigration> migrations, List<Problem> problems) {
        public Compilation {
            migrations = List.copyOf(migrations);
            problems = List.copyOf(problems);
        }

        /** Returns the problems, and what keeps migrations that can be called from being executed. */
        public List<Problem> allProblems() {
            List<Problem> all = new ArrayList<>(problems);
            migrations.stream()
                    .map(CompiledMigration::dropped)
                    .filter(Objects::nonNull)
                    .forEach(all::add);
            return all;
        }
    }
}
