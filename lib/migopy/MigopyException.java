package migopy;

import java.util.List;

/**
 * The exception for everything that is reported to the user: what happened, and what to do next.
 *
 * <p>A message is a statement in one line, with names. A hint is one line that says what to type; {@link #COMMAND} in it
 * stands for the command as the user started it, and is replaced when the hint is printed.
 */
public final class MigopyException extends RuntimeException {
    /** The placeholder in hints for {@code ./migopy} or {@code jbang migopy.java}, as the user typed it. */
    public static final String COMMAND = "{migopy}";

    private static final long serialVersionUID = 1L;

    /** The kind of an error, with its word in JSON and its exit code ({@code docs/reference.md}). */
    public enum Kind {
        FAILED("failed", 1),
        DUMP("dump", 1),
        USAGE("usage", 2),
        REFUSED("refused", 3),
        HALF_RESTORED("half_restored", 3),
        LOCKED("locked", 4),
        UNKNOWN("unknown", 5),
        UNREACHABLE("unreachable", 6),
        FINDINGS("findings", 7),
        SIGHUP("signal", 129),
        SIGINT("signal", 130),
        SIGTERM("signal", 143);

        private final String word;
        private final int exitCode;

        Kind(String word, int exitCode) {
            this.word = word;
            this.exitCode = exitCode;
        }

        /** Returns the word of this kind in {@code --json}. */
        public String word() {
            return word;
        }

        /** Returns the exit code of a command that ends with this kind. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;
    private final String hint;
    private final transient List<StepReport.StepError.Cause> causes;

    public MigopyException(Kind kind, String message, String hint, Throwable cause) {
        this(kind, message, hint, cause, cause instanceof MigopyException known ? known.causes : List.of());
    }

    /** One whose message is about an exception of the user's code, with what led to that exception. */
    public MigopyException(
            Kind kind, String message, String hint, Throwable cause, List<StepReport.StepError.Cause> causes) {
        super(message, cause);
        this.kind = kind;
        this.hint = hint;
        this.causes = List.copyOf(causes);
    }

    public static MigopyException failed(String message, String hint) {
        return new MigopyException(Kind.FAILED, message, hint, null);
    }

    public static MigopyException usage(String message, String hint) {
        return new MigopyException(Kind.USAGE, message, hint, null);
    }

    public static MigopyException refused(String message, String hint) {
        return new MigopyException(Kind.REFUSED, message, hint, null);
    }

    public static MigopyException locked(String message, String hint) {
        return new MigopyException(Kind.LOCKED, message, hint, null);
    }

    public static MigopyException unknown(String message, String hint) {
        return new MigopyException(Kind.UNKNOWN, message, hint, null);
    }

    public static MigopyException unreachable(String message, String hint) {
        return new MigopyException(Kind.UNREACHABLE, message, hint, null);
    }

    /** Returns the kind of this error. */
    public Kind kind() {
        return kind;
    }

    /** Returns what led to the exception of the user's code that the message is about; usually empty. */
    public List<StepReport.StepError.Cause> causes() {
        return causes == null ? List.of() : causes; // null after it was serialized
    }

    /** Returns what to do next, in one line; {@link #COMMAND} stands for the command. */
    public String hint() {
        return hint;
    }
}
