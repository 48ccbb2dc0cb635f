package migopy.files;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
 * Makes migrations out of sources. Writes classes into the cache directory only, and starts the
 * compiler for what is not there. May be used by one thread at a time; closing it waits for what is
 * still to be written.
 */
public final class SourceCompiler implements AutoCloseable {
    /**
     * After so many tries to compile the good files of a group together, each is compiled alone.
     */
    private static final int SHARED_TRIES = 5;

    private final Dependencies dependencies;
    private final ClassLoader parent = SourceCompiler.class.getClassLoader();
    private final ClassPath classPath = ClassPath.ofThisJvm();
    private final ClassCache cache;
    private final Map<MigrationSource, CompiledMigration> loaded = new IdentityHashMap<>();

    /**
     * @param home the project's folder, where a {@code ./jbang} may lie
     * @param cacheDirectory where classes are kept; may be unwritable
     * @param environment the variables of this process
     */
    public SourceCompiler(Path home, Path cacheDirectory, Map<String, String> environment) {
        this.dependencies = new Dependencies(home, cacheDirectory, environment);
        this.cache =
                new ClassCache(cacheDirectory, System.getProperty("java.version") + "\n" + classPath.fingerprint());
    }

    /**
     * Compiles all sources and looks at their classes, without initialising one.
     *
     * @param sources texts with or without a file; no two need have different names
     * @throws migopy.MigopyException usage: this Java has no compiler
     */
    public Compilation compile(List<MigrationSource> sources) {
        return new Work().compile(sources);
    }

    /**
     * Compiles all sources, by a compiler that is needed for nothing else, and waits until their
     * classes are kept.
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
     * Loads the classes of a source if they are kept, so that {@link #compile} finds them done.
     * Compiles and resolves nothing, and says nothing of problems: that is left to {@code compile}.
     */
    public void loadAhead(MigrationSource source) {
        if (Directives.of(source.text()).plain()) {
            new Work().loadAhead(new Unit(source));
        }
    }

    /** Waits until what was compiled is kept. */
    @Override
    public void close() {
        cache.close();
    }

