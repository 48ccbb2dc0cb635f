package migopy.console;

import migopy.MigopyException;
import migopy.Problem;

import java.io.PrintStream;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Where everything that is said comes through: events while a command works, then one answer or one
 * error. Results go to standard output, progress and notices to standard error. Safe to call from
 * any thread.
 */
public final class Console implements AutoCloseable {
    private final PrintStream out;
    private final PrintStream err;

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
        this.out = out;
        this.err = err;
    }

    /** Tells what happens now. */
    public void event(Event event) {}

    /** Gives the command's answer; exactly one answer or error a command. */
    public void answer(Answer answer) {}

    /** Tells a person something that is no error: one line to standard error. */
    public void notice(String text) {}

    /** Gives the error that the command ended with, in the answer's place. */
    public void error(MigopyException error, List<Problem> problems) {}

    /**
     * Where a migration's own output goes: standard output, with {@code --json} standard error.
     * Writes around the live line. Not redacted: who hands it to a migration wraps it. Closing it
     * closes nothing.
     */
    public PrintStream migrationOutput() {
        return out;
    }

    /** Takes the live line away and ends its thread. */
    @Override
    public void close() {}
}
