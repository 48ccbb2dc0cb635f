package migopy;

import java.util.List;
import java.util.Locale;

/**
 * A problem of one migration, which blocks {@code execute}.
 *
 * @param kind its kind; {@code docs/reference.md} lists them
 * @param name the migration, without {@code .java}; the file's name for {@link ProblemKind#INVALID_NAME}
 * @param message one line: what was found
 * @param hint one line: what to do next; {@link MigopyException#COMMAND} stands for the command
 * @param details further lines to show, such as a diff or the compiler's source line; may be empty
 */
public record Problem(ProblemKind kind, String name, String message, String hint, List<String> details) {
    public enum ProblemKind {
        INVALID_NAME,
        DUPLICATE_NUMBER,
        EDITED,
        MISSING,
        RENAMED,
        OUT_OF_ORDER,
        NOT_COMPILABLE,
        NO_UP,
        NO_DOWN,
        INTERRUPTED,
        FAILED,
        UNVERIFIED,
        UNREADABLE,
        UNKNOWN_ENTRY,
        /** Of {@code adopt} alone. */
        NOT_ADOPTABLE;

        /** Returns the word of this kind in {@code --json}: {@code duplicate_number}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Problem {
        details = List.copyOf(details);
    }

    /** Whether it is a problem of file names alone, not of a migration. */
    public boolean ofTheDirectory() {
        return kind == ProblemKind.INVALID_NAME || kind == ProblemKind.DUPLICATE_NUMBER;
    }

    public Problem(ProblemKind kind, String name, String message, String hint) {
        this(kind, name, message, hint, List.of());
    }
}
