//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS info.picocli:picocli:4.7.7
//DEPS org.slf4j:slf4j-api:2.0.20
//DEPS io.github.java-diff-utils:java-diff-utils:4.18
//DEPS me.tongfei:progressbar:0.10.2
//SOURCES package-info.java
//FILES migopy/embedded/EmbeddedDatabase.java=embedded/EmbeddedDatabase.java
//FILES migopy/project/migopy=../../migopy
//FILES migopy/project/jbang=../../jbang
//FILES migopy/project/script.qute=../templates/migopy.java.qute
//FILES migopy/project/github.yml=../templates/github.yml
//FILES migopy/project/gitlab.yml=../templates/gitlab.yml
//FILES migopy/project/compose.yaml=../templates/compose.yaml
//FILES migopy/project/Dockerfile=../templates/Dockerfile
//RUNTIME_OPTIONS -XX:ErrorFile=.migopy/hs_err_pid%p.log
//JAVAC_OPTIONS -J-XX:TieredStopAtLevel=1 -XDignore.symbol.file -XDstringConcat=inline
package migopy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import migopy.command.Program;
import migopy.command.Project;
import migopy.lint.LintRules;
import migopy.observe.HandedOut;
import migopy.observe.Handles;
import migopy.observe.Observation;
import migopy.run.RunContext.Hooks;
import migopy.run.Runner.RunResult;
import migopy.settings.Setting;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;

/**
 * The superclass of a project's {@code migopy} class. Its fields are settings, which environment
 * variables and options override. Its methods can be overridden. Methods that a subclass annotates
 * with picocli's {@code @Command} are commands too.
 *
 * <pre>{@code
 * public class migopy extends MigrationsManager {
 *     {
 *         mongoDatabase = "app";
 *     }
 *
 *     public static void main(String... args) {
 *         System.exit(new migopy().run(args));
 *     }
 * }
 * }</pre>
 */
public abstract class MigrationsManager implements Settings.Provider {
    /** The connection string. By default there is none, and host and port are used. */
    protected String mongoUri;

    /** The server, if there is no connection string. */
    protected String mongoHost = Setting.HOST.defaultText();

    /** The server's port, if there is no connection string. */
    protected int mongoPort = 27017;

    /** The database. Required unless the connection string names it. */
    protected String mongoDatabase;

    /** The user; by default there is no authentication. */
    protected String mongoUser;

    /** The user's password. Prefer MONGO_PASSWORD or MONGO_PASSWORD_FILE. */
    protected String mongoPassword;

    /** The database that stores the user; by default the driver's choice. */
    protected String mongoAuthSource;

    /** Whether the connection is encrypted. */
    protected boolean mongoTls;

    /** A PEM file with the trusted certificates; by default those of the JDK. */
    protected String mongoTlsCaFile;

    /** A PEM file with the client's certificate and key; by default there is none. */
    protected String mongoTlsCertificateKeyFile;

    /** How long the first contact with the server may take. */
    protected Duration connectTimeout = Duration.ofSeconds(5);

    /** The folder of the migrations, relative to the project folder. */
    protected String migrationsDirectory = Setting.MIGRATIONS_DIRECTORY.defaultText();

    /** A regular expression for file names of migrations, with a group {@code number}. */
    protected String migrationsFilePattern = Setting.MIGRATIONS_FILE_PATTERN.defaultText();

    /** The journal's collection. The names of the lock's and the fixes' collections start with it. */
    protected String migrationsCollection = Setting.MIGRATIONS_COLLECTION.defaultText();

    /** Whether {@code execute} runs pending migrations below the highest applied one. */
    protected boolean outOfOrder;

    /** The folder of the dumps, relative to the project folder. */
    protected String mongoDumpDirectory = Setting.DUMP_DIRECTORY.defaultText();

    /** Whether {@code execute} dumps the database first. */
    protected boolean doMongoDump;

