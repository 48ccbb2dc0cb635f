package migopy.fix;

import com.mongodb.MongoException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.StepReport.StepError;
import migopy.console.Console;
import migopy.files.MigrationSource;
import migopy.fix.ShellRun.ShellAnswer;
import migopy.journal.Actor;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Fixes;
import migopy.journal.State;
import migopy.observe.Observation;
import migopy.run.Failure;
import migopy.run.OutputCapture;
import migopy.settings.Redactor;

/**
 * The record of a shell: started before its first line, and settled after its last one or when the
 * process exits. Each snippet is recorded before it is evaluated.
 */
final class ShellRecord {
    private static final String NAME = "shell";

    /** A text may be 1 MB, and a character is at most four bytes of UTF-8. */
    private static final int LONGEST = MigrationSource.LIMIT / 4;

    private final Fixes fixes;
    private final Redactor redactor;
    private final Fixes.FixStart start;
    private final long startedNanos = System.nanoTime();
    private final StringBuilder evaluated = new StringBuilder();
    private final Consumer<String> notices;

    /** The text last parsed to check whether it is complete: the lines as they were typed. */
    private String typed = "";

    private boolean evaluating;
    private boolean noted;
    private volatile Throwable thrown;

    /** Removes the shutdown hook. */
    interface ExitHook extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param fixes where it is kept; null if nothing can be written
     * @param startedAt by the server's clock
     * @param notices receives messages for the user
     */
    ShellRecord(Fixes fixes, Redactor redactor, String runId, Instant startedAt, Consumer<String> notices) {
        this.fixes = fixes;
        this.notices = notices;
        this.redactor = redactor;
        this.start = new Fixes.FixStart(
                runId,
                new Fixes.Code(Fixes.FixKind.SHELL, NAME, null, null),
                null,
                null,
                Actor.thisProcess(),
                startedAt,
                null);
        if (fixes != null) {
            fixes.start(start);
        }
    }

    /**
     * Called when the compiler parses a snippet, to check whether it is complete or to evaluate it.
     *
     * @param evaluates whether it is evaluated; it may then be parsed again
     */
    synchronized void parsed(String text, boolean evaluates) {
        boolean first = evaluates && !evaluating;
        evaluating = evaluates;
        if (!evaluates) {
            typed = text;
        } else if (first) {
            record(asTyped(text).strip());
        }
    }

    /** Called when the compiler parses the class that JShell made of a snippet. */
    synchronized void made() {
        evaluating = false;
    }

    /** Removes a semicolon that JShell has added. */
    private String asTyped(String text) {
        String bare = text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
        return typed.contains(bare) && !typed.contains(text) ? bare : text;
    }

    private void record(String snippet) {
        evaluated.append(snippet).append('\n');
        if (evaluated.length() > LONGEST) {
            evaluated.delete(0, evaluated.length() - LONGEST);
        }
        if (fixes == null) {
            return;
        }
        try {
            fixes.source(start, code());
        } catch (MongoException e) {
            if (!noted) {
                notices.accept("The snippet cannot be recorded: " + e.getMessage());
                noted = true; // recording is tried again with each snippet, and at the end
            }
        }
    }

    private synchronized Fixes.Code code() {
        String source = redactor.redact(evaluated.toString());
        return new Fixes.Code(Fixes.FixKind.SHELL, NAME, source, MigrationSource.checksum(source));
    }

    /** Exits, because user code may ignore interrupts. */
    void stuck() {
        notices.accept("The snippet ignores interrupts: the shell exits.");
        System.exit(MigopyException.Kind.SIGINT.exitCode());
    }

    /** Called after each snippet with what it has thrown, or null. */
    void ended(Throwable how) {
        if (how != null) {
            thrown = how;
        }
    }

    /** Settles the record if the JVM is shut down before the hook is closed. */
    ExitHook settleOnExit(OutputCapture output, Console console) {
        Thread hook = new Thread(() -> cutOff(output.text(), console), "migopy-shell-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                return; // the shutdown has started, and with it the hook
            }
        };
    }

    private void cutOff(String output, Console console) {
        String message = "the process was ended by a signal or by System.exit";
        try {
            settle(State.FAILED, code(), new StepError(JournalEntry.INTERRUPTED, message, List.of()), output);
        } catch (MigopyException e) {
            console.notice(e.getMessage());
        }
    }

    /**
     * Settles the record.
     *
     * @param exitCode the prompt's: 3 after {@code /exit 3}
     */
    ShellAnswer settle(String output, int exitCode) {
        State outcome = thrown == null ? State.APPLIED : State.FAILED;
        settle(
                outcome,
                code(),
                // The last one; the output shows all of them.
                thrown == null
                        ? null
                        : Failure.of(thrown, new Observation(), frames -> List.of(), redactor)
                                .error(),
                output);
        return new ShellAnswer(start.run(), outcome.word(), took().toMillis(), fixes != null, exitCode);
    }

    private void settle(State outcome, Fixes.Code code, StepError error, String output) {
        if (fixes != null) {
            Instant finishedAt = start.startedAt().plus(took());
            fixes.end(start, new Fixes.FixEnd(outcome, code, finishedAt, took().toMillis(), error, output));
        }
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }
}
