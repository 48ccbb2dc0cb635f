package migopy.fix;

import migopy.MigopyException;
import migopy.console.Console;
import migopy.console.ShellAnswer;
import migopy.console.StepError;
import migopy.files.MigrationSource;
import migopy.journal.By;
import migopy.journal.Fixes;
import migopy.journal.JournalEntry;
import migopy.journal.State;
import migopy.run.Failure;
import migopy.run.OutputCapture;
import migopy.settings.Redactor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The record of a shell: begun before its first line, settled after its last. When the program is
 * ended from outside, or by a line, it is settled too: without a source, which the prompt tells
 * only at its end, but what was typed stands in the output.
 */
final class ShellRecord {
    private static final String NAME = "shell";

    /** A text may be 1 MB, and a character is at most four bytes of UTF-8. */
    private static final int LONGEST = MigrationSource.LIMIT / 4;

    private final Fixes fixes;
    private final Redactor redactor;
    private final Fixes.Begun begun;
    private final long start = System.nanoTime();
    private volatile Throwable thrown;

    /** Takes the watch for the program's end back. */
    interface Unwatch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param fixes where it is kept; null where nothing can be
     * @param startedAt by the server's clock
     */
    ShellRecord(Fixes fixes, Redactor redactor, String runId, Instant startedAt) {
        this.fixes = fixes;
        this.redactor = redactor;
        this.begun =
                new Fixes.Begun(
                        runId,
                        new Fixes.Code(Fixes.Kind.SHELL, NAME, null, null),
                        null,
                        null,
                        By.thisProcess(),
                        startedAt,
                        null);
        if (fixes != null) {
            fixes.begin(begun);
        }
    }

    /** Hears after each snippet what it has thrown, or null. */
    void ended(Throwable how) {
        if (how != null) {
            thrown = how;
        }
    }

    /** Settles it when the JVM is shut down meanwhile. */
    Unwatch watch(OutputCapture output, Console console) {
        Thread hook = new Thread(() -> cutOff(output.text(), console), "migopy-shell-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The shutdown has begun, and the hook has the last word.
                return;
            }
        };
    }

    private void cutOff(String output, Console console) {
        String message = "the program was ended, from outside or by System.exit";
        try {
            settle(
                    State.FAILED,
                    null,
                    new StepError(JournalEntry.INTERRUPTED, message, List.of()),
                    output);
        } catch (MigopyException e) {
            console.notice(e.getMessage());
        }
    }

    /** Settles it. */
    ShellAnswer settle(Map<String, String> history, String output) {
        String all = redactor.redact(Typed.of(history));
        String source = all.substring(Math.max(0, all.length() - LONGEST));
        State outcome = thrown == null ? State.APPLIED : State.FAILED;
        settle(
                outcome,
                new Fixes.Code(Fixes.Kind.SHELL, NAME, source, MigrationSource.checksum(source)),
                // The last one; what the others were, the output shows.
                thrown == null ? null : Failure.of(thrown, frames -> List.of(), redactor).error(),
                output);
        return new ShellAnswer(begun.run(), outcome.word(), took().toMillis(), fixes != null);
    }

    private void settle(State outcome, Fixes.Code code, StepError error, String output) {
        if (fixes != null) {
            Instant finishedAt = begun.startedAt().plus(took());
            fixes.settle(
                    begun,
                    new Fixes.Settled(outcome, code, finishedAt, took().toMillis(), error, output));
        }
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
