package migopy;

/**
 * The only exception that Migopy throws for what a person has to know: what happened, and what to
 * type next.
 *
 * <p>A message is one line that names the things it speaks of. A hint is one line that says what to
 * type; {@link #COMMAND} in it stands for the command as the person started it, and is filled in
 * where the hint is printed.
 */
public final class MigopyException extends RuntimeException {
    /**
     * Stands in a hint for {@code ./migopy} or {@code jbang migopy.java}, whichever the person
     * typed.
     */
    public static final String COMMAND = "{migopy}";

    private static final long serialVersionUID = 1L;

    /**
     * What kind of end this is; each has the word that JSON shows and the exit code of CONTRACT,
     * section 3.
     */
    public enum Kind {
        FAILED("failed", 1),
        DUMP("dump", 1),
        USAGE("usage", 2),
        REFUSED("refused", 3),
        HALF_RESTORED("half_restored", 3),
        LOCKED("locked", 4),
        UNKNOWN("unknown", 5),
        UNREACHABLE("unreachable", 6),
        SIGHUP("signal", 129),
        SIGINT("signal", 130),
        SIGTERM("signal", 143);

        private final String word;
        private final int exitCode;

        Kind(String word, int exitCode) {
            this.word = word;
            this.exitCode = exitCode;
        }

        /** The word of this kind in {@code --json}. */
        public String word() {
            return word;
        }

        /** The exit code of a run that ends with this kind. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;
    private final String hint;

    public MigopyException(Kind kind, String message, String hint, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.hint = hint;
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

    /** What kind of end this is. */
    public Kind kind() {
        return kind;
    }

    /** What to type next, one line; {@link #COMMAND} stands for the command. */
    public String hint() {
        return hint;
    }
}
