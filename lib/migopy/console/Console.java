package migopy.console;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;
import migopy.console.ProgressLine.ProgressDisplay;
import migopy.console.ProgressLine.ProgressJson;
import migopy.console.StepLine.StepTicker;
import org.bson.Document;

/**
 * All output of a command: events while it runs, then one answer or one error. Results go to standard output,
 * progress and notices to standard error, in UTF-8. Thread-safe.
 */
public final class Console implements AutoCloseable {
    /** How often progress is logged where standard error is not a terminal. */
    private static final long PLAIN_PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Format format;
    private final Terminal terminal;
    private final UnaryOperator<String> redaction;
    private final Screen screen;

    /**
     * The line that names database, server and run; printed before the first step or the answer, but not before an
     * error.
     */
    private String header = "";

    private int nameWidth = StepLine.LEAST_NAME_WIDTH;

    /** Of the widest step so far: a redo has both directions. */
    private int stateWidth;

    private String waitingFor = "";
    private volatile TypedCommand command;
    private StepTicker ticker;
    private ProgressDisplay bar;
    private final Map<String, Long> plainProgress = new HashMap<>();
    private final ProgressJson progressLines = new ProgressJson();

    /** The exit code in the JSON answer, once there is one. */
    private Integer answered;

    private boolean silenced;

    /** Whether a program reads the answer, although it is not JSON. */
    private volatile boolean alone;

    /**
     * @param out standard output
     * @param err standard error
     * @param format the form of the answer
     * @param terminal the terminal
     * @param command how the user started Migopy: {@code ./migopy}
     * @param redaction replaces each secret in a text by {@code ****}
     */
    public Console(
            PrintStream out,
            PrintStream err,
            Format format,
            Terminal terminal,
            String command,
            UnaryOperator<String> redaction) {
        this.format = format;
        this.terminal = terminal;
        this.command = new TypedCommand(command, List.of());
        this.redaction = redaction;
        boolean canDraw = terminal.errors() && format == Format.WORDS;
        screen = new Screen(utf8(out), utf8(err), canDraw);
    }

    /**
     * Hints repeat these options from now on.
     *
     * @param options each with its value, quoted for a shell
     */
    public void repeat(List<String> options) {
        command = new TypedCommand(command.name(), options);
    }

