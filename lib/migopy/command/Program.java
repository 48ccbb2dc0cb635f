package migopy.command;

import java.io.PrintStream;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import migopy.MigopyException;
import migopy.command.CommandLineParser.Typed;
import migopy.console.Console;
import migopy.console.Console.Format;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.files.Programs;
import migopy.mongo.Clients.DriverPreload;
import migopy.run.Failure;

/**
 * One call of {@code run}: parses the arguments, runs the command and turns any failure into an answer and an exit
 * code.
 */
public final class Program {
    /** The environment variable in which the launcher {@code ./migopy} names itself. */
    private static final String COMMAND_VARIABLE = "MIGOPY_COMMAND";

    private static final int OK = 0;
    private static final int FAILED = MigopyException.Kind.FAILED.exitCode();

    private final Project project;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean asProgram;
    private final Stopwatch stopwatch = new Stopwatch();
    private final Session.Reading reading = new Session.Reading();
    private Session session;

    /**
     * @param asProgram whether this is the JVM's main program, which may use the terminal, install signal handlers
     * and halt
     */
    public Program(Project project, PrintStream out, PrintStream err, boolean asProgram) {
        this.project = project;
        this.out = out;
        this.err = err;
        this.asProgram = asProgram;
    }

    /**
     * Runs the command that the arguments name.
     *
     * @return the exit code (docs/reference.md); nothing is thrown
     */
    @SuppressWarnings("try") // closing it waits for the loading
    public int run(String... arguments) {
        int exitCode;
        try (DriverPreload driver = asProgram && connects(arguments) ? DriverPreload.start() : null) {
            exitCode = carryOut(arguments);
        }
        if (session != null) {
            session.ended(exitCode);
        }
        return exitCode;
    }

    /** Returns the stream for the main program's answer. */
    public static PrintStream standardOutput(String... arguments) {
        if (AnswerStream.isMoved()) {
            return AnswerStream.moved();
        }
        return format(List.of(arguments)).json() && mayCallOwnCode(arguments) ? AnswerStream.passedOn() : System.out;
    }

    /** A guess from the raw arguments, like the next one; a wrong guess only costs time. */
    private static boolean mayCallOwnCode(String... arguments) {
        for (String argument : arguments) {
            if (!argument.startsWith("-") && !Commands.WITHOUT_OWN_CODE.contains(argument)) {
                return true;
            }
        }
        return false;
    }

    /** A guess from the raw arguments; a wrong guess only costs time. */
    private static boolean connects(String... arguments) {
        return Collections.disjoint(List.of(arguments), Commands.WITHOUT_DATABASE);
    }

    @SuppressWarnings("try") // closing it waits for the end of a signal
    private int carryOut(String... arguments) {
        // The answer has the requested format even if the arguments cannot be parsed.
        Format format = format(List.of(arguments));
        Terminal terminal = asProgram ? Terminal.of(project.environment()) : Terminal.none();
        String launcher = project.environment().get(COMMAND_VARIABLE);
        String command = launcher == null ? project.command(asProgram) : Wording.word(launcher);
        try (Console console = new Console(out, err, format, terminal, command, reading::redact)) {
            if (asProgram) {
                sayWhatCannotBeRead(console);
            }
            int exitCode;
            try (SignalledEnd end = format.json() && asProgram ? SignalledEnd.of(console) : null) {
                exitCode = guarded(console, arguments);
            }
            if (session != null && session.verbose()) {
                stopwatch.mark("ended");
                console.trace(stopwatch.lines());
            }
            return console.isWritten() ? exitCode : unwritten(exitCode);
        }
    }

    private int unwritten(int exitCode) {
        err.println("Standard output cannot be written: the disk is full, or its reader has exited.");
        err.println("The command itself ended with exit code " + exitCode + ".");
        return exitCode == OK ? FAILED : exitCode;
    }

    private static Format format(List<String> arguments) {
        if (!arguments.contains("--json")) {
            return Format.WORDS;
        }
        return arguments.contains("--progress") ? Format.JSON_AND_PROGRESS : Format.JSON;
    }

    /** With such a locale the JDK can read neither file names nor arguments that are not ASCII. */
    private static void sayWhatCannotBeRead(Console console) {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        if (!Programs.onWindows() && !encoding.equals("UTF-8")) {
            console.notice("The locale's charset is "
                    + encoding
                    + ": non-ASCII file names cannot be read. Set LC_ALL=C.UTF-8");
        }
    }

    /** Returns the running command's session, from which custom tasks get the database. */
    public Session session() {
        if (session == null) {
            throw new IllegalStateException("there is a database only while a command runs");
        }
        return session;
    }

    private int guarded(Console console, String... arguments) {
        try {
            Tasks.refuseTakenNames(project.tasks());
            Typed typed = new CommandLineParser(this::ownOptions).parse(arguments);
            console.repeat(typed.repeated());
            try (Session opened = new Session(project, typed, console, reading, asProgram, stopwatch)) {
                session = opened;
                return dispatch(typed, opened);
            }
        } catch (Throwable e) { // errors, too, are answered in the requested format
            return ended(console, e);
        }
    }

    private int ended(Console console, Throwable thrown) {
        OptionalInt answered = console.answered();
        MigopyException error = Faults.of(thrown);
        if (answered.isEmpty() && !isOfTheShutdown(thrown)) {
            try {
                console.error(error, List.of());
            } catch (LinkageError e) { // JSON is written by the driver's library
                out.println(plainJson(error));
                out.flush();
            }
        }
        if (session != null && session.verbose()) {
            console.trace(Failure.trace(thrown));
        }
        // After the answer, a failure only concerns closing.
        return answered.orElse(error.kind().exitCode());
    }

    private static String plainJson(MigopyException error) {
        return "{\"error\": {\"kind\": \"%s\", \"message\": \"%s\", \"hint\": \"%s\"}, \"exitCode\": %d}"
                .formatted(
                        error.kind().word(),
                        escaped(error.getMessage()),
                        escaped(error.hint()),
                        error.kind().exitCode());
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
    }

    /** Returns whether it only reports that a signal is ending the JVM, whose exit code is set already. */
    private static boolean isOfTheShutdown(Throwable thrown) {
        return thrown instanceof IllegalStateException && "Shutdown in progress".equals(thrown.getMessage());
    }

    private Set<String> ownOptions(String command) {
        return Commands.has(command) ? Commands.ownOptions(command) : new Tasks(project.tasks()).options(command);
    }

    private int dispatch(Typed typed, Session session) throws Exception {
        if (typed.has("--version")) {
            session.console().answer(new VersionAnswer(migopy.journal.Actor.VERSION));
            return OK;
        }
        String name = session.command();
        if (typed.has("--help")) {
            session.console().answer(HelpText.of(session, typed.command()));
            return OK;
        }
        if (!Commands.has(name)) {
            return new Tasks(project.tasks()).run(session, name);
        }
        Action action = Commands.create(name);
        if (!typed.rest().isEmpty()) {
            Picocli.parse(action, name, typed.rest());
        }
        stopwatch.mark("arguments read");
        return action.run(session);
    }
}
