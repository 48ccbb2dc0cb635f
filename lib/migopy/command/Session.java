package migopy.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import migopy.MigopyException;
import migopy.backfill.EstimateAnswer;
import migopy.console.Console;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.files.EntryScript;
import migopy.mongo.Connection;
import migopy.plan.Request;
import migopy.plan.Request.ExecuteRequest;
import migopy.run.RunContext;
import migopy.run.RunContext.Hooks;
import migopy.run.Runner;
import migopy.run.Runner.RunOptions;
import migopy.run.Runner.RunResult;
import migopy.run.Shutdown;
import migopy.settings.Redactor;
import migopy.settings.Setting;
import migopy.settings.Settings;
import migopy.settings.SettingsResolver;

/**
 * What a command works with: console, settings, connection. Settings and connection are made when
 * they are first asked for.
 */
public final class Session implements AutoCloseable {
    private final Project project;
    private final CommandLineParser.Typed typed;
    private final Console console;
    private final Reading reading;
    private final boolean asProgram;
    private final Stopwatch stopwatch;
    private final String runId;
    private final Dumps dumps = new Dumps(this);
    private Settings settings;
    private Connection connection;
    private Shutdown shutdown;

    /** Where the console finds the redactor, once settings have told the secrets. */
    static final class Reading {
        private volatile Redactor redactor;

        String redact(String text) {
            return redactor == null ? text : redactor.redact(text);
        }
    }

    Session(
            Project project,
            CommandLineParser.Typed typed,
            Console console,
            Reading reading,
            boolean asProgram,
            Stopwatch stopwatch) {
        this.project = project;
        this.typed = typed;
        this.console = console;
        this.reading = reading;
        this.asProgram = asProgram;
        this.stopwatch = stopwatch;
        this.runId = project.runId();
    }

    /** Where everything is said. */
    public Console console() {
        return console;
    }

    /** This run's id. */
    public String runId() {
        return runId;
    }

    /** This session's dump. */
    public Dumps dumps() {
        return dumps;
    }

    /** What the user's class adds to a run. */
    public Hooks hooks() {
        return project.hooks();
    }

    /** Whether this is the JVM's program, which may install signal handlers and halt. */
    public boolean asProgram() {
        return asProgram;
    }

    /** Whether stack traces are wanted. */
    public boolean verbose() {
        return typed.has("--verbose");
    }

    /** Whether the answer is to be JSON, so that nothing else may be printed to standard output. */
    public boolean json() {
        return typed.has("--json");
    }

    Project project() {
        return project;
    }

    CommandLineParser.Typed typed() {
        return typed;
    }

    /**
     * The settings, from options, environment and fields.
     *
     * @throws MigopyException usage, when one cannot be right, or a password is to be asked for and
     *     there is no terminal
     */
    public synchronized Settings settings() {
        if (settings == null) {
            Map<Setting, String> options = new HashMap<>(typed.settings());
            if (options.containsKey(Setting.PASSWORD)) {
                options.put(Setting.PASSWORD, askForPassword());
            }
            Path here = Path.of("").toAbsolutePath();
            settings = new SettingsResolver(project.fields(), options, project.environment(), here).resolve();
            reading.redactor = settings.redactor();
            if (asProgram) {
                EntryScript.refuseAnothers(
                        project.tasks().getClass(), settings.home(), settings.cacheDirectory(), project.environment());
            }
            stopwatch.mark("settings read");
        }
        return settings;
    }

    /** What masks secrets, as far as there are any: a task of one's own may need no settings. */
    Redactor redactor() {
        try {
            return settings().redactor();
        } catch (MigopyException e) {
            return Redactor.none();
        }
    }

    /**
     * The connection to the settings' database, which this session closes. Connecting goes on while
     * other work is done.
     */
    public synchronized Connection connection() {
        if (connection == null) {
            connection = Connection.open(settings(), runId);
            if (settings().embedded() && !Commands.READING.contains(command())) {
                console.notice("On the embedded database in "
                        + shownCache(settings())
                        + ", for a first try: it has no transactions, and the lock goes by"
                        + " this machine's clock.");
            }
            stopwatch.mark("connecting begun");
        }
        return connection;
    }

    /** The command's name, also where none was typed. */
    String command() {
        return typed.command() == null ? Commands.DEFAULT : typed.command();
    }

    private static String shownCache(Settings settings) {
        Path usual = settings.home().resolve(".migopy");
        Path cache = settings.cacheDirectory();
        return Wording.folder(cache.equals(usual) ? ".migopy" : cache.toString());
    }

    /** Runs the request, and gives its answer. */
    int run(Request request, RunOptions options) {
        return watched(context -> {
            RunResult result = new Runner(context).run(request, options);
            if (result.error() != null) {
                context.trace(result.error(), settings().redactor());
            }
            console.answer(answer(result, options.dryRun()));
            return result.exitCode();
        });
    }

    /** The names of what the request would do; none where it would be refused. */
    List<String> planned(Request request) {
        List<String> names = new ArrayList<>();
        watched(context -> {
            RunOptions options = new RunOptions(true, Duration.ZERO, null, false, false);
            new Runner(context).run(request, options).steps().forEach(step -> names.add(step.name()));
            return 0;
        });
        return names;
    }

    /** Estimates what the request would do, and gives that answer. */
    int estimate(ExecuteRequest request) {
        return watched(context -> {
            List<EstimateAnswer> told = new ArrayList<>();
            RunResult result = new Runner(context).estimate(request, told::add);
            console.answer(told.isEmpty() ? answer(result, true) : told.get(0));
            return result.exitCode();
        });
    }

    /**
     * Does work under the lock, which a signal can end; watches until the answer is out, since a
     * call of System.exit in a migration waits for it.
     */
    int watched(ToIntFunction<RunContext> work) {
        Connection opened = connection();
        Shutdown installed = Shutdown.install(asProgram);
        shutdown = installed;
        try (installed) {
            return work.applyAsInt(new RunContext(settings(), opened, runId, console, hooks(), installed, verbose()));
        } catch (RuntimeException e) {
            throw installed.explained(e); // compiling and reading are interrupted, too
        }
    }

    /** Says that the answer is out, and how the process ends. */
    void ended(int exitCode) {
        if (shutdown != null) {
            shutdown.finish(exitCode);
        }
    }

    private static RunAnswer answer(RunResult result, boolean dryRun) {
        return new RunAnswer(
                result.run(), result.steps(), dryRun, result.exitCode(), result.problems(), result.error());
    }

    private static String askForPassword() {
        // From 22 on there is a Console without a terminal too.
        java.io.Console terminal = Terminal.isTerminal(0) ? System.console() : null;
        char[] typed = terminal == null ? null : terminal.readPassword("Password: ");
        if (typed == null) {
            throw MigopyException.usage(
                    "--password prompts for the password, which requires a terminal",
                    "Set MONGO_PASSWORD, or pass a file: --password-file FILE");
        }
        return new String(typed);
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
