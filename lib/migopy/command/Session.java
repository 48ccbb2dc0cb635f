package migopy.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import migopy.MigopyException;
import migopy.RunReport;
import migopy.StepReport;
import migopy.backfill.EstimateAnswer;
import migopy.console.Console;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.files.EntryScript;
import migopy.lint.LintRules;
import migopy.mongo.Connection;
import migopy.observe.CommandWatch;
import migopy.observe.Observation;
import migopy.plan.Request;
import migopy.plan.Request.ExecuteRequest;
import migopy.run.Failure;
import migopy.run.OwnCode;
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

/** The context of a command: console, settings, connection. Settings and connection are created on first use. */
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
    private LintRules lintRules;

    /** Of a running task, which may connect later. */
    private Observation observed;

    /** The redactor, once the settings have named the secrets. */
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

    /** Returns the console. */
    public Console console() {
        return console;
    }

    /** Returns the run's ID. */
    public String runId() {
        return runId;
    }

    /** Returns the session's dump. */
    public Dumps dumps() {
        return dumps;
    }

    /** Returns the user's hooks. */
    public Hooks hooks() {
        return project.hooks();
    }

    /** Returns whether this is the JVM's main program, which may install signal handlers and halt. */
    public boolean asProgram() {
        return asProgram;
    }

    /** Returns whether to print stack traces. */
    public boolean verbose() {
        return typed.has("--verbose");
    }

    /** Returns whether the answer is JSON, so that nothing else may be printed to standard output. */
    public boolean json() {
        return typed.has("--json");
    }

    /**
     * Returns the rules of {@code lint}, as the project has changed them.
     *
     * @throws MigopyException usage, if the project's method fails
     */
    LintRules lintRules() {
        if (lintRules == null) {
            LintRules rules = new LintRules();
            try {
                project.lint(rules);
            } catch (MigopyException e) {
                throw e;
            } catch (RuntimeException | LinkageError e) { // the user's own code
                throw Failure.ofUserCode(
                        MigopyException.Kind.USAGE,
                        "lint(...) in migopy.java failed",
                        "Fix it, then run the command again",
                        e,
                        redactor());
            }
            lintRules = rules;
        }
        return lintRules;
    }

    Project project() {
        return project;
    }

    CommandLineParser.Typed typed() {
        return typed;
    }

    /**
     * Returns the settings, from options, environment and fields.
     *
     * @throws MigopyException usage, if one is invalid, or a password is to be prompted for and there is no terminal
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
            settings.connection().ignored().forEach(console::notice);
            stopwatch.mark("settings read");
        }
        return settings;
    }

    /** Returns what masks secrets; a custom task may need no settings. */
    Redactor redactor() {
        try {
            return settings().redactor();
        } catch (MigopyException e) {
            return Redactor.none();
        }
    }

    /** Returns the connection to the database, which this session closes. It connects in the background. */
    public synchronized Connection connection() {
        if (connection == null) {
            connection = Connection.open(settings(), runId);
            if (observed != null) {
                connection.watch(observed);
            }
            if (settings().embedded() && !Commands.READING.contains(command())) {
                console.notice("On the embedded database in "
                        + shownCache(settings())
                        + ", for a first try: it has no transactions, and the lock goes by"
                        + " this machine's clock.");
            }
            stopwatch.mark("connecting");
        }
        return connection;
    }

    /** Returns the command's name, the default one if none was typed. */
    String command() {
        return typed.command() == null ? Commands.DEFAULT : typed.command();
    }

    private static String shownCache(Settings settings) {
        Path usual = settings.home().resolve(".migopy");
        Path cache = settings.cacheDirectory();
        return Wording.folder(cache.equals(usual) ? ".migopy" : cache.toString());
    }

    /** Runs the request and prints its answer. */
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

    /** Returns the names of the migrations that the request would process; none if it would be refused. */
    List<String> planned(Request request) {
        List<String> names = new ArrayList<>();
        watched(context -> {
            RunOptions options = new RunOptions(true, Duration.ZERO, null, false, false);
            new Runner(context).run(request, options).steps().forEach(step -> names.add(step.name()));
            return 0;
        });
        return names;
    }

    /** Estimates what the request would do and prints the answer. */
    int estimate(ExecuteRequest request) {
        return watched(context -> {
            List<EstimateAnswer> estimates = new ArrayList<>();
            RunResult result = new Runner(context).estimate(request, estimates::add);
            console.answer(estimates.isEmpty() ? answer(result, true) : estimates.get(0));
            return result.exitCode();
        });
    }

    /**
     * Does work under the lock that a signal can stop. Keeps watching until the answer was printed, because a
     * System.exit in a migration waits for that.
     */
    int watched(ToIntFunction<RunContext> work) {
        return watched(settings(), connection(), work);
    }

    /** The same with another database than that of the settings, which is then not connected to. */
    int watchedOn(Settings other, ToIntFunction<RunContext> work) {
        try (Connection opened = Connection.open(other, runId)) {
            return watched(other, opened, work);
        }
    }

    private int watched(Settings used, Connection opened, ToIntFunction<RunContext> work) {
        Shutdown installed = Shutdown.install(asProgram);
        shutdown = installed;
        try (installed) {
            return work.applyAsInt(new RunContext(used, opened, runId, console, hooks(), installed, verbose()));
        } catch (RuntimeException e) {
            throw installed.explained(e); // also while compiling and reading
        }
    }

    /** Calls a custom task, which may connect or not. */
    int task(ToIntFunction<OwnCode> work) {
        Shutdown installed = Shutdown.installForTask(asProgram);
        shutdown = installed;
        try (installed;
                OwnCode code = new OwnCode(installed, console, redactor(), this::watchTask)) {
            return work.applyAsInt(code);
        }
    }

    private synchronized CommandWatch.Unwatch watchTask(Observation observation) {
        observed = observation;
        if (connection != null) {
            connection.watch(observation);
        }
        return this::unwatchTask;
    }

    private synchronized void unwatchTask() {
        observed = null;
    }

    /** Reports that the answer was printed, and the process's exit code. */
    void ended(int exitCode) {
        if (shutdown != null) {
            shutdown.finish(exitCode);
        }
    }

    static RunAnswer answer(RunResult result, boolean dryRun) {
        return new RunAnswer(
                result.run(), result.steps(), dryRun, result.exitCode(), result.problems(), result.error());
    }

    /** Returns the result of a run as the user's hook gets it. */
    public RunReport report(RunResult result, long durationMs) {
        String error = result.error() == null ? null : result.error().getMessage();
        for (StepReport step : result.steps()) {
            error = step.error() == null
                    ? error
                    : step.name() + ": " + step.error().shown();
        }
        return new RunReport(
                command(),
                runId,
                settings().database(),
                result.exitCode(),
                result.steps(),
                error == null
                        ? null
                        : redactor().redact(error.lines().findFirst().orElse("")),
                durationMs);
    }

    private static String askForPassword() {
        // Since Java 22 there may be a Console without a terminal.
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