    private static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, false, StandardCharsets.UTF_8);
    }

    /**
     * Shows an event. With {@code --json} only notices, waiting for the lock and, on request, progress are shown, on
     * standard error.
     */
    public synchronized void event(Event event) {
        if (event instanceof Event.RunStarted started) {
            header = started.database() + " on " + started.server() + ", run " + started.run();
        } else if (event instanceof Event.Planned planned) {
            planned.names()
                    .forEach(name -> nameWidth =
                            Math.max(nameWidth, Wording.visible(name).length()));
        } else if (event instanceof Event.Notice notice) {
            notice(notice.text());
        } else if (event instanceof Event.WaitingForLock waiting) {
            waiting(waiting);
        } else if (event instanceof Event.StepStarted started) {
            stepStarted(started);
        } else if (event instanceof Event.StepEnded ended) {
            stepEnded(ended.step());
        } else if (event instanceof Event.Progress progress) {
            progress(progress);
        } else if (event instanceof Event.ProgressEnded ended) {
            progressEnded(ended.name());
        }
    }

    private void waiting(Event.WaitingForLock waiting) {
        if (!waiting.holder().equals(waitingFor)) {
            waitingFor = waiting.holder();
            String until = Wording.until(waiting.until(), Instant.now(), ZoneId.systemDefault());
            notice("Waiting until " + until + " for the lock, which " + waiting.holder() + " holds.");
        }
    }

    private void stepStarted(Event.StepStarted started) {
        if (format.json()) {
            return;
        }
        printHeader();
        quiet();
        stateWidth = Math.max(stateWidth, StepLine.stateWidth(started.direction()));
        if (terminal.errors()) {
            ticker = new StepTicker(screen, StepLine.running(started, stateWidth, nameWidth, terminal.width()));
        }
    }

    private void stepEnded(StepReport step) {
        if (format.json()) {
            return;
        }
        printHeader();
        quiet();
        stateWidth = Math.max(stateWidth, StepLine.stateWidth(step.direction()));
        screen.result(redaction.apply(StepLine.ended(step, stateWidth, nameWidth, words(terminal.output()))));
    }

    private void progress(Event.Progress progress) {
        if (format == Format.JSON_AND_PROGRESS) {
            progressLines.of(progress).ifPresent(this::progressLine);
        } else if (format == Format.JSON) {
            return;
        } else if (!terminal.errors()) {
            long now = System.nanoTime();
            Long last = plainProgress.putIfAbsent(progress.name(), now);
            if (last != null && now - last >= PLAIN_PROGRESS_NANOS) {
                plainProgress.put(progress.name(), now);
                screen.aside(ProgressLine.plain(progress) + "\n");
            }
        } else if (bar == null) {
            if (ticker != null) {
                ticker.pause(true);
            }
            bar = new ProgressDisplay(screen, progress, terminal::width);
        } else if (bar.name().equals(progress.name())) {
            bar.show(progress);
        }
    }

    private void progressLine(Document line) {
        screen.aside(Json.text(line, this::plain) + "\n");
    }

    private void progressEnded(String name) {
        plainProgress.remove(name);
        progressLines.ended(name).ifPresent(this::progressLine);
        if (bar != null && bar.name().equals(name)) {
            bar.close();
            bar = null;
            if (ticker != null) {
                ticker.pause(false);
            }
        }
    }

    /** Removes the live line. */
    private void quiet() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        if (ticker != null) {
            ticker.close();
            ticker = null;
        }
    }

    private void printHeader() {
        if (!header.isEmpty() && !alone) {
            Words words = words(terminal.output());
            words.line(header);
            words.gap();
            header = "";
            screen.result(redaction.apply(words.toString()));
        }
    }

    /** Prints the command's answer; each command has exactly one answer or error. */
    public synchronized void answer(Answer answer) {
        quiet();
        if (format.json()) {
            if (!silenced && answered == null) {
                Document document = answer.json();
                screen.result(Json.text(document, this::plain) + "\n");
                answered = document.getInteger("exitCode", 0);
            }
            return;
        }
        if (answer.isError()) {
            Words words = words(terminal.errors());
            answer.words(words);
            screen.aside(redaction.apply(words.toString()));
            return;
        }
        printHeader();
        Words words = words(terminal.output());
        answer.words(words);
        screen.result(redaction.apply(words.toString()));
    }

    /** Returns the exit code in the JSON answer, if one was printed. */
    public synchronized OptionalInt answered() {
        return answered == null ? OptionalInt.empty() : OptionalInt.of(answered);
    }

    /**
     * Suppresses any further JSON answer, because the process ends with another exit code.
     *
     * @return the exit code in an answer that was printed before
     */
    public synchronized OptionalInt silence() {
        silenced = true;
        return answered();
    }

    /** Lets only the answer go to standard output from now on, because a program reads it. */
    public void answerAlone() {
        alone = true;
    }

    /** Returns whether everything could be written to standard output. */
    public boolean isWritten() {
        return screen.isWritten();
    }

    /** Prints a line of information to standard error. */
    public void notice(String text) {
        Words words = words(terminal.errors());
        words.line(text);
        screen.aside(redaction.apply(words.toString()));
    }

    /** Prints the error that ended the command instead of an answer; as text to standard error. */
    public void error(MigopyException error, List<Problem> problems) {
        answer(ErrorAnswer.of(error, problems));
    }

    /** Prints lines that are not an answer, such as a stack trace with {@code --verbose}, to standard error. */
    public void trace(String lines) {
        screen.aside(redaction.apply(lines));
    }

    /**
     * Returns the stream for a migration's own output: standard output, or standard error where a program
     * reads the answer. It keeps the live line intact. It is not redacted; the caller wraps it. Closing it has no effect.
     */
    public PrintStream migrationOutput() {
        return screen.output(format.json() || alone);
    }

    /** Returns the same for standard error. */
    public PrintStream migrationErrors() {
        return screen.output(true);
    }

    /** Removes the live line and ends its thread. */
    @Override
    public synchronized void close() {
        quiet();
    }

    /** Returns a text with the command's name filled in and secrets replaced. */
    private String plain(String text) {
        return redaction.apply(command.fill(text));
    }

    private Words words(boolean onTerminal) {
        boolean colour = terminal.colour() && onTerminal;
        int width = onTerminal ? terminal.width() : Terminal.WIDEST;
        return new Words(new Words.Look(width, colour, command, ZoneId.systemDefault()));
    }

    /** The form of an answer. */
    public enum Format {
        WORDS,
        JSON,
        /** JSON, and progress as JSON lines to standard error. */
        JSON_AND_PROGRESS;

        /** Returns whether the answer is JSON. */
        public boolean json() {
            return this != WORDS;
        }
    }
}
