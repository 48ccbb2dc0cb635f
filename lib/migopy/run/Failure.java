package migopy.run;

import migopy.MigopyException;
import migopy.console.StepError;
import migopy.files.CompiledMigration;
import migopy.settings.Redactor;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Makes of what was thrown what the journal and a person are told: short, and without secrets. */
public final class Failure {
    /** In bytes of UTF-8 (CONTRACT, section 4). */
    private static final int MESSAGE_LIMIT = 4 * 1024;

    /** Before the reason, where the record of a transaction could not be read after all. */
    static final String NOT_ASKED = "Whether it was committed could not be asked: ";

    /** Causes of causes are followed so far: they may go in a circle. */
    private static final int CAUSE_LIMIT = 50;

    private Failure() {}

    static StepError of(Throwable thrown, CompiledMigration migration, Redactor redactor) {
        return of(thrown, migration.framesOf(thrown), redactor);
    }

    /** What was thrown, and the lines that led to it. */
    public static StepError of(Throwable thrown, List<String> frames, Redactor redactor) {
        String type = thrown.getClass().getName();
        String hint = thrown instanceof MigopyException known ? known.hint() : null;
        return new StepError(
                type, message(thrown, type, redactor), redacted(frames, redactor), hint);
    }

    /** A frame holds a line of the source, which may hold a secret. */
    static List<String> redacted(List<String> frames, Redactor redactor) {
        return frames.stream().map(redactor::redact).toList();
    }

    private static String message(Throwable thrown, String type, Redactor redactor) {
        String message;
        try {
            message = thrown.getMessage();
        } catch (RuntimeException e) {
            message = null; // an exception class of the user's own that fails while it is looked at
        }
        return message == null || message.isBlank()
                ? type
                : shortened(redactor.redact(message), MESSAGE_LIMIT);
    }

    /** A call of {@code System.exit}, with the lines of the migration that led to it. */
    static StepError exit(
            List<StackTraceElement> stack,
            Function<Throwable, List<String>> framesOf,
            Redactor redactor) {
        Throwable bearer = new Throwable();
        bearer.setStackTrace(stack.toArray(new StackTraceElement[0]));
        List<String> frames = redacted(framesOf.apply(bearer), redactor);
        return new StepError("System.exit", "called System.exit", frames);
    }

    /**
     * The exception by which this run learnt that it has lost its lock or its document, or null.
     */
    static MigopyException overtaken(Throwable thrown) {
        Throwable next = thrown;
        for (int i = 0; next != null && i < CAUSE_LIMIT; i++) {
            if (next instanceof MigopyException known
                    && known.kind() == MigopyException.Kind.UNKNOWN) {
                return known;
            }
            next = next.getCause();
        }
        return null;
    }

    static String shortened(String text, int limit) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= limit) {
            return text;
        }
        int end = limit - 3; // for the dots
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--; // in the middle of a character
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + "...";
    }
}
