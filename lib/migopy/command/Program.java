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
import migopy.mongo.Clients.DriverPreload;
import migopy.run.Failure;

/**
 * One call of {@code run}: reads the words, does the command, and turns what went wrong into an
 * answer and an exit code.
 */
public final class Program {
    /** Started by the launcher {@code ./migopy}, which says so here. */
    private static final String COMMAND_VARIABLE = "MIGOPY_COMMAND";

    private static final String PLAIN_COMMAND = "jbang migopy.java";
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
     * @param asProgram whether this is the JVM's program: it sits at the terminal, and may install
     *     signal handlers and halt
     */
    public Program(Project project, PrintStream out, PrintStream err, boolean asProgram) {
        this.project = project;
        this.out = out;
        this.err = err;
        this.asProgram = asProgram;
    }

    /**
     * Does what the words say.
     *
     * @return the exit code of CONTRACT, section 3; nothing is thrown
     */
    @SuppressWarnings("try") // the driver is loaded, and needs no other use
    public int run(String... words) {
        int exitCode;
        try (DriverPreload driver = asProgram && connects(words) ? DriverPreload.start() : null) {
            exitCode = carryOut(words);
        }
        if (session != null) {
            session.ended(exitCode);
        }
        return exitCode;
    }

    /** Where the answer of this JVM's program goes. */
    public static PrintStream standardOutput(String... words) {
        if (AnswerStream.isMoved()) {
            return AnswerStream.moved();
        }
        return format(List.of(words)).json() && mayCallOwnCode(words) ? AnswerStream.passedOn() : System.out;
    }

    /** A guess from the raw arguments, like the next one: a wrong one costs time only. */
    private static boolean mayCallOwnCode(String... words) {
        for (String word : words) {
            if (!word.startsWith("-") && !Commands.WITHOUT_OWN_CODE.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** Seen before the words are read: one too many costs time, one too few as well. */
    private static boolean connects(String... words) {
        return Collections.disjoint(List.of(words), Commands.WITHOUT_DATABASE);
    }

    @SuppressWarnings("try") // a signal is waited for, and needs no other use
    private int carryOut(String... words) {
        // Also when the words cannot be read, the answer has the form that was asked for.
        Format format = format(List.of(words));
        Terminal terminal = asProgram ? Terminal.of(project.environment()) : Terminal.none();
        String command = project.environment().getOrDefault(COMMAND_VARIABLE, PLAIN_COMMAND);
        try (Console console = new Console(out, err, format, terminal, command, reading::redact)) {
            if (asProgram) {
                sayWhatCannotBeRead(console);
            }
            int exitCode;
            try (SignalledEnd end = format.json() && asProgram ? SignalledEnd.of(console) : null) {
                exitCode = guarded(console, words);
            }
            if (session != null && session.verbose()) {
                stopwatch.mark("ended");
                console.trace(stopwatch.lines());
            }
            return console.isWritten() ? exitCode : unwritten(exitCode);
        }
    }

    private int unwritten(int exitCode) {
        err.println("Standard output cannot be written: its disk is full, or its reader has ended.");
        err.println("The command itself ended with exit code " + exitCode + ".");
        return exitCode == OK ? FAILED : exitCode;
    }

    private static Format format(List<String> words) {
        if (!words.contains("--json")) {
            return Format.WORDS;
        }
        return words.contains("--progress") ? Format.JSON_AND_PROGRESS : Format.JSON;
    }

    /**
     * Under such a locale the JDK can neither read a file's name nor a word typed that is not
     * ASCII.
     */
    private static void sayWhatCannotBeRead(Console console) {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        if (!windows && !encoding.equals("UTF-8")) {
            console.notice("This locale's names are "
                    + encoding
                    + ": file names with other letters cannot be read. Set LC_ALL=C.UTF-8");
        }
    }

    /** The session of the command that is running; its own tasks ask it for the database. */
    public Session session() {
        if (session == null) {
            throw new IllegalStateException("there is a database only while a command runs");
        }
        return session;
    }

    private int guarded(Console console, String... words) {
        try {
            Tasks.refuseTakenNames(project.tasks());
            Typed typed = new CommandLineParser(this::ownOptions).parse(words);
            console.repeat(typed.repeated());
            try (Session opened = new Session(project, typed, console, reading, asProgram, stopwatch)) {
                session = opened;
                return dispatch(typed, opened);
            }
        } catch (Throwable e) { // an Error, too, has to be answered in the form that was asked for
            return ended(console, e);
        }
    }

    private int ended(Console console, Throwable thrown) {
        OptionalInt answered = console.answered();
        MigopyException error = Faults.of(thrown);
        if (answered.isEmpty() && !isOfTheShutdown(thrown)) {
            try {
                console.error(error, List.of());
            } catch (LinkageError e) { // JSON is written by the driver's own library
                out.println(plainJson(error));
                out.flush();
            }
        }
        if (session != null && session.verbose()) {
            console.trace(Failure.trace(thrown));
        }
        // What was answered stays said: what fails after it only closes what is open.
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

    /** Whether it only says that a signal is ending the JVM, whose exit code is set already. */
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
        stopwatch.mark("words read");
        return action.run(session);
    }
}