    /** How long the lock is held without renewal. Shorter leases are meant for tests. */
    protected Duration lockLease = Duration.ofSeconds(30);

    private Program program;

    /**
     * Runs the command that these arguments name.
     *
     * <p>If it is called directly from the project's {@code main}, it is the JVM's program: it
     * installs signal handlers, and halts the JVM if a migration cannot be stopped otherwise.
     * Called from elsewhere it does neither.
     *
     * @return the exit code
     */
    public int run(String... args) {
        boolean asProgram = isProgram();
        PrintStream out = asProgram ? Program.standardOutput(args) : System.out;
        return run(asProgram, out, System.err, args);
    }

    /**
     * Runs a command with its output on these streams, as for a test of a project.
     *
     * @return the exit code
     */
    public int run(PrintStream out, PrintStream err, String... args) {
        return run(false, out, err, args);
    }

    private int run(boolean asProgram, PrintStream out, PrintStream err, String... args) {
        Program before = program; // a custom task may run a command in turn
        program = new Program(new Own(), out, err, asProgram);
        try {
            return program.run(args);
        } finally {
            program = before;
        }
    }

    // The caller is the main method of this class, which has no caller: so this is the JVM's main thread,
    // and the code does not run inside a test runner or a server.
    private boolean isProgram() {
        StackTraceElement[] frames = new Throwable().getStackTrace();
        StackTraceElement first = frames[frames.length - 1];
        boolean main = frames.length == 3 && first.getMethodName().equals("main");
        Class<?> type = main ? getClass() : null;
        while (type != null && !type.getName().equals(first.getClassName())) {
            type = type.getSuperclass();
        }
        return type != null;
    }

    /** Returns the environment variables. A test can override it. */
    protected Map<String, String> environment() {
        return System.getenv();
    }

    /** Returns the id of this run, which the journal records with every step of it. */
    protected String runId() {
        return program.session().runId();
    }

    /** Called before the first step of a run, under the lock. If it throws, nothing is executed. */
    protected void beforeRun() throws Exception {}

    /** Called after the last step of a run, like {@link #afterRun(RunReport)}, unless that is overridden. */
    protected void afterRun() throws Exception {}

    /**
     * Called after the last step of a run, under the lock, whatever its outcome: also after a migration failed, and
     * after a signal. If it throws, the run has failed.
     *
     * <p>It is not called by a run in which no migration was started: because none is pending, because the run was
     * refused, or because the dump or {@link #beforeRun} failed. A rehearsal and a migration that is run by its own
     * {@code main} call no hooks.
     *
     * @param report the result of the run. The default calls {@link #afterRun()}
     */
    protected void afterRun(RunReport report) throws Exception {
        afterRun();
    }

    /** Called before each migration. If it throws, the migration fails. */
    protected void beforeMigration(String name) throws Exception {}

    /** Called after the outcome of a migration is recorded. If it throws, the run ends. */
    protected void afterMigration(String name, StepReport step) throws Exception {}

    /** Changes the rules of {@code lint}: turns some off, changes their severity, adds others. */
    protected void lint(LintRules rules) {}

    /**
     * Dumps the database into {@link #dumpFolder}. Called by {@code dbdump}, and by {@code execute}
     * with {@code doMongoDump}.
     *
     * @throws Exception if the dump failed; then nothing is executed
     */
    protected void doDump() throws Exception {
        program.session().dumps().run();
    }

    /**
     * Returns the folder of this run's dump, named after the time and the database. It does not
     * exist yet.
     */
    protected Path dumpFolder() {
        return program.session().dumps().folder();
    }

    /**
     * Returns the database, for custom tasks. It is available only while a command runs, and is
     * closed after it.
     */
    protected MongoDatabase db() {
        return program.session().connection().database();
    }

