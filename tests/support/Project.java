package support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bson.Document;

/**
 * A user's project in a folder of its own: a migopy.java, {@code mongomigrations/}, and its journal.
 *
 * <p>{@link #run} calls the entry class inside the test's JVM, which takes milliseconds; {@link
 * #start} starts a JVM, for tests that kill, stop or watch one.
 */
public final class Project {
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "USER", "JAVA_HOME", "TMPDIR", "JBANG_LAUNCH_CMD", "JBANG_DIR");
    private static final Set<String> COMPILING = Set.of("execute", "rollback");
    private static final Duration LEASE_LIMIT = Duration.ofSeconds(60);

    private final MongoServer server; // null if its commands need no server
    private final Path folder = Scratch.folder("project");
    private final Path migrations = folder.resolve("mongomigrations");
    private final Path signals = folder.resolve("signals");
    private final Map<String, String> environment = new TreeMap<>();
    private Entry entry = new Entry("", Map.of());
    private boolean inChild;
    private boolean cold;
    private Path input = Path.of("/dev/null");
    private Path start = folder;
    private int runs;

    private Project(MongoServer server) {
        this.server = server;
        try {
            Files.createDirectories(migrations);
            Files.createDirectories(signals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        environment.putAll(System.getenv());
        environment.keySet().retainAll(INHERITED);
        environment.put("MIGOPY_HOME", folder.toString());
        environment.put("LC_ALL", "C.UTF-8");
        if (server != null) {
            environment.put("MONGO_URI", server.uri());
        }
        entry("");
    }

    /** Creates a project on a test's database. */
    public static Project project(MongoServer server) {
        return new Project(server);
    }

    /** Creates a project without a server. */
    public static Project withoutServer() {
        return new Project(null);
    }

    /** Writes or overwrites a migration's file. */
    public Project with(String file, String source) {
        return write("mongomigrations/" + file, source);
    }

    /** Writes any file of the project. */
    public Project write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a migration's file. */
    public Project without(String file) {
        try {
            Files.delete(migrations.resolve(file));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets an environment variable; null removes it. */
    public Project environment(String name, String value) {
        if (value == null) {
            environment.remove(name);
        } else {
            environment.put(name, value);
        }
        return this;
    }

    /** Sets the lease, which is 30 s by default: {@code "2s"}. */
    public Project lease(String lease) {
        return environment("MIGOPY_LOCK_LEASE", lease);
    }

    /** Sets the members of the class in migopy.java: field settings in an initializer, overrides, custom tasks. */
    public Project entry(String members) {
        entry = new Entry(members, entry.helpers());
        return write("migopy.java", entry.text());
    }

    /** Adds a source beside migopy.java; such a project always runs in a separate JVM. */
    public Project helper(String file, String text) {
        inChild = true;
        entry = entry.withHelper(file, text);
        return write(file, text);
    }

    /** Makes {@link #run} start a JVM too, for migrations that may end it. */
    public Project inChild() {
        inChild = true;
        return this;
    }

    /** Makes children compile the migrations themselves. */
    public Project cold() {
        cold = true;
        return this;
    }

    /** Runs a command to its end. */
    public Result run(String... arguments) {
        if (inChild) {
            return start(arguments).ended();
        }
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        String before = System.setProperty(Signals.PROPERTY, signals.toString());
        try (var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                var errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            int exitCode = entry.run(environment, outStream, errStream, arguments);
            return new Result(
                    commandLine(arguments),
                    exitCode,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            if (before == null) {
                System.clearProperty(Signals.PROPERTY);
            } else {
                System.setProperty(Signals.PROPERTY, before);
            }
        }
    }

    /** Starts a command in a separate JVM, which is killed when the test ends. */
    public Run start(String... arguments) {
        return start(List.of(), arguments);
    }

    /** The same, with options for that JVM: {@code -Xmx64m}. */
    public Run start(List<String> javaOptions, String... arguments) {
        return start(UnaryOperator.identity(), javaOptions, arguments);
    }

    /** Starts the {@code main} of a migration's class {@code Step}, as {@code jbang FILE} would. */
    public Result startDirectly(String file) {
        try {
            String source = Files.readString(migrations.resolve(file));
            Path classes = entry.withHelper(file, source).classes();
            return start(UnaryOperator.identity(), classes, List.of(), "Step").ended();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, started by another command. */
    Run start(UnaryOperator<List<String>> around, List<String> options, String... arguments) {
        if (!cold && arguments.length > 0 && COMPILING.contains(arguments[0])) {
            WarmCompiler.compile(folder, migrations, entry.classes(), environment);
        }
        return start(around, entry.classes(), options, "migopy", arguments);
    }

    /** Starts a command without a migopy.java and without the options for every child, which is faster. */
    public Run startBare(String... arguments) {
        String main = ProjectEntry.class.getName();
        try {
            // The class that runs was built from another script, so a migopy.java beside it would be refused.
            Files.deleteIfExists(folder.resolve("migopy.java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return start(UnaryOperator.identity(), null, List.of(), main, arguments);
    }

    private Run start(
            UnaryOperator<List<String>> around, Path classes, List<String> options, String main, String... arguments) {
        Run run = new Jvm(folder, start, signals, environment, input, around)
                .start(runs++, classes, options, main, arguments);
        if (server != null) {
            server.closeAtEnd(run);
        }
        return run;
    }

    /** Sets the working directory of children, which is the project's folder by default. */
    public Project startingIn(String within) {
        start = folder.resolve(within);
        return inChild();
    }

    /** Sets the standard input of children, which is empty by default. */
    public Project input(String text) {
        write("input", text);
        input = folder.resolve("input");
        return inChild();
    }

    private static String commandLine(String... arguments) {
        return "migopy " + String.join(" ", arguments);
    }

    /** Sends a signal to a migration that waits with {@link Signals#await}. */
    public Project signal(String signal) {
        Signals.create(signals, signal);
        return this;
    }

    /** Clears all signals, for another run of the same migration. */
    public Project forgetSignals() {
        try (var files = Files.list(signals)) {
            files.forEach(file -> file.toFile().delete());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the project's folder. */
    public Path folder() {
        return folder;
    }

    /** Returns the folder of the migrations. */
    public Path migrations() {
        return migrations;
    }

    public MongoServer server() {
        return server;
    }

    /** Returns the journal's document of a migration, or null. */
    public Document journal(String name) {
        return server.collection("migrations").find(new Document("_id", name)).first();
    }

    /** Returns the states in the journal by name. */
    public Map<String, String> states() {
        Map<String, String> states = new TreeMap<>();
        for (Document entry : server.collection("migrations").find()) {
            states.put(entry.get("_id").toString(), entry.getString("state"));
        }
        return states;
    }

    /** Returns the lock's document, null before the first run. */
    public Document lock() {
        return server.collection("migrations_lock").find().first();
    }

    /** Returns the marks of the migrations of {@link Migrations}, in their order. */
    public List<String> marks() {
        var done = server.collection("done").find().sort(new Document("$natural", 1));
        return done.map(one -> one.getString("mark")).into(new ArrayList<>());
    }

    /** Waits until the lease has run out by the server's clock. */
    public Project letTheLeaseRunOut() {
        Eventually.until(
                "the lease has run out",
                LEASE_LIMIT,
                () -> lock().getDate("expiresAt").toInstant().isBefore(server.time()),
                () -> String.valueOf(lock()));
        return this;
    }

    /** Asserts that the lock is free and that its document exists. */
    public Project lockIsFree() {
        assertThat(lock()).isNotNull();
        assertThat(lock().get("owner")).as("owner in %s", lock()).isNull();
        return this;
    }
}
