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
import org.bson.Document;

/**
 * Where everything that is said comes through: events while a command works, then one answer or one
 * error. Results go to standard output, progress and notices to standard error, all of it in UTF-8.
 * Safe to call from any thread.
 */
public final class Console implements AutoCloseable {
    /** How often a log that is no terminal is told how far a piece of work has come. */
    private static final long PLAIN_PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Format format;
    private final Terminal terminal;
    private final String command;
    private final UnaryOperator<String> redaction;
    private final Screen screen;

    /**
     * The line that says what it is about: told with the first step or the answer, and not at all
     * before a mere error.
     */
    private String header = "";

    private int nameWidth = StepLine.LEAST_NAME_WIDTH;
    private String waitingFor = "";
    private StepTicker ticker;
    private ProgressDisplay bar;
    private final Map<String, Long> plainProgress = new HashMap<>();
    private final ProgressJson progressLines = new ProgressJson();

    /** The exit code that the answer names, once there is one. */
    private Integer answered;

    private boolean silenced;

    /**
     * @param out standard output
     * @param err standard error
     * @param format whether a person or a program reads the answer
     * @param terminal what the person sits at
     * @param command how the person started it: {@code ./migopy}
     * @param redaction replaces every secret in a text by {@code ****}
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
        this.command = command;
        this.redaction = redaction;
        boolean canDraw = terminal.errors() && format == Format.WORDS;
        screen = new Screen(utf8(out), utf8(err), canDraw);
    }

    private static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, false, StandardCharsets.UTF_8);
    }

    /**
     * Tells what happens now, from any thread. With {@code --json} only notices and the waiting for
     * a lock are told, and progress if it is asked for, all to standard error.
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
        tellHeader();
        quiet();
        if (terminal.errors()) {
            ticker = new StepTicker(screen, StepLine.underWay(started, nameWidth, terminal.width()));
        }
    }

    private void stepEnded(StepReport step) {
        if (format.json()) {
            return;
        }
        tellHeader();
        quiet();
        screen.result(redaction.apply(StepLine.ended(step, nameWidth, words(terminal.output()))));
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

    /** Takes the live line away, whatever stands on it. */
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

    private void tellHeader() {
        if (!header.isEmpty()) {
            Words words = words(terminal.output());
            words.line(header);
            words.gap();
            header = "";
            screen.result(redaction.apply(words.toString()));
        }
    }

    /** Gives the command's answer; exactly one answer or error a command. */
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
        tellHeader();
        Words words = words(terminal.output());
        answer.words(words);
        screen.result(redaction.apply(words.toString()));
    }

    /** The exit code that the JSON answer names, if one was given. */
    public synchronized OptionalInt answered() {
        return answered == null ? OptionalInt.empty() : OptionalInt.of(answered);
    }

    /**
     * Lets no JSON answer out any more, since the process ends with an exit code of its own.
     *
     * @return the exit code that an answer has named before
     */
    public synchronized OptionalInt silence() {
        silenced = true;
        return answered();
    }

    /** Whether all that was given to standard output was taken. */
    public boolean isWritten() {
        return screen.isWritten();
    }

    /** Tells a person something that is no error: one line to standard error. */
    public void notice(String text) {
        Words words = words(terminal.errors());
        words.line(text);
        screen.aside(redaction.apply(words.toString()));
    }

    /**
     * Gives the error that the command ended with, in the answer's place: in words to standard
     * error.
     */
    public void error(MigopyException error, List<Problem> problems) {
        answer(ErrorAnswer.of(error, problems));
    }

    /**
     * Lines that are no answer, such as a stack trace with {@code --verbose}: to standard error, as
     * they are.
     */
    public void trace(String lines) {
        screen.aside(redaction.apply(lines));
    }

    /**
     * Where a migration's own output goes: standard output, with {@code --json} standard error.
     * Writes around the live line. Not redacted: who hands it to a migration wraps it. Closing it
     * closes nothing.
     */
    public PrintStream migrationOutput() {
        return screen.output(format.json());
    }

    /** The same for what it prints to standard error. */
    public PrintStream migrationErrors() {
        return screen.output(true);
    }

    /** Takes the live line away and ends its thread. */
    @Override
    public synchronized void close() {
        quiet();
    }

    /** What a program gets to read: the command's name filled in, and no secret. */
    private String plain(String text) {
        return redaction.apply(text.replace(MigopyException.COMMAND, command));
    }

    private Words words(boolean onTerminal) {
        boolean colour = terminal.colour() && onTerminal;
        int width = onTerminal ? terminal.width() : Terminal.WIDEST;
        return new Words(new Words.Look(width, colour, command, ZoneId.systemDefault()));
    }
}