    /**
     * Where a compiler finds what migrations use, as one text for its option {@code -classpath}.
     */
    public static String classPath() {
        return ClassPath.ofThisJvm().entries().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * The collections that a source names in its calls.
     *
     * @return empty if that cannot be told for certain
     */
    public Optional<Set<String>> collectionsTouched(MigrationSource source) {
        return touched(source).all();
    }

    /** The collections that a source names in calls of {@code backfill(...)}, as far as plain. */
    public Set<String> collectionsBackfilled(MigrationSource source) {
        return touched(source).backfilled();
    }

    private TouchedCollections.Found touched(MigrationSource source) {
        Directives directives = Directives.of(source.text());
        Dependencies.Jars answer = dependencies.resolve(directives, folder(source));
        if (!(answer instanceof Dependencies.Resolved found)) {
            return TouchedCollections.Found.NOTHING;
        }
        try (Javac javac = new Javac(classPath.with(found.paths()))) {
            return TouchedCollections.in(javac, new Unit(source, found.paths(), Map.of()));
        }
    }

    private static Path folder(MigrationSource source) {
        return source.file().path().toAbsolutePath().getParent();
    }

    /** One call of {@link #compile(List)}, as far as it has come. */
    private final class Work {
        private final Map<Unit, Map<String, byte[]>> classes = new IdentityHashMap<>();
        private final Map<Unit, String> keys = new HashMap<>();
        private final Map<MigrationSource, Problem> problems = new IdentityHashMap<>();
        private final Map<Unit, Problem> dropped = new IdentityHashMap<>();

        Compilation compile(List<MigrationSource> sources) {
            List<Unit> units = new ArrayList<>(sources.size());
            List<Unit> fresh = new ArrayList<>();
            for (MigrationSource source : sources) {
                Unit unit = loaded.containsKey(source) ? null : unit(source);
                if (unit != null) {
                    units.add(unit);
                    if (!isKept(unit)) {
                        fresh.add(unit);
                    }
                }
            }
            if (!fresh.isEmpty()) {
                compileFresh(fresh);
                cache.cleanUp(sources.size());
            } else if (!sources.isEmpty()) {
                cache.sufficed();
            }
            for (Unit unit : units) {
                if (classes.containsKey(unit)) {
                    load(unit);
                }
            }
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
            if (isKept(unit)) {
                load(unit);
            }
        }

        private boolean isKept(Unit unit) {
            keys.put(unit, cache.key(unit));
            Optional<Map<String, byte[]>> kept = cache.get(keys.get(unit));
            kept.ifPresent(found -> classes.put(unit, found));
            return kept.isPresent();
        }

        /** The unit of a source with its jars, or null when there is a problem. */
        private Unit unit(MigrationSource source) {
            Directives directives = Directives.of(source.text());
            Unit bare = new Unit(source);
            if (directives.plain()) {
                return bare;
            }
            if (directives.refused() != null) {
                problem(
                        bare,
                        "has " + directives.refused().line(),
                        directives.refused().hint());
                return null;
            }
            if (directives.java() > 0) {
                problem(
                        bare,
                        "has //JAVA %d, and this is Java %d"
                                .formatted(directives.java(), Runtime.version().feature()),
                        "Start Migopy with a JDK of that version: set JAVA_HOME");
                return null;
            }
            Dependencies.Jars answer = dependencies.resolve(directives, folder(source));
            if (answer instanceof Dependencies.Unresolved missing) {
                String message = bare.fileName() + ": " + missing.message();
                problem(bare, message, missing.hint(), missing.details());
                return null;
            }
            List<Path> jars = ((Dependencies.Resolved) answer).paths();
            try {
                return new Unit(source, jars, Resources.of(directives.resources(), folder(source)));
            } catch (Resources.Missing e) {
                problem(bare, "has " + e.getMessage(), "Name files relative to the migration's own folder");
                return null;
            }
        }

        private void problem(Unit unit, String what, String hint) {
            problem(unit, unit.fileName() + " " + what, hint, List.of());
        }

        private void problem(Unit unit, String message, String hint, List<String> details) {
            problems.put(unit.source(), CompilerMessages.of(unit, message, hint, details));
        }

        private void compileFresh(List<Unit> fresh) {
            List<Unit> plain = new ArrayList<>(fresh);
            plain.removeIf(unit -> !unit.dependencies().isEmpty());
            if (!plain.isEmpty()) {
                try (Javac javac = new Javac(classPath)) {
                    for (List<Unit> group : Groups.of(plain, javac.unnamedPackage())) {
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
         * Compiles a group in one task. Errors are taken from a task of the file's own: only there
         * it is certain that they are not another file's.
         */
        private void compileGroup(Javac javac, List<Unit> group) {
            List<Unit> together = new ArrayList<>(group);
            List<Unit> alone = new ArrayList<>();
            for (int tries = 0; together.size() > 1; tries++) {
                Javac.Result result = javac.compile(together);
                if (result.isGood()) {
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
            Javac.Result result = javac.compile(List.of(unit));
            if (result.isGood()) {
                keep(unit, result);
            } else {
                problems.put(unit.source(), CompilerMessages.problem(unit, result));
            }
        }

        private void keep(Unit unit, Javac.Result result) {
            Map<String, byte[]> made = result.classes().getOrDefault(unit, Map.of());
            classes.put(unit, made);
            Problem problem = result.dropped().get(unit);
            if (problem == null) {
                cache.put(keys.get(unit), made);
            } else {
                dropped.put(unit, problem); // not kept: it is found only when it is compiled
            }
        }

        private void load(Unit unit) {
            MigrationLoader loader = new MigrationLoader(unit, classes.get(unit), parent);
            List<Class<?>> types = new ArrayList<>();
            try {
                for (String name : loader.names()) {
                    types.add(Class.forName(name, false, loader));
                }
                MigrationMethods.Finding finding = MigrationMethods.find(unit, types);
                if (finding instanceof MigrationMethods.Finding.Good good) {
                    loaded.put(
                            unit.source(),
                            new CompiledMigration(unit.source(), good.shape(), loader, dropped.get(unit)));
                } else {
                    problems.put(unit.source(), ((MigrationMethods.Finding.Bad) finding).problem());
                }
            } catch (ClassNotFoundException | LinkageError e) {
                problem(
                        unit,
                        "%s cannot be loaded: %s".formatted(unit.fileName(), e),
                        "See to its //DEPS, and to the class path of migopy.java",
                        Arrays.stream(e.getStackTrace())
                                .limit(3)
                                .map(String::valueOf)
                                .toList());
            }
        }
    }

    /**
     * What became of some sources.
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
