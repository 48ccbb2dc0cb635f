//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS info.picocli:picocli:4.7.7
//DEPS org.slf4j:slf4j-api:2.0.20
//DEPS io.github.java-diff-utils:java-diff-utils:4.18
//DEPS me.tongfei:progressbar:0.10.2
//SOURCES package-info.java
//FILES migopy/embedded/EmbeddedDatabase.java=embedded/EmbeddedDatabase.java
//RUNTIME_OPTIONS -XX:ErrorFile=.migopy/hs_err_pid%p.log
//JAVAC_OPTIONS -J-XX:TieredStopAtLevel=1 -XDignore.symbol.file -XDstringConcat=inline
package migopy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import migopy.command.Program;
import migopy.command.Project;
import migopy.run.RunContext.Hooks;
import migopy.run.Runner.RunResult;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;
import migopy.settings.SettingsSource;
import migopy.settings.UserFields;

/**
 * What a project's own {@code migopy} class extends. Its fields are the settings, which the
 * environment and options beat; its methods may be overridden, and methods of one's own that are
 * annotated with picocli's {@code @Command} are commands too.
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
public abstract class MigrationsManager implements SettingsSource {
    /** The connection string; none by default, then host and port count. */
    protected String mongoUri;

    /** The server's name. */
    protected String mongoHost = UserFields.DEFAULTS.mongoHost();

    /** The server's port. */
    protected int mongoPort = UserFields.DEFAULTS.mongoPort();

    /** The database; required where the connection string names none. */
    protected String mongoDatabase;

    /** The user; none by default. */
    protected String mongoUser;

    /** The user's password. Better: MONGO_PASSWORD or MONGO_PASSWORD_FILE. */
    protected String mongoPassword;

    /** The database that knows the user; the driver's default. */
    protected String mongoAuthSource;

    /** Whether the connection is encrypted. */
    protected boolean mongoTls;

    /** The certificates that are trusted, a PEM file; the JDK's by default. */
    protected String mongoTlsCaFile;

    /** One's own certificate and key, a PEM file; none by default. */
    protected String mongoTlsCertificateKeyFile;

    /** How long the first contact with the server may take. */
    protected Duration connectTimeout = Duration.ofSeconds(5);

    /** Where the migrations lie, from the project's folder. */
    protected String migrationsDirectory = UserFields.DEFAULTS.migrationsDirectory();

    /** What a migration's file name matches, with a group {@code number}. */
    protected String migrationsFilePattern = UserFields.DEFAULTS.migrationsFilePattern();

    /** The journal's collection; lock and fixes lie beside it. */
    protected String migrationsCollection = UserFields.DEFAULTS.migrationsCollection();

    /** Where dumps go, from the project's folder. */
    protected String mongoDumpDirectory = UserFields.DEFAULTS.mongoDumpDirectory();

    /** Whether {@code execute} dumps the database first. */
    protected boolean doMongoDump;

    /** How long the lock is held without renewal. Shorter ones are for tests. */
    protected Duration lockLease = Duration.ofSeconds(30);

    private Program program;

    /**
     * Does what the words on the command line say.
     *
     * <p>Called straight from one's own {@code main}, it is the JVM's program: it installs signal
     * handlers, and halts where a migration cannot be ended otherwise. Called from anywhere else it
     * does neither.
     *
     * @return the exit code
     */
    public int run(String... args) {
        boolean asProgram = isProgram();
        PrintStream out = asProgram ? Program.standardOutput(args) : System.out;
        return run(asProgram, out, System.err, args);
    }

    /**
     * Does the same for a test of one's own: everything that is said goes to these streams.
     *
     * @return the exit code
     */
    public int run(PrintStream out, PrintStream err, String... args) {
        return run(false, out, err, args);
    }

    private int run(boolean asProgram, PrintStream out, PrintStream err, String... args) {
        Program before = program; // a task of one's own may run a command in turn
        program = new Program(new Own(), out, err, asProgram);
        try {
            return program.run(args);
        } finally {
            program = before;
        }
    }

    // The caller is the main method of this very class, and nobody called that: so this thread is
    // the JVM's first one, and no test runner or server has anything else to do in it.
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

    /** The environment's variables; a test may give others. */
    protected Map<String, String> environment() {
        return System.getenv();
    }

    /** The id of the run under way, which the journal keeps with everything that the run does. */
    protected String runId() {
        return program.session().runId();
    }

    /**
     * Before the first step of a run, under the lock. An exception ends the run with nothing
     * executed.
     */
    protected void beforeRun() throws Exception {}

    /** After the last step of a run, however it ended, under the lock. */
    protected void afterRun() throws Exception {}

    /** Before a migration is called. An exception is the migration's failure. */
    protected void beforeMigration(String name) throws Exception {}

    /** After a migration's end was recorded. An exception ends the run. */
    protected void afterMigration(String name, StepReport step) throws Exception {}

    /**
     * Dumps the database into {@link #dumpFolder}; {@code dbdump}, and {@code execute} with {@code
     * doMongoDump}, call it.
     *
     * @throws Exception then nothing is executed
     */
    protected void doDump() throws Exception {
        program.session().dumps().run();
    }

    /**
     * The folder of this session's dump, named after the time and the database. It does not exist
     * yet.
     */
    protected Path dumpFolder() {
        return program.session().dumps().folder();
    }

    /**
     * The database, for tasks of one's own; there is one only while a command runs, which also
     * closes it.
     */
    protected MongoDatabase db() {
        return program.session().connection().database();
    }

    /** The client behind {@link #db}. */
    protected MongoClient client() {
        return program.session().connection().client();
    }

    /**
     * The settings as fields and environment give them, for a migration that is run directly; while
     * a command runs, that one's.
     */
    @Override
    public Settings settings() {
        if (program != null) {
            return program.session().settings();
        }
        Path here = Path.of("").toAbsolutePath();
        return new SettingsResolver(fields(), Map.of(), environment(), here).resolve();
    }

    private UserFields fields() {
        return new UserFields(
                mongoUri,
                mongoHost,
                mongoPort,
                mongoDatabase,
                mongoUser,
                mongoPassword,
                mongoAuthSource,
                mongoTls,
                mongoTlsCaFile,
                mongoTlsCertificateKeyFile,
                typed(connectTimeout),
                migrationsDirectory,
                migrationsFilePattern,
                migrationsCollection,
                mongoDumpDirectory,
                doMongoDump,
                typed(lockLease));
    }

    /** As it would be typed; settings refuse what cannot be right by name. */
    private static String typed(Duration duration) {
        return duration == null ? null : duration.toMillis() + "ms";
    }

    /** This object, as commands and runs see it: they must not know this class. */
    private final class Own implements Project, Hooks {
        @Override
        public UserFields fields() {
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
        public Object tasks() {
            return MigrationsManager.this;
        }

        @Override
        public void beforeRun() throws Exception {
            MigrationsManager.this.beforeRun();
        }

        @Override
        public void afterRun(RunResult result) throws Exception {
            MigrationsManager.this.afterRun();
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
            return Files.exists(folder) ? folder.toString() : null; // an own one may lie elsewhere
        }
    }
}