    /** Returns the client of {@link #db}. Its {@code close()} does nothing: the command closes it. */
    protected MongoClient client() {
        MongoClient client = program.session().connection().client();
        return Handles.of(MongoClient.class, client, call -> {
            Observation caller = Observation.ofCaller();
            return new HandedOut(caller == null ? new Observation() : caller, false).make(call);
        });
    }

    /**
     * Returns the settings of the running command, or else those of fields and environment, as for a
     * migration that is run directly.
     */
    @Override
    public Settings settings() {
        if (program != null) {
            return program.session().settings();
        }
        Path here = Path.of("").toAbsolutePath();
        return new SettingsResolver(fields(), Map.of(), environment(), here).resolve();
    }

    private Map<Setting, String> fields() {
        Map<Setting, String> fields = new HashMap<>(); // an EnumMap would cost a call by reflection at each start
        fields.put(Setting.URI, mongoUri);
        fields.put(Setting.HOST, mongoHost);
        fields.put(Setting.PORT, Integer.toString(mongoPort));
        fields.put(Setting.DATABASE, mongoDatabase);
        fields.put(Setting.USER, mongoUser);
        fields.put(Setting.PASSWORD, mongoPassword);
        fields.put(Setting.AUTH_SOURCE, mongoAuthSource);
        fields.put(Setting.TLS, mongoTls ? "true" : null); // false is the same as not set, so that a URI decides
        fields.put(Setting.TLS_CA_FILE, mongoTlsCaFile);
        fields.put(Setting.TLS_CERTIFICATE_KEY_FILE, mongoTlsCertificateKeyFile);
        fields.put(Setting.CONNECT_TIMEOUT, text(connectTimeout));
        fields.put(Setting.MIGRATIONS_DIRECTORY, migrationsDirectory);
        fields.put(Setting.MIGRATIONS_FILE_PATTERN, migrationsFilePattern);
        fields.put(Setting.MIGRATIONS_COLLECTION, migrationsCollection);
        fields.put(Setting.OUT_OF_ORDER, Boolean.toString(outOfOrder));
        fields.put(Setting.DUMP_DIRECTORY, mongoDumpDirectory);
        fields.put(Setting.DUMP, Boolean.toString(doMongoDump));
        fields.put(Setting.LOCK_LEASE, text(lockLease));
        return fields;
    }

    /** As it would be typed, so that the settings validate it by name. */
    private static String text(Duration duration) {
        return duration == null ? null : duration.toMillis() + "ms";
    }

    /** This object as seen by commands and runs, which must not depend on this class. */
    private final class Own implements Project, Hooks {
        @Override
        public Map<Setting, String> fields() {
            return MigrationsManager.this.fields();
        }

        @Override
        public Map<String, String> environment() {
            return MigrationsManager.this.environment();
        }

        @Override
        public Hooks hooks() {
            return this;
        }

        @Override
        public String runId() {
            int random = new SplittableRandom().nextInt(); // eight hexadecimal digits
            return Long.toHexString(random & 0xffff_ffffL | 1L << 32).substring(1);
        }

        @Override
        public void lint(LintRules rules) {
            MigrationsManager.this.lint(rules);
        }

        @Override
        public Object tasks() {
            return MigrationsManager.this;
        }

        @Override
        public void beforeRun() throws Exception {
            MigrationsManager.this.beforeRun();
        }

        @Override
        public void afterRun(RunResult result, long durationMs) throws Exception {
            MigrationsManager.this.afterRun(program.session().report(result, durationMs));
        }

        @Override
        public void beforeMigration(String name) throws Exception {
            MigrationsManager.this.beforeMigration(name);
        }

        @Override
        public void afterMigration(StepReport step) throws Exception {
            MigrationsManager.this.afterMigration(step.name(), step);
        }

        @Override
        public String dump(Set<String> collections) throws Exception {
            program.session().dumps().only(collections);
            doDump();
            Path folder = dumpFolder();
            return Files.exists(folder) ? folder.toString() : null; // an overridden doDump may use another place
        }
    }
}
